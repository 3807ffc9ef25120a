internal import Kernel
internal import LogRecords
internal import Memory
internal import Metrics
internal import Reactor

/// The log thread's own state: its loop, sinks and loggers.
///
/// It sleeps until a record or an event comes, lets a few milliseconds of records gather, and then
/// goes through all of them. So while there is traffic no worker needs to wake it.
struct LogThread: ~Copyable {
  /// How long records gather, in milliseconds.
  static let gatherMilliseconds = 3
  /// How long sinks have to take what waits when the process stops, in microseconds.
  static let stopLimit: Int64 = 2_000_000
  /// How long sinks have to take the lines about their ledgers, in microseconds.
  static let ledgerLimit: Int64 = 500_000

  private static let alarmToken: UInt8 = 1

  /// The `log` lines of a proxy, by their places in `loggers`, and what they are made with.
  struct LoggerGroup {
    let formats: LineFormats
    let loggers: Range<Int>
  }

  /// Where one worker's ring stands in a turn.
  private struct Head {
    /// The number of the oldest record, above all others where none is left.
    var sequence = UInt64.max
    /// Records that are left of this turn.
    var left = 0

    mutating func read(_ writer: RecordWriter) {
      sequence = left > 0 ? writer.ring.first { $0.sequence } ?? .max : .max
    }
  }

  let pipeline: LogPipeline
  private var heads: [Head]
  private var composer: LineComposer
  private(set) var loop: EventLoop
  private(set) var table: SinkTable
  private(set) var loggers: [Logger] = []
  private(set) var frontends: [LoggerGroup] = []
  private(set) var backends: [LoggerGroup] = []
  private(set) var process: LoggerGroup
  private let profiles: [String: LogProfile]
  /// The loggers of the sections `log-forward`.
  private var forwardLoggers: [[ForwardLogger]] = []
  private var forwarder = Forwarder()
  /// What each worker's ring had lost when it was last looked at, by frontend and severity.
  private var knownDrops: [[UInt64]]
  private var knownDropCounts: [UInt64]
  /// What each sink dropped and who knows of it.
  var dropReports: [DropReport] = []
  /// When the next summary of `log-limit` is due, in microseconds; never where nothing was left out.
  var summaryDeadline: Int64 = .max

  /// Opens all sinks of a pipeline.
  init(_ pipeline: LogPipeline) throws(Errno) {
    let loop = try EventLoop(turns: pipeline.turns)
    try loop.watch(
      pipeline.alarm.event.descriptor, for: [.readable, .edge],
      token: EventToken(kind: Self.alarmToken))
    self.loop = loop
    self.pipeline = pipeline
    let settings = pipeline.settings
    var context = RenderContext(
      names: settings.names, processIdentifier: settings.processIdentifier,
      hostname: settings.nodeName, startedNanoseconds: settings.startedNanoseconds)
    context.bootIdentifier = settings.bootIdentifier
    context.counts = settings.counts
    composer = LineComposer(context)
    table = SinkTable(settings)
    process = LoggerGroup(formats: LineFormats(settings.process), loggers: 0..<0)
    heads = pipeline.writers.map { _ in Head() }
    knownDrops = pipeline.writers.map { [UInt64](repeating: 0, count: $0.drops.count * 8) }
    knownDropCounts = pipeline.writers.map { _ in 0 }
    profiles = Dictionary(settings.profiles.map { ($0.name, LogProfile($0)) }) { first, _ in first }
    process = group(settings.process)
    for frontend in settings.frontends { frontends.append(group(frontend)) }
    for backend in settings.backends { backends.append(group(backend)) }
    for forward in settings.forwards {
      forwardLoggers.append(
        forward.loggers.map { logger in
          ForwardLogger(
            logger, destination: table.destination(of: logger.target),
            ring: table.ring(logger.target))
        })
    }
    chooseEventFormats()
    let now = Clock.realtimeNanoseconds()
    dropReports = table.sinks.map { _ in DropReport(now: now) }
    table.openEarly(in: self.loop)
    pipeline.publish(table.sinks)
  }

