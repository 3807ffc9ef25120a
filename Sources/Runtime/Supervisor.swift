internal import Configuration
internal import HealthChecks
internal import Kernel
internal import LogRecords
internal import LogSinks
internal import Proxy
internal import Reactor
internal import Systemd

/// What other threads tell the main thread.
enum SupervisorOrder: Sendable {
  /// A worker takes connections.
  case workerIsReady
  /// A worker could not begin.
  case workerFailed(Errno)
  /// A worker has ended.
  case workerEnded
  /// An observed server was called: whether it answered.
  case observed(server: Int, worked: Bool)
}

/// The main thread: signals, systemd, health checks and server states, and the end.
struct Supervisor: ~Copyable {
  /// The kinds of events in the main loop.
  enum Token {
    static let signals: UInt8 = 1
    static let mailbox: UInt8 = 2
    static let watchdog: UInt8 = 3
    static let hardStop: UInt8 = 4
    static let status: UInt8 = 5
    static let check: UInt8 = 6
    static let grace: UInt8 = 7
    static let warmUp: UInt8 = 8
  }

  /// How often the line for `systemctl status` is made anew, in milliseconds.
  static var statusIntervalMilliseconds: Int { 10_000 }

  let snapshot: Snapshot
  let topology: Topology
  let pipeline: LogPipeline
  let mailbox: Mailbox<SupervisorOrder>
  let manager: ServiceManager?
  let announcer: Announcer
  /// The loops of all workers and of the log thread: what must turn for the watchdog to be fed.
  let watched: [(name: String, turns: TurnCounter)]
  var loop: EventLoop
  var signals: SignalDescriptor
  var servers: ServerControl

  private var watchdog: ProgressWatch?
  private var readyWorkers = 0
  private var endedWorkers = 0
  private var failure: Errno?
  private var isStopping = false
  /// The signal that ends the process in the end; nil for a plain end.
  private(set) var fatalSignal: Int32?

  init(
    snapshot: Snapshot, topology: Topology, pipeline: LogPipeline,
    mailbox: Mailbox<SupervisorOrder>, manager: ServiceManager?,
    announcer: Announcer, watched: [(name: String, turns: TurnCounter)], loop: consuming EventLoop,
    signals: consuming SignalDescriptor, servers: consuming ServerControl
  ) {
    self.snapshot = snapshot
    self.topology = topology
    self.pipeline = pipeline
    self.mailbox = mailbox
    self.manager = manager
    self.announcer = announcer
    self.watched = watched
    self.loop = loop
    self.signals = signals
    self.servers = servers
  }

  /// Runs until every worker has ended; gives the errno of a worker that could not begin.
  mutating func run() throws(Errno) {
    try loop.watch(
      signals.descriptor, for: .readable, token: EventToken(kind: Token.signals))
    try mailbox.register(in: loop, token: EventToken(kind: Token.mailbox))
    startWatchdog()
    servers.start(&loop)
    while endedWorkers < topology.mailboxes.all.count {
      let count = loop.wait()
      for index in 0..<count {
        let (token, readiness) = loop.event(index)
        switch token.kind {
        case Token.signals: takeSignals()
        case Token.mailbox: takeOrders()
        case Token.check: servers.handle(event: token, readiness, &loop)
        default: break
        }
      }
      while let token = loop.expiredTimer() { timerFired(token) }
      if servers.takeNews() && isReady { _ = manager?.notify(.status(statusLine)) }
    }
    if let failure { throw failure }
  }

  private mutating func timerFired(_ token: EventToken) {
    switch token.kind {
    case Token.watchdog: feedWatchdog()
    case Token.hardStop: giveUpSoftStop()
    case Token.grace: endGrace()
    case Token.status: tellStatus()
    case Token.check, Token.warmUp: servers.handle(timer: token, &loop)
    default: break
    }
  }

