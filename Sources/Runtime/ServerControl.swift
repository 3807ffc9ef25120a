internal import HealthChecks
internal import Kernel
internal import LogRecords
internal import LogSinks
internal import Proxy
internal import Reactor

/// Health checks and the states of all servers, on the main thread.
struct ServerControl: ~Copyable {
  private let topology: Topology
  private let pipeline: LogPipeline

  init(topology: Topology, pipeline: LogPipeline) {
    self.topology = topology
    self.pipeline = pipeline
  }

  /// Begins to check.
  mutating func start(_ loop: inout EventLoop) {}

  mutating func handle(event token: EventToken, _ readiness: Readiness, _ loop: inout EventLoop) {}
  mutating func handle(timer token: EventToken, _ loop: inout EventLoop) {}
  mutating func observed(server: Int, worked: Bool, _ loop: inout EventLoop) {}

  /// Servers that are up, and all of them.
  var upCount: (up: Int, all: Int) { (0, topology.servers.count) }

  /// Writes the state of every server to the log (SIGHUP, SIGQUIT).
  func dump(to pipeline: LogPipeline, word: String) {}
}
