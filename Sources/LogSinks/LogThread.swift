internal import Kernel
internal import LogRecords
internal import Memory
internal import Metrics
internal import Reactor

/// The log thread's own state: its loop, sinks and loggers.
///
/// It sleeps until a record or an event comes, lets a few milliseconds of records gather, and then
/// goes through all of them. So while there is traffic no worker needs to wake it.
final class LogThread {
  /// How long records gather, in milliseconds.
  static let gatherMilliseconds = 3
  /// How long sinks have to take what waits when the process stops, in microseconds.
  static let stopLimit: Int64 = 2_000_000
  /// How long sinks have to take the lines about their ledgers, in microseconds.
  static let ledgerLimit: Int64 = 500_000
  /// The least time between two events about what one sink dropped, in microseconds.
  static let dropReportPause: Int64 = 10_000_000

  private static let alarmToken: UInt8 = 1
  private static let sinkToken: UInt8 = 2

  /// The `log` lines of a proxy, and what they are made with.
  private struct LoggerGroup {
    let settings: ProxyLogSettings
    var loggers: [Logger]
  }

  private let pipeline: LogPipeline
  private var composer: LineComposer
  private var loop: EventLoop
  private var sinks: [Sink] = []
  private var frontends: [LoggerGroup] = []
  private var backends: [LoggerGroup] = []
  private var process: LoggerGroup
  /// What each worker's ring had lost when it was last looked at, by frontend and severity.
  private var knownDrops: [[UInt64]]
  private var knownDropCounts: [UInt64]
  /// Drops of each sink that were told of, and when the next may be.
  private var reportedDrops: [(count: UInt64, since: UInt64)] = []
  private var nextDropReport: Int64 = 0

  /// Opens all sinks of a pipeline.
  init(_ pipeline: LogPipeline) throws(Errno) {
    self.pipeline = pipeline
    let settings = pipeline.settings
    loop = try EventLoop(turns: pipeline.turns)
    var context = RenderContext(
      names: settings.names, processIdentifier: settings.processIdentifier,
      hostname: settings.nodeName, startedNanoseconds: settings.startedNanoseconds)
    context.bootIdentifier = settings.bootIdentifier
    composer = LineComposer(context)
    process = LoggerGroup(settings: settings.process, loggers: [])
    knownDrops = pipeline.writers.map { [UInt64](repeating: 0, count: $0.drops.count * 8) }
    knownDropCounts = pipeline.writers.map { _ in 0 }
    try loop.watch(
      pipeline.alarm.event.descriptor, for: [.readable, .edge],
      token: EventToken(kind: Self.alarmToken))
    var places: [LoggerSettings.Target: Int] = [:]
    process = group(settings.process, &places)
    frontends = settings.frontends.map { group($0, &places) }
    backends = settings.backends.map { group($0, &places) }
    let now = Clock.realtimeNanoseconds()
    reportedDrops = sinks.map { _ in (0, now) }
    for sink in sinks { sink.openEarly(in: loop) }
    pipeline.publish(sinks.map(\.ledger))
  }

  private func group(
    _ proxy: ProxyLogSettings, _ places: inout [LoggerSettings.Target: Int]
  ) -> LoggerGroup {
    let loggers = proxy.loggers.map { settings in
      let place = places[settings.target] ?? sinks.count
      if place == sinks.count {
        places[settings.target] = place
        sinks.append(
          Sink(
            name: settings.target.name, way: settings.target.way,
            token: EventToken(kind: Self.sinkToken, number: place)))
      }
      return Logger(
        settings, sink: place, tag: proxy.tag, hostName: pipeline.settings.hostName)
    }
    return LoggerGroup(settings: proxy, loggers: loggers)
  }

