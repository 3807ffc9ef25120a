internal import ConfigSyntax
internal import Configuration
internal import Kernel
internal import LogRecords
internal import LogSinks
internal import Proxy
internal import Reactor
internal import Systemd
internal import TLS

/// The program as a service: from a checked configuration to the end of its last connection.
struct Service {
  /// Why it could not start: a message in HAProxy's manner, and what may help.
  struct StartFailure: Error {
    var message: String
    var remedy: String?
  }

  let loaded: LoadedConfiguration
  let options: LaunchOptions
  private var snapshot: Snapshot

  init(_ loaded: LoadedConfiguration, snapshot: Snapshot, options: LaunchOptions) {
    self.loaded = loaded
    self.snapshot = snapshot
    self.options = options
  }

  /// Starts and serves; gives the exit status.
  mutating func run() -> Int32 {
    do throws(StartFailure) {
      return try serve()
    } catch {
      report(error)
      _ = ServiceManager.fromEnvironment()?.notify(.status(error.message))
      return 1
    }
  }

  private func report(_ failure: StartFailure) {
    var diagnostics = Diagnostics()
    diagnostics.report(.alert, failure.message, remedy: failure.remedy)
    Launcher.complain(diagnostics.rendered(processIdentifier: Process.identifier))
  }

  private mutating func serve() throws(StartFailure) -> Int32 {
    Process.ignoreBrokenPipes()
    Process.dieByFaults()
    CalendarTime.loadTimeZone()
    let threads = snapshot.global.threadCount ?? Thread.processorCount
    try applyLimits(threads: threads)
    let privileges = try lookUpPrivileges()
    let listeners = try bindListeners()
    let forwardSockets = try bindForwards()
    guard listeners.contains(where: { $0 != nil }) || !forwardSockets.isEmpty else {
      throw StartFailure(
        message:
          "[\(Self.program).main()] No enabled listener found (check for 'bind' directives) ! Exiting.",
        remedy: "give a 'frontend', 'listen' or 'log-forward' section a 'bind' line")
    }
    if !loaded.isQuiet { warnOfReceivers() }
    let manager = ServiceManager.fromEnvironment()
    var handshake = try leavesTerminal ? makeHandshake() : nil
    if handshake != nil, try goToBackground() != nil {
      return handshake?.awaitOther() == true ? 0 : 1
    }
    try writeProcessIdentifier()
    return try runThreads(
      threads: threads, listeners: listeners, forwardSockets: forwardSockets,
      privileges: privileges, manager: manager,
      handshake: &handshake)
  }

  /// Tells of receivers on this machine that would drop records by limits of their own.
  private func warnOfReceivers() {
    let proxies = snapshot.frontendLogs + snapshot.backendLogs
    let forwards = snapshot.logForwards.flatMap(\.loggers)
    let loggers = snapshot.global.loggers + proxies.flatMap(\.loggers) + forwards
    var diagnostics = Diagnostics()
    for limit in ReceiverLimits().limits(for: loggers) {
      diagnostics.report(.warning, limit.warning, remedy: limit.remedy)
    }
    guard diagnostics.hasWarnings else { return }
    Launcher.complain(diagnostics.rendered(processIdentifier: Process.identifier))
  }

  private static let program = "weir"

  private var leavesTerminal: Bool {
    switch options.foreground {
    case .asConfigured: snapshot.global.daemonizes
    case .leaves: true
    case .stays, .debugs: false
    }
  }

  private func makeHandshake() throws(StartFailure) -> Handshake {
    do throws(Errno) { return try Handshake() } catch { throw cannotFork(error) }
  }

  private func goToBackground() throws(StartFailure) -> Int32? {
    do throws(Errno) { return try Background.fork() } catch { throw cannotFork(error) }
  }

  private func cannotFork(_ errno: Errno) -> StartFailure {
    StartFailure(message: "[\(Self.program).main()] Cannot fork: \(errno.words)", remedy: nil)
  }

  private func writeProcessIdentifier() throws(StartFailure) {
    guard let path = options.pidFile ?? snapshot.global.pidFile else { return }
    do throws(Errno) {
      try Background.writeProcessIdentifier(to: path)
    } catch {
      throw StartFailure(
        message: "[\(Self.program).main()] Cannot create pidfile \(path): \(error.words)",
        remedy: "its folder must exist and be writable")
    }
  }

  private mutating func applyLimits(threads: Int) throws(StartFailure) {
    if options.disablesSplice { snapshot.proxy.allowsSplice = false }
    try limitMemory()
    if let limit = options.frontendConnectionLimit {
      for index in snapshot.proxy.frontends.indices
      where snapshot.proxy.frontends[index].connectionLimit == nil {
        snapshot.proxy.frontends[index].connectionLimit = limit
      }
    }
    do throws(DescriptorBudget.Shortage) {
      let budget = try DescriptorBudget(
        snapshot, override: options.connectionLimit, threads: threads)
      try budget.apply()
      snapshot.proxy.connectionLimit = budget.connectionLimit
      snapshot.proxy.pipeLimit = budget.pipeLimit
    } catch {
      throw StartFailure(
        message: "[\(Self.program).main()] \(error.message)", remedy: error.remedy)
    }
  }