  private mutating func takeOrders() {
    for order in mailbox.take() {
      switch order {
      case .workerIsReady:
        readyWorkers += 1
        if isReady && failure == nil { becomeReady() }
      case .workerFailed(let errno):
        failure = errno
        endedWorkers += 1
        topology.mailboxes.postToAll(.stop)
      case .workerEnded: endedWorkers += 1
      case .observed(let server, let worked):
        servers.observed(server: server, worked: worked, &loop)
      }
    }
  }

  /// Whether every worker takes connections.
  private var isReady: Bool { readyWorkers == topology.mailboxes.all.count }

  private mutating func becomeReady() {
    _ = manager?.notify(.ready, .status(statusLine))
    if manager != nil {
      _ = loop.setTimer(
        after: Self.statusIntervalMilliseconds, token: EventToken(kind: Token.status))
    }
  }

  private mutating func tellStatus() {
    _ = manager?.notify(.status(statusLine))
    _ = loop.setTimer(
      after: Self.statusIntervalMilliseconds, token: EventToken(kind: Token.status))
  }

  private var statusLine: String {
    let (up, all) = servers.upCount
    let sessions = topology.process.count
    return "\(isStopping ? "Stopping" : "Serving"): \(up) of \(all) servers up, "
      + "\(sessions) connections now, \(topology.process.cumulative) in all; "
      + "log: \(SinkLedger.summary(pipeline.ledger()))"
  }
}

// MARK: - Signals and the end

extension Supervisor {
  private mutating func takeSignals() {
    while let (signal, _) = signals.next() {
      switch signal {
      case Signal.terminate, Signal.interrupt:
        fatalSignal = signal
        hardStop()
      case Signal.user1: beginSoftStop()
      case Signal.hangUp: servers.dump(word: "SIGHUP")
      case Signal.quit:
        servers.dump(word: "SIGQUIT")
        pipeline.logLedgers()
      default: break
      }
    }
  }

  /// Ends every session and the process (SIGTERM, SIGINT).
  private mutating func hardStop() {
    if !isStopping { announceStop() }
    isStopping = true
    topology.mailboxes.postToAll(.stop)
  }

  /// SIGUSR1: after `grace`, accepts no more and ends with the last session.
  private mutating func beginSoftStop() {
    guard !isStopping else { return }
    guard let grace = snapshot.global.graceMilliseconds, grace > 0 else { return softStop() }
    announcer.announce(
      LogEvent(
        .processStopping, severity: .warning, text: "Scheduling a soft-stop in \(grace) ms.",
        nanoseconds: Clock.realtimeNanoseconds()))
    _ = loop.setTimer(after: grace, token: EventToken(kind: Token.grace))
  }

  /// `grace` is over.
  private mutating func endGrace() {
    guard !isStopping else { return }
    announcer.announce(
      LogEvent(
        .processStopping, severity: .notice,
        text: "Grace period expired, proceeding with soft-stop now.",
        nanoseconds: Clock.realtimeNanoseconds()))
    softStop()
  }

  private mutating func softStop() {
    guard !isStopping else { return }
    isStopping = true
    announceStop()
    topology.mailboxes.postToAll(.drain)
    for case let listener? in topology.listeners where !listener.settings.isInherited {
      listener.socket.stopListening()
    }
    if let limit = snapshot.global.hardStopAfterMilliseconds {
      _ = loop.setTimer(after: limit, token: EventToken(kind: Token.hardStop))
    }
  }

  /// `hard-stop-after` is over: ends the sessions that are left, and says of which proxies.
  private mutating func giveUpSoftStop() {
    let now = Clock.realtimeNanoseconds()
    announcer.announce(
      LogEvent(
        .processStopping, severity: .warning,
        text: "soft-stop running for too long, performing a hard-stop.", nanoseconds: now))
    for (index, frontend) in topology.frontends.enumerated() where frontend.admission.count > 0 {
      announcer.announce(
        LogEvent(
          .proxyStopped,
          text: "Proxy \(frontend.settings.name) hard-stopped "
            + "(\(frontend.admission.count) remaining conns will be closed).",
          frontend: UInt32(clamping: index), nanoseconds: now))
    }
    hardStop()
  }

