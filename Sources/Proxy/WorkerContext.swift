internal import Kernel
package import LogRecords
internal import Memory
internal import Reactor

/// What a worker tells the others of: records of connections, and events.
///
/// It is the worker's only way out; where records go is not its business.
package struct WorkerReports {
  /// Takes the record of a connection and gives it its number; must not wait.
  package var record: (inout ConnectionRecord) -> Void
  /// Takes an event that is worth a line of its own; rare.
  package var event: (LogEvent) -> Void
  /// Takes word of an attempt to reach an observed server (by its index in the one row of all):
  /// whether it worked. Only for servers with `observe layer4`.
  package var observed: (_ server: Int, _ worked: Bool) -> Void

  /// Makes reports of three ways out.
  package init(
    record: @escaping (inout ConnectionRecord) -> Void,
    event: @escaping (LogEvent) -> Void,
    observed: @escaping (_ server: Int, _ worked: Bool) -> Void
  ) {
    self.record = record
    self.event = event
    self.observed = observed
  }
}

/// The kinds of events in a worker's loop.
enum WorkerToken {
  static let mailbox: UInt8 = 1
  static let listener: UInt8 = 2
  static let client: UInt8 = 3
  static let server: UInt8 = 4
  static let session: UInt8 = 5
  static let acceptAgain: UInt8 = 6
}

/// What a worker's sessions need of their worker.
struct WorkerContext: ~Copyable {
  /// The worker's number.
  let worker: Int
  let topology: Topology
  let reports: WorkerReports
  var loop: EventLoop
  var resources: RelayResources

  /// Milliseconds on the loop's clock.
  var nowMilliseconds: Int64 { loop.now / 1000 }
}