  /// Begins to take in others' messages.
  mutating func openForwards() throws(Errno) {
    let sections = zip(pipeline.settings.forwards, forwardLoggers).map {
      ForwardSection($0, $1, table)
    }
    try forwarder.open(sections, pipeline.settings.forwardSockets, in: loop)
    pipeline.publish(forwarder.ledgers)
  }

  private mutating func group(_ proxy: ProxyLogSettings) -> LoggerGroup {
    let start = loggers.count
    for settings in proxy.loggers {
      loggers.append(
        Logger(
          settings, destination: table.destination(of: settings.target),
          ring: table.ring(settings.target), tag: proxy.tag, hostName: pipeline.settings.hostName,
          profile: settings.profile.flatMap { profiles[$0] }))
    }
    return LoggerGroup(formats: LineFormats(proxy), loggers: start..<loggers.count)
  }

  /// Events are told in the format of the connections that a sink gets, where that is of named
  /// values for all of them: whoever reads such a sink never meets bare text. A sink that gets
  /// text, or connections of none, gets events as text; but a proxy whose own format is of named
  /// values tells its events in it where it shares no sink with text.
  private mutating func chooseEventFormats() {
    var formats: [Destination: FormatBox] = [:]
    var texts: Set<Destination> = []
    for group in frontends {
      for index in group.loggers {
        let destination = loggers[index].destination
        if !group.formats.isStructured {
          texts.insert(destination)
        } else if formats[destination] == nil {
          formats[destination] = group.formats.line
        }
      }
    }
    for group in [process] + frontends + backends {
      for index in group.loggers where !texts.contains(loggers[index].destination) {
        let own = group.formats.isStructured ? group.formats.line : nil
        loggers[index].eventFormat = own ?? formats[loggers[index].destination]
      }
    }
  }

  /// Ships until the pipeline is told to stop.
  mutating func run() {
    while !pipeline.isStopping {
      if turn() {
        _ = wait(milliseconds: Self.gatherMilliseconds)
        continue
      }
      pipeline.alarm.prepareSleep()
      let isIdle = pipeline.isIdle
      let wasWoken = isIdle && wait(milliseconds: EventLoop.waitLimitMilliseconds)
      pipeline.alarm.wakeUp()
      if wasWoken { _ = wait(milliseconds: Self.gatherMilliseconds) }
    }
    finish()
  }

  /// Takes all that was written, sends what sinks take, and shows the ledgers; whether there was
  /// anything.
  private mutating func turn() -> Bool {
    table.updateBackends()
    let (events, lost) = pipeline.events.take()
    let hadRecords = shipInOrder(events)
    for (key, count) in lost { noteLost(key, count) }
    let hadWork = hadRecords || !events.isEmpty || !lost.isEmpty
    table.flush(in: loop)
    forwarder.turn(in: loop)
    reportNotices()
    reportDrops()
    if summaryDeadline <= loop.now { reportLimits() }
    pipeline.publish(table.sinks)
    pipeline.publish(forwarder.ledgers)
    forwarder.gather()
    return hadWork
  }

  /// Waits for at most so many milliseconds, and no longer than until a sink wants to go on; whether
  /// the alarm rang.
  private mutating func wait(milliseconds: Int) -> Bool {
    var limit = Int64(milliseconds)
    func wake(at deadline: Int64, now: Int64) {
      limit = min(limit, max(deadline - now, 0) / 1000 + (deadline > now ? 1 : 0))
    }
    if let deadline = table.deadline { wake(at: deadline, now: loop.now) }
    if let deadline = forwarder.deadline { wake(at: deadline, now: loop.now) }
    if summaryDeadline != .max { wake(at: summaryDeadline, now: loop.now) }
    var wasWoken = false
    for index in 0..<loop.wait(atMost: Int(limit)) {
      let (token, readiness) = loop.event(index)
      if token.kind == Self.alarmToken {
        wasWoken = true
      } else if !forwarder.ready(token, readiness, in: loop) {
        table.ready(token, readiness, in: loop)
      }
    }
    return wasWoken
  }

