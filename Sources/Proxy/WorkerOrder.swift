package import Memory
package import Reactor

/// Why sessions are ended from outside.
package enum SessionEnd: Sendable {
  /// Their server went down (`on-marked-down shutdown-sessions`).
  case serverDown
  /// An active server came up (`on-marked-up shutdown-backup-sessions`).
  case serverUp
  /// The administrator ended them, or the process stops.
  case killed
}

/// What another thread asks of a worker.
package enum WorkerOrder: Sendable {
  /// A session that waited has a server, which counts it already; `place` was its in the queue.
  case granted(session: SlabIndex, backend: Int, server: Int, place: Int)
  /// The server that a session waited for is gone: find another one.
  case homeless(session: SlabIndex, place: Int)
  /// End all sessions of this server, by its index in the one row of all servers.
  case endSessions(server: Int, cause: SessionEnd)
  /// There is room again: accept on the listeners that wait for it.
  case resumeListeners
  /// Accept no more, and end when no session is left.
  case drain
  /// End every session and then the thread.
  case stop
}

/// The mailboxes of all workers.
package final class WorkerMailboxes: Sendable {
  /// A mailbox for each worker.
  package let all: [Mailbox<WorkerOrder>]

  /// Takes the mailboxes of all workers, in their order.
  package init(_ all: [Mailbox<WorkerOrder>]) { self.all = all }

  /// Leaves an order for one worker.
  package func post(_ order: WorkerOrder, to worker: Int) {
    if all.indices.contains(worker) { all[worker].post(order) }
  }

  /// Leaves an order for each worker.
  package func postToAll(_ order: WorkerOrder) {
    for mailbox in all { mailbox.post(order) }
  }
}