  /// `-m`: the kernel gives no more memory than that.
  private func limitMemory() throws(StartFailure) {
    guard let megabytes = options.memoryLimitMegabytes else { return }
    do throws(Errno) {
      try Process.limitMemory(megabytes: UInt64(clamping: megabytes))
    } catch {
      throw StartFailure(
        message: "[\(Self.program).main()] Cannot limit memory to \(megabytes) MB: \(error.words)",
        remedy: "name as much as the limit in force allows (`ulimit -d`), or leave out -m")
    }
  }

  private func lookUpPrivileges() throws(StartFailure) -> Privileges {
    do throws(Privileges.Refusal) {
      return try Privileges(snapshot.global)
    } catch {
      throw StartFailure(
        message: "[\(Self.program).main()] \(error.message)", remedy: error.remedy)
    }
  }

  /// Binds every address, and tells all that could not be bound.
  private func bindListeners() throws(StartFailure) -> [Listener?] {
    var listeners: [Listener?] = []
    var failures = 0
    for (index, frontend) in snapshot.proxy.frontends.enumerated() {
      for settings in frontend.listeners {
        guard !frontend.isDisabled else {
          listeners.append(nil)
          continue
        }
        let limit = frontend.connectionLimit ?? snapshot.proxy.connectionLimit
        do throws(BindingError) {
          listeners.append(
            try Listener(
              binding: settings, frontend: index, backlog: frontend.backlog ?? max(limit, 1),
              sharesPort: !options.disablesReusePort))
        } catch {
          failures += 1
          report(
            StartFailure(
              message: "Starting frontend \(frontend.name): \(error.action) "
                + "(\(error.errno.words)) [\(settings.address.text)]",
              remedy: error.remedy))
        }
      }
    }
    guard failures == 0 else { throw bindingFailure }
    return listeners
  }

  private var bindingFailure: StartFailure {
    StartFailure(
      message: "[\(Self.program).main()] Some protocols failed to start their listeners! Exiting.",
      remedy: nil)
  }

  /// Binds every address of the sections `log-forward`, and tells all that could not be bound, and
  /// where the kernel keeps less than was asked for.
  private func bindForwards() throws(StartFailure) -> [ForwardSocket] {
    var sockets: [ForwardSocket] = []
    var failures = 0
    for (index, section) in snapshot.logForwards.enumerated() {
      for listener in section.listeners {
        do throws(BindingError) {
          let socket = try ForwardSocket(
            binding: listener, section: index,
            backlog: section.backlog ?? max(section.connectionLimit, 1),
            sharesPort: !options.disablesReusePort, tls: try tlsContext(of: listener))
          warn(of: socket, section.name)
          sockets.append(socket)
        } catch {
          failures += 1
          report(
            StartFailure(
              message: "Starting log-forward \(section.name): \(error.action) "
                + "(\(error.errno.words)) [\(listener.address.text)]",
              remedy: error.remedy))
        }
      }
    }
    guard failures == 0 else { throw bindingFailure }
    return sockets
  }

  /// How a listener speaks TLS; its files are read here, before privileges are given up.
  private func tlsContext(
    of listener: LogForwardSettings.Listener
  ) throws(BindingError) -> TLSContext? {
    guard let settings = listener.tls else { return nil }
    do throws(TLSError) {
      return try TLSContext(server: settings)
    } catch {
      throw BindingError(
        action: "cannot speak TLS: \(error.message)", errno: .invalid, remedy: error.remedy)
    }
  }

  private func warn(of socket: ForwardSocket, _ section: String) {
    guard socket.hasSmallBuffer, let granted = socket.receiveBufferBytes else { return }
    var diagnostics = Diagnostics()
    diagnostics.report(
      .warning,
      "log-forward \(section): the kernel keeps \(granted) bytes of what comes in at"
        + " [\(socket.listener.address.text)], less than the \(ForwardSocket.receiveBufferBytes)"
        + " that were asked for: datagrams that come in bursts may be lost.",
      remedy: "start as root or with CAP_NET_ADMIN, or raise net.core.rmem_max to"
        + " \(ForwardSocket.receiveBufferBytes)")
    Launcher.complain(diagnostics.rendered(processIdentifier: Process.identifier))
  }

