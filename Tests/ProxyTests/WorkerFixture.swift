import Kernel
import LogRecords
import Memory
import Reactor

@testable import Proxy

/// Workers on threads of their own, with a frontend before each backend, all on loopback.
final class WorkerFixture: Sendable {
  let topology: Topology
  private let all = Locked([ConnectionRecord]())
  private let observations = Locked([Bool]())
  private let news = Locked([LogEvent]())
  private let alive: Locked<Int>
  private let threads: [JoinableThread]

  /// Starts workers for one frontend and one backend; `configure` changes their settings.
  init(
    servers: [SocketAddress], workers: Int = 1,
    _ configure: (inout ProxySettings) -> Void = { _ in }
  ) throws {
    Process.ignoreBrokenPipes()
    var settings = ProxySettings()
    var frontend = FrontendSettings(name: "f", identifier: 2)
    frontend.backend = 0
    frontend.lineMoment = .close
    frontend.listeners = [
      ListenerSettings(address: .internet(.ipv4(0x7F00_0001, port: 0)))
    ]
    settings.frontends = [frontend]
    var backend = BackendSettings(name: "b", identifier: 3)
    backend.algorithm = .roundRobin
    backend.connectTimeoutMilliseconds = 5000
    for (index, address) in servers.enumerated() {
      backend.servers.append(
        ServerSettings(name: "s\(index + 1)", identifier: index + 1, address: address))
    }
    settings.backends = [backend]
    configure(&settings)
    var listeners: [Listener?] = []
    for (index, frontend) in settings.frontends.enumerated() {
      for listener in frontend.listeners {
        listeners.append(try Listener(binding: listener, frontend: index, backlog: 64))
      }
    }
    var mailboxes: [Mailbox<WorkerOrder>] = []
    for _ in 0..<workers { mailboxes.append(try Mailbox()) }
    let topology = Topology(
      settings: settings, listeners: listeners, mailboxes: WorkerMailboxes(mailboxes), seed: 1)
    self.topology = topology
    alive = Locked(workers)
    var threads: [JoinableThread] = []
    for number in 0..<workers {
      let (all, observations, news, alive) = (all, observations, news, alive)
      threads.append(
        JoinableThread(
          try Thread(name: "worker \(number)") {
            work(number, topology, all, observations, news)
            alive.withLock { $0 -= 1 }
          }))
    }
    self.threads = threads
  }

  deinit { stop() }

  /// What was worth a line of its own.
  var events: [LogEvent] { news.withLock { $0 } }

  /// Ends every session and the threads.
  func stop() {
    topology.mailboxes.postToAll(.stop)
    for thread in threads { thread.join() }
  }

  /// Where the listener of this number, in the row of all, listens.
  func address(_ listener: Int = 0) -> SocketAddress {
    .internet(topology.listeners[listener]?.socket.localEndpoint() ?? .none)
  }

  func connect(_ listener: Int = 0) throws -> Peer { try Peer(connectingTo: address(listener)) }

  /// The records so far.
  var records: [ConnectionRecord] { all.withLock { $0 } }
  /// What was told of observed servers.
  var observed: [Bool] { observations.withLock { $0 } }
  /// Workers that have not ended.
  var livingWorkers: Int { alive.withLock { $0 } }

  /// So many records, once they are there.
  func records(_ count: Int) throws -> [ConnectionRecord] {
    try waitUntil("\(count) records") { records.count >= count }
    return records
  }

  /// The one record there is to be.
  func record() throws -> ConnectionRecord {
    let records = try records(1)
    guard records.count == 1 else { throw SupportError("\(records.count) records") }
    return records[0]
  }

  /// The load of a server.
  func load(_ server: Int = 0) -> (sessions: Int, queued: Int, backendQueued: Int) {
    let load = topology.backends[0].load(of: server)
    return (load.sessions, load.queued, load.backendQueued)
  }

  /// Waits until nothing is counted anywhere: no session, no server's connection, nobody queued.
  func waitUntilEmpty() throws {
    try waitUntil("all counts at nothing") {
      let loads = topology.backends[0].settings.servers.indices.map { load($0) }
      return topology.process.count == 0 && topology.frontends[0].admission.count == 0
        && loads.allSatisfy { $0 == (0, 0, 0) }
        && topology.backends[0].connections(server: nil).sessions == 0
    }
  }
}

/// A worker's thread; a free function, since a closure would bear its maker's isolation.
private func work(
  _ number: Int, _ topology: Topology, _ records: Locked<[ConnectionRecord]>,
  _ observations: Locked<[Bool]>, _ news: Locked<[LogEvent]>
) {
  let reports = WorkerReports(
    record: { record in
      let copy = copy record
      records.withLock { $0.append(copy) }
    },
    event: { event in news.withLock { $0.append(event) } },
    observed: { _, worked in observations.withLock { $0.append(worked) } })
  do throws(Errno) {
    var worker = Worker(
      number: number, topology: topology, reports: reports, loop: try EventLoop())
    try worker.open()
    worker.run()
  } catch {
    records.withLock { _ in }
  }
}

extension ConnectionRecord {
  /// The two letters of the termination state.
  var letters: String { String(decoding: [cause.letter, phase.letter], as: UTF8.self) }
}