  /// Ships until the pipeline is told to stop.
  func run() {
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
  private func turn() -> Bool {
    var hadWork = drainRings()
    let (events, lost) = pipeline.events.take()
    for event in events { ship(event) }
    for (key, count) in lost { noteLost(key, count) }
    if !events.isEmpty || !lost.isEmpty { hadWork = true }
    for sink in sinks { sink.flush(in: loop) }
    reportNotices()
    pipeline.publish(sinks.map(\.ledger))
    return hadWork
  }

  /// Waits for at most so many milliseconds, and no longer than until a sink wants to go on; whether
  /// the alarm rang.
  private func wait(milliseconds: Int) -> Bool {
    var limit = Int64(milliseconds)
    for sink in sinks {
      guard let deadline = sink.deadline else { continue }
      limit = min(limit, max(deadline - loop.now, 0) / 1000 + (deadline > loop.now ? 1 : 0))
    }
    var wasWoken = false
    for index in 0..<loop.wait(atMost: Int(limit)) {
      let (token, readiness) = loop.event(index)
      if token.kind == Self.alarmToken {
        wasWoken = true
      } else if token.kind == Self.sinkToken, token.number < sinks.count {
        sinks[token.number].ready(readiness, in: loop)
      }
    }
    return wasWoken
  }

  private func drainRings() -> Bool {
    var hadWork = false
    for (worker, writer) in pipeline.writers.enumerated() {
      for _ in 0..<writer.ring.capacity {
        guard let record = writer.ring.pop() else { break }
        hadWork = true
        ship(record)
      }
      noteRingDrops(of: worker, writer)
    }
    return hadWork
  }

  private func noteRingDrops(of worker: Int, _ writer: RecordWriter) {
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
        lose(fresh, severity, .ringFull, from: &frontends[frontend])
      }
    }
  }

  private func noteLost(_ key: EventQueue.Class, _ count: UInt64) {
    withGroup(frontend: key.frontend, backend: key.backend) {
      lose(count, key.severity, .queueFull, from: &$0)
    }
  }

  /// Counts lost lines at every logger that would have taken them.
  private func lose(
    _ count: UInt64, _ severity: Severity, _ reason: DropReason, from group: inout LoggerGroup
  ) {
    for index in group.loggers.indices {
      var taken: UInt64 = 0
      for _ in 0..<count where group.loggers[index].takes(severity) { taken += 1 }
      sinks[group.loggers[index].sink].lose(taken, reason)
    }
  }

  private func ship(_ record: ConnectionRecord) {
    let place = Int(record.frontend)
    guard place < frontends.count, !frontends[place].loggers.isEmpty,
      composer.begin(record, of: frontends[place].settings)
    else { return }
    for index in frontends[place].loggers.indices {
      guard frontends[place].loggers[index].takes(record.severity) else { continue }
      composer.compose(
        record, of: frontends[place].settings, for: frontends[place].loggers[index])
      sinks[frontends[place].loggers[index].sink].accept(
        composer.line, isTruncated: composer.isTruncated, in: loop)
    }
  }

  /// Ships an event to the loggers of who it is about, but not to `excluded`.
  private func ship(_ event: LogEvent, excluded: Int? = nil) {
    guard !event.text.isEmpty else { return }
    withGroup(frontend: event.frontend, backend: event.backend) { group in
      for index in group.loggers.indices {
        let sink = group.loggers[index].sink
        guard sink != excluded, group.loggers[index].takes(event.severity) else { continue }
        composer.compose(event, for: group.loggers[index])
        sinks[sink].accept(composer.line, isTruncated: composer.isTruncated, in: loop)
      }
    }
  }

  /// A backend's loggers come first, as HAProxy has it for what happens to servers.
  private func withGroup(
    frontend: UInt32?, backend: UInt32?, _ body: (inout LoggerGroup) -> Void
  ) {
    if let backend = backend.map(Int.init) {
      if backend < backends.count { body(&backends[backend]) }
    } else if let frontend = frontend.map(Int.init) {
      if frontend < frontends.count { body(&frontends[frontend]) }
    } else {
      body(&process)
    }
  }

  /// Tells the process's loggers of sinks that went, came back or dropped lines.
  private func reportNotices() {
    for (place, sink) in sinks.enumerated() {
      for notice in sink.takeNotices() {
        switch notice {
        case .lost(let error):
          tell(
            .sinkLost,
            "Sink \(sink.ledger.sink) cannot be reached (\(error.words)); its lines wait.",
            about: sink, [.text(.errno, error.name)], excluded: place)
        case .back(let microseconds, let dropped):
          tell(
            .sinkBack,
            "Sink \(sink.ledger.sink) takes lines again after \(microseconds / 1000) ms;"
              + " \(dropped) were dropped meanwhile.",
            about: sink, [.integer(.dropped, dropped)])
        }
      }
    }
    guard loop.now >= nextDropReport else { return }
    let now = Clock.realtimeNanoseconds()
    for (place, sink) in sinks.enumerated() where sink.ledger.dropped > reportedDrops[place].count {
      nextDropReport = loop.now + Self.dropReportPause
      let count = sink.ledger.dropped - reportedDrops[place].count
      tell(
        .recordsDropped, "Sink \(sink.ledger.sink) dropped \(count) lines.", about: sink,
        [.integer(.dropped, count), .integer(.since, reportedDrops[place].since)], excluded: place)
      reportedDrops[place] = (sink.ledger.dropped, now)
    }
  }

  private func tell(
    _ kind: LogEventKind, _ text: String, about sink: Sink, _ values: [LogEvent.Entry],
    excluded: Int? = nil
  ) {
    tell(
      LogEvent(
        kind, text: text, values: [.text(.sink, sink.ledger.sink)] + values,
        nanoseconds: Clock.realtimeNanoseconds()),
      excluded: excluded)
  }

  /// Numbers an event of the process and ships it.
  private func tell(_ event: LogEvent, excluded: Int? = nil) {
    guard !process.loggers.isEmpty else { return }
    var event = event
    event.sequence = pipeline.sequence.next()
    ship(event, excluded: excluded)
  }

  /// Ships what is left, logs the ledgers, and gives up what no sink took in time.
  private func finish() {
    let end = Clock.monotonicMicroseconds() + Self.stopLimit
    while turn(), Clock.monotonicMicroseconds() < end {}
    settle(within: Self.stopLimit)
    // The account comes before the lines that tell of it.
    let ledgers = sinks.map(\.ledger)
    for ledger in ledgers { tell(ledger.event) }
    settle(within: Self.ledgerLimit)
    pipeline.publish(sinks.map(\.ledger))
  }

  /// Gives sinks so many microseconds to take what waits; what they do not take is dropped.
  private func settle(within limit: Int64) {
    let end = loop.now + limit
    while sinks.contains(where: { !$0.isEmpty }), loop.now < end {
      _ = wait(milliseconds: Int((end - loop.now) / 1000) + 1)
      for sink in sinks { sink.flush(in: loop) }
    }
    for sink in sinks { sink.abandon() }
  }
}