  /// Ships what has gathered in the rings, and these events, in the order of their numbers; whether
  /// there was a record. What comes meanwhile is left for the next turn, so that a busy worker does
  /// not keep sinks waiting.
  private mutating func shipInOrder(_ events: [LogEvent]) -> Bool {
    var nextEvent = 0
    var hadRecord = false
    for (worker, writer) in pipeline.writers.enumerated() {
      heads[worker].left = writer.ring.count
      heads[worker].read(writer)
      if heads[worker].left > 0 { hadRecord = true }
    }
    while true {
      var oldest = 0
      for worker in heads.indices where heads[worker].sequence < heads[oldest].sequence {
        oldest = worker
      }
      while nextEvent < events.count, events[nextEvent].sequence <= heads[oldest].sequence {
        ship(events[nextEvent])
        nextEvent += 1
      }
      guard heads[oldest].left > 0 else { break }
      let writer = pipeline.writers[oldest]
      _ = writer.ring.take { ship($0) }
      heads[oldest].left -= 1
      heads[oldest].read(writer)
    }
    for (worker, writer) in pipeline.writers.enumerated() { noteRingDrops(of: worker, writer) }
    return hadRecord
  }

  private mutating func noteRingDrops(of worker: Int, _ writer: RecordWriter) {
    let count = writer.dropCount.value
    guard count != knownDropCounts[worker] else { return }
    knownDropCounts[worker] = count
    for (frontend, drops) in writer.drops.enumerated() where frontend < frontends.count {
      for severity in Severity.allCases {
        let place = frontend * 8 + Int(severity.rawValue)
        let total = drops.bySeverity[Int(severity.rawValue)].value
        let fresh = total &- knownDrops[worker][place]
        guard fresh > 0 else { continue }
        knownDrops[worker][place] = total
        lose(fresh, severity, .ringFull, from: frontends[frontend])
      }
    }
  }

  private mutating func noteLost(_ key: EventQueue.Class, _ count: UInt64) {
    guard let group = group(frontend: key.frontend, backend: key.backend) else { return }
    lose(count, key.severity, .queueFull, from: group)
  }

  /// Counts lost lines at every logger that would have taken them.
  private mutating func lose(
    _ count: UInt64, _ severity: Severity, _ reason: DropReason, from group: LoggerGroup
  ) {
    for index in group.loggers {
      var taken: UInt64 = 0
      for _ in 0..<count where loggers[index].takes(severity) { taken += 1 }
      table.lose(taken, reason, for: loggers[index].destination)
    }
  }

  private mutating func ship(_ record: borrowing ConnectionRecord) {
    let place = Int(record.frontend)
    guard place < frontends.count else { return }
    let group = frontends[place]
    guard !group.loggers.isEmpty else { return }
    var admission = Admission.unasked
    composer.begin(with: group.formats)
    // As in HAProxy: the level, then what the profile says of the step, then the sample.
    for index in group.loggers where loggers[index].passes(record.severity) {
      let rule = loggers[index].profile?.rule(at: record.origin)
      guard rule?.drops != true, composer.makeText(record, with: group.formats, rule) else {
        continue
      }
      if let limits = group.formats.limits {
        admission.ask(
          limits, LogLimitSettings.Kind(record.event), record.severity, now: loop.now,
          nanoseconds: record.emittedNanoseconds)
        guard !leavesOut(admission, index, limits) else { continue }
      }
      guard loggers[index].takesNext() else { continue }
      let outcome = composer.compose(record, with: group.formats, rule, for: &loggers[index])
      hand(over: outcome, to: loggers[index].destination)
    }
  }