  private func announceStop() {
    _ = manager?.notify(.stopping, .status("Stopping: \(topology.process.count) connections left"))
    for (index, frontend) in topology.frontends.enumerated()
    where !frontend.settings.isDisabled {
      // A `listen` section is both, and has one line.
      let both = topology.backends.first { $0.settings.name == frontend.settings.name }
      announceStop(
        of: frontend.settings.name, accepted: frontend.admission.cumulative,
        served: both?.cumulativeSessions ?? 0, frontend: UInt32(index), backend: nil)
    }
    let names = Set(topology.frontends.map(\.settings.name))
    for backend in topology.backends
    where !backend.settings.isDisabled && !names.contains(backend.settings.name) {
      announceStop(
        of: backend.settings.name, accepted: 0, served: backend.cumulativeSessions,
        frontend: nil, backend: UInt32(backend.index))
    }
  }

  private func announceStop(
    of name: String, accepted: Int, served: Int, frontend: UInt32?, backend: UInt32?
  ) {
    announcer.announce(
      LogEvent(
        .proxyStopped,
        text: "Proxy \(name) stopped (cumulated conns: FE: \(accepted), BE: \(served)).",
        frontend: frontend, backend: backend, nanoseconds: Clock.realtimeNanoseconds()))
  }
}

// MARK: - Watchdog

extension Supervisor {
  private mutating func startWatchdog() {
    guard manager != nil, let interval = Watchdog.intervalMicroseconds() else { return }
    let watch = ProgressWatch(intervalMilliseconds: Int(interval / 2000), watched: watched)
    watchdog = watch
    _ = loop.setTimer(
      after: watch.intervalMilliseconds, token: EventToken(kind: Token.watchdog))
  }

  /// Tells systemd that the process is alive, if every thread has made progress since last time.
  private mutating func feedWatchdog() {
    guard var watch = watchdog else { return }
    if let stuck = watch.standing() {
      announcer.announce(
        LogEvent(
          .watchdogWithheld,
          text: "Watchdog withheld: \(stuck) has made no progress for "
            + "\(watch.intervalMilliseconds) ms.",
          nanoseconds: Clock.realtimeNanoseconds()))
    } else {
      _ = manager?.notify(.watchdog)
    }
    _ = loop.setTimer(
      after: watch.intervalMilliseconds, token: EventToken(kind: Token.watchdog))
    watchdog = watch
  }
}

/// Whether threads make progress: each turns its loop in time, also when idle.
struct ProgressWatch {
  /// How often it is asked, in milliseconds: half of systemd's time.
  let intervalMilliseconds: Int
  private let watched: [(name: String, turns: TurnCounter)]
  /// For each thread, the turns last seen and how long it has stood there, in milliseconds.
  private var last: [(turns: UInt64, stoodMilliseconds: Int)]

  init(intervalMilliseconds: Int, watched: [(name: String, turns: TurnCounter)]) {
    self.intervalMilliseconds = max(intervalMilliseconds, 1)
    self.watched = watched
    last = watched.map { _ in (.max, 0) }
  }

  /// The name of a thread that has not turned for longer than an idle loop waits; nil where all go on. Ask it once an interval.
  mutating func standing() -> String? {
    var stuck: String?
    for (index, thread) in watched.enumerated() {
      let turns = thread.turns.count
      let stood =
        turns == last[index].turns
        ? last[index].stoodMilliseconds + intervalMilliseconds : 0
      last[index] = (turns, stood)
      if stood > EventLoop.waitLimitMilliseconds { stuck = stuck ?? thread.name }
    }
    return stuck
  }
}

/// The numbers of the signals that the process takes (signal(7)).
enum Signal {
  static let hangUp: Int32 = 1
  static let interrupt: Int32 = 2
  static let quit: Int32 = 3
  static let user1: Int32 = 10
  static let user2: Int32 = 12
  static let terminate: Int32 = 15
  static let ttyInput: Int32 = 21
  static let ttyOutput: Int32 = 22
  /// All of them.
  static let all: [Int32] = [hangUp, interrupt, quit, user1, user2, terminate, ttyInput, ttyOutput]
}
