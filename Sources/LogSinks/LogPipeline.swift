package import Kernel
package import LogRecords
internal import Memory
package import Reactor
internal import Synchronization

/// The way of records and events from where they come about to the sinks.
///
/// Workers write through a `RecordWriter` each, any thread posts events, one thread runs `run`.
/// Nobody who writes ever waits for a sink.
package final class LogPipeline: Sendable {
  /// What the pipeline is made from: one configuration's names and loggers, and the process's
  /// own facts.
  package struct Settings: Sendable {
    /// The names that records refer to.
    package var names: LogNames
    /// What each frontend logs, by its index.
    package var frontends: [ProxyLogSettings] = []
    /// What each backend logs, by its index.
    package var backends: [ProxyLogSettings] = []
    /// What the process logs: the loggers of `global`.
    package var process = ProxyLogSettings()
    /// The sections `ring`.
    package var rings: [RingSettings] = []
    /// The backends of `mode log`.
    package var logBackends: [LogBackendSettings] = []
    /// The sections `log-forward`.
    package var forwards: [LogForwardSettings] = []
    /// The bound sockets of those sections.
    package var forwardSockets: [ForwardSocket] = []
    /// The sections `log-profile`.
    package var profiles: [LogProfileSettings] = []
    /// Whether a server of a backend of `mode log` is up, by the indexes of both in the data plane;
    /// called on the log thread. Nil where nothing checks them: all are up.
    package var isServerUp: (@Sendable (_ backend: Int, _ server: Int) -> Bool)?
    /// The host named in headers (`log-send-hostname`); nil where none was asked for.
    package var hostName: String?
    /// The id of the process.
    package var processIdentifier: Int32 = Process.identifier
    /// The name of this host (`%H`).
    package var nodeName = Process.hostName
    /// When the process started, in nanoseconds since 1970.
    package var startedNanoseconds = Clock.realtimeNanoseconds()
    /// What tells this run of the process from others, beside the numbers of records: 128 random
    /// bits in hexadecimal.
    package var bootIdentifier = Self.randomIdentifier()
    /// Gives the counts that formats name (`%[be_conn(b)]`); called on the log thread.
    package var counts: (@Sendable (NamedCount) -> Int?)?
    /// Who the files of spools are to belong to, where the process becomes another user after it
    /// opened them; nil leaves them to who makes them.
    package var fileUser: UInt32?
    /// The same of the group.
    package var fileGroup: UInt32?
    /// How many workers write.
    package var workers = 1
    /// Records that a worker's ring holds.
    package var ringCapacity = 4096

    /// Settings of these names that log nothing.
    package init(names: LogNames) { self.names = names }

    private static func randomIdentifier() -> String {
      (0..<32).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
    }
  }

  /// The proof that the log thread makes progress: it turns at least once a second.
  package let turns = TurnCounter()
  /// The numbers of records and events.
  package let sequence = RecordSequence()

  let settings: Settings
  let writers: [RecordWriter]
  let events = EventQueue()
  let alarm: LogAlarm
  private let published = Locked<[SinkLedger]>([])
  private let publishedInputs = Locked<[InputLedger]>([])
  private let started: EventDescriptor
  private let failure = Locked<Errno?>(nil)
  private let stopRequested = Atomic<Bool>(false)

  /// A pipeline that nothing runs yet. What is written before `run` waits in the rings.
  package init(_ settings: Settings) throws(Errno) {
    self.settings = settings
    let alarm = try LogAlarm()
    let sequence = sequence
    self.alarm = alarm
    started = try EventDescriptor()
    writers = (0..<max(settings.workers, 1)).map { _ in
      RecordWriter(
        capacity: settings.ringCapacity, frontends: settings.names.frontends.count, alarm: alarm,
        sequence: sequence)
    }
  }

  /// The end of a worker's ring that the worker writes to; it alone may.
  package func writer(_ worker: Int) -> RecordWriter { writers[worker] }

  /// Hands an event to the log thread; any thread may. It is numbered here. Where too many wait it
  /// is dropped and counted.
  package func post(_ event: LogEvent) {
    var event = event
    event.sequence = sequence.next()
    events.append(event)
    alarm.ring()
  }

  /// What became of every line, for each sink: those of the process's loggers first, then those
  /// that frontends and then backends add. Each
  /// ledger is balanced at any moment; it is at most one turn of the log thread old.
  package func ledger() -> [SinkLedger] { published.withLock { $0 } }

  /// What the sections `log-forward` took in, in their order; at most one turn of the log thread
  /// old, and what the kernel dropped a quarter of a second.
  package func inputLedgers() -> [InputLedger] { publishedInputs.withLock { $0 } }

  /// Logs each sink's and each section's ledger as an event of the process (SIGQUIT); `stop` does
  /// so by itself.
  package func logLedgers() {
    for ledger in ledger() { post(ledger.event) }
    for ledger in inputLedgers() { post(ledger.event) }
  }

  /// The body of the log thread: ships what is written until `stop` is called and all is done.
  package func run() {
    do throws(Errno) {
      // Sinks are reached by the paths of before a `chroot`; where the system refuses, a sink
      // that is open stays so, and reopens inside the new root.
      try? Thread.keepOwnRoot()
      var thread = try LogThread(self)
      try thread.openForwards()
      started.signal()
      thread.run()
    } catch {
      failure.withLock { $0 = error }
      started.signal()
    }
  }

  /// Waits until the log thread runs and its sinks are open; after this the process may change
  /// its root and user. Gives why it cannot run, nil where it does.
  package func waitUntilRunning() -> Errno? {
    do throws(Errno) {
      let epoll = try Epoll()
      try epoll.add(started.descriptor.number, .readable, token: 0)
      while epoll.wait(milliseconds: nil) == 0 {}
    } catch {
      return error
    }
    return failure.withLock { $0 }
  }

  /// Asks the log thread to ship what was written so far, to log the ledgers and to end; join the
  /// thread after this. Call it when no worker writes any more.
  package func stop() {
    stopRequested.store(true, ordering: .releasing)
    alarm.ringAlways()
  }

  /// Whether `stop` was called.
  var isStopping: Bool { stopRequested.load(ordering: .acquiring) }

  /// Whether nothing waits for the log thread.
  var isIdle: Bool { events.isEmpty && !writers.contains { $0.ring.count > 0 } && !isStopping }

  /// Shows the ledgers of the sections `log-forward` as they are now.
  func publish(_ inputs: [InputLedger]) {
    guard !inputs.isEmpty else { return }
    publishedInputs.withLock { $0 = inputs }
  }

  /// Shows the ledgers as they are now.
  func publish(_ sinks: [Sink]) {
    published.withLock { ledgers in
      for (place, sink) in sinks.enumerated() {
        if place < ledgers.count {
          ledgers[place] = sink.ledger
        } else {
          ledgers.append(sink.ledger)
        }
      }
    }
  }
}