  /// Gives a sink the line that was made, and what became of it.
  private mutating func hand(over outcome: LineComposer.Outcome, to destination: Destination) {
    switch outcome {
    case .whole, .shortened:
      table.accept(
        composer.line.span, isTruncated: outcome == .shortened, message: composer.message,
        for: destination, in: loop)
    case .impossible: table.lose(1, .encoding, for: destination)
    }
  }

  /// Ships an event to the loggers of who it is about.
  mutating func ship(_ event: LogEvent) {
    guard let group = group(frontend: event.frontend, backend: event.backend) else { return }
    var admission = Admission.unasked
    for index in group.loggers {
      if let limits = group.formats.limits, loggers[index].passes(event.severity) {
        admission.ask(
          limits, .event(event.kind), event.severity, now: loop.now, nanoseconds: event.nanoseconds)
        guard !leavesOut(admission, index, limits) else { continue }
      }
      ship(event, to: index)
    }
  }

  /// Ships an event to one logger, if that takes it.
  mutating func ship(_ event: LogEvent, to index: Int) {
    guard !event.text.isEmpty, loggers[index].takes(event.severity) else { return }
    let outcome = composer.compose(event, for: &loggers[index])
    hand(over: outcome, to: loggers[index].destination)
  }

  /// What `log-limit` says of a message: it is asked once for all loggers, and by none that would
  /// not take the message.
  private enum Admission {
    case unasked, admitted, leftOut

    mutating func ask(
      _ limits: MessageLimits, _ kind: LogLimitSettings.Kind, _ severity: Severity, now: Int64,
      nanoseconds: UInt64
    ) {
      guard self == .unasked else { return }
      let isAdmitted = limits.admits(kind, severity: severity, now: now, nanoseconds: nanoseconds)
      self = isAdmitted ? .admitted : .leftOut
    }
  }

  /// Whether a logger's line is left out; it is counted then, and told of later.
  private mutating func leavesOut(
    _ admission: Admission, _ index: Int, _ limits: MessageLimits
  ) -> Bool {
    guard admission == .leftOut else { return false }
    table.limit(loggers[index].destination)
    summaryDeadline = min(summaryDeadline, limits.deadline ?? .max)
    return true
  }

  /// A backend's loggers come first, as HAProxy has it for what happens to servers.
  private func group(frontend: UInt32?, backend: UInt32?) -> LoggerGroup? {
    if let backend = backend.map(Int.init) {
      return backend < backends.count ? backends[backend] : nil
    }
    if let frontend = frontend.map(Int.init) {
      return frontend < frontends.count ? frontends[frontend] : nil
    }
    return process
  }

  /// Ships what is left, logs the ledgers, and gives up what no sink took in time.
  private mutating func finish() {
    let end = Clock.monotonicMicroseconds() + Self.stopLimit
    while turn(), Clock.monotonicMicroseconds() < end {}
    forwarder.finish(table.sinks, in: loop)
    reportLimits(all: true)
    settle(within: Self.stopLimit)
    // The account comes before the lines that tell of it.
    let ledgers = table.sinks.map(\.ledger)
    let inputs = forwarder.ledgers
    for ledger in ledgers { tell(ledger.event) }
    for ledger in inputs { tell(ledger.event) }
    pipeline.publish(inputs)
    settle(within: Self.ledgerLimit)
    pipeline.publish(table.sinks)
  }

  /// Gives sinks so many microseconds to take what waits; what they do not take is dropped.
  private mutating func settle(within limit: Int64) {
    let end = loop.now + limit
    while table.sinks.contains(where: { !$0.isEmpty }), loop.now < end {
      _ = wait(milliseconds: Int((end - loop.now) / 1000) + 1)
      table.flush(in: loop)
    }
    for sink in table.sinks { sink.abandon() }
  }
}