  private func runThreads(
    threads: Int, listeners: [Listener?], forwardSockets: [ForwardSocket],
    privileges: Privileges, manager: ServiceManager?,
    handshake: inout Handshake?
  ) throws(StartFailure) -> Int32 {
    do throws(Errno) {
      let signals = try SignalDescriptor(Signal.all)
      let counts = ConnectionCounts()
      var logSettings = logSettings(workers: threads, counts: counts)
      logSettings.forwardSockets = forwardSockets
      (logSettings.fileUser, logSettings.fileGroup) = (privileges.user, privileges.group)
      let pipeline = try LogPipeline(logSettings)
      let logThread = try Thread(name: "log") { pipeline.run() }
      if let failure = pipeline.waitUntilRunning() { throw failure }
      try drop(privileges)
      var mailboxes: [Mailbox<WorkerOrder>] = []
      for _ in 0..<threads { mailboxes.append(try Mailbox()) }
      let topology = Topology(
        settings: snapshot.proxy, listeners: listeners, mailboxes: WorkerMailboxes(mailboxes),
        seed: Clock.realtimeNanoseconds())
      counts.begin(with: topology)
      let announcer = Announcer(
        pipeline: pipeline, showsOnTerminal: handshake == nil && !loaded.isQuiet)
      let servers = ServerControl(topology: topology, announcer: announcer)
      endPredecessors()
      handshake?.give()
      if handshake != nil { try Process.joinErrorsToOutput() }
      let mailbox = try Mailbox<SupervisorOrder>()
      var watched = [(name: "log thread", turns: pipeline.turns)]
      for number in 0..<threads {
        let turns = TurnCounter()
        watched.append((name: "worker \(number)", turns: turns))
        let thread = try Thread(name: "worker \(number)") {
          runWorker(number, topology, pipeline, mailbox, turns)
        }
        thread.detach()
      }
      var supervisor = Supervisor(
        snapshot: snapshot, topology: topology, pipeline: pipeline, mailbox: mailbox,
        manager: manager, announcer: announcer, watched: watched, loop: try EventLoop(),
        signals: signals, servers: servers)
      try supervisor.run()
      pipeline.stop()
      logThread.join()
      removeProcessIdentifier()
      if let signal = supervisor.fatalSignal { Process.die(by: signal) }
      return 0
    } catch {
      throw StartFailure(
        message: "[\(Self.program).main()] Cannot start: \(error.words) (\(error.name))",
        remedy: nil)
    }
  }

  private func drop(_ privileges: Privileges) throws(Errno) {
    do throws(Privileges.Refusal) {
      try privileges.drop()
    } catch {
      report(
        StartFailure(message: "[\(Self.program).main()] \(error.message)", remedy: error.remedy))
      throw .permissionDenied
    }
  }

  /// `-sf`, `-st`: this process listens now, so that the others may go.
  private func endPredecessors() {
    for pid in options.finishing { try? Process.send(signal: Signal.user1, to: pid) }
    for pid in options.terminating { try? Process.send(signal: Signal.terminate, to: pid) }
  }

  private func removeProcessIdentifier() {
    guard let path = options.pidFile ?? snapshot.global.pidFile else { return }
    try? File.remove(path)
  }

  private func logSettings(
    workers: Int, counts: ConnectionCounts
  ) -> LogPipeline.Settings {
    var settings = LogPipeline.Settings(names: snapshot.proxy.names)
    settings.frontends = snapshot.frontendLogs
    settings.backends = snapshot.backendLogs
    settings.process.loggers = snapshot.global.loggers
    settings.process.tag = snapshot.global.logTag ?? Self.program
    settings.process.limits = snapshot.global.logLimits
    if let host = snapshot.global.logHostname {
      settings.hostName = host.isEmpty ? Process.hostName : host
    }
    settings.rings = snapshot.rings
    settings.logBackends = snapshot.logBackends
    settings.forwards = snapshot.logForwards
    settings.profiles = snapshot.logProfiles
    settings.workers = workers
    settings.counts = { counts.now($0) }
    settings.isServerUp = { counts.isServerUp(backend: $0, server: $1) }
    return settings
  }
}

/// The body of a worker's thread; a free function, since a closure would bear its maker's
/// isolation.
private func runWorker(
  _ number: Int, _ topology: Topology, _ pipeline: LogPipeline,
  _ mailbox: Mailbox<SupervisorOrder>, _ turns: TurnCounter
) {
  let writer = pipeline.writer(number)
  let reports = WorkerReports(
    record: { writer.write(&$0) },
    event: { pipeline.post($0) },
    observed: { mailbox.post(.observed(server: $0, worked: $1)) })
  do throws(Errno) {
    var worker = Worker(
      number: number, topology: topology, reports: reports, loop: try EventLoop(turns: turns))
    try worker.open()
    mailbox.post(.workerIsReady)
    worker.run()
    mailbox.post(.workerEnded)
  } catch {
    mailbox.post(.workerFailed(error))
  }
}
