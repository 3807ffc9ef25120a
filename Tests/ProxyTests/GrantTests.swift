import Kernel
import Memory
import Reactor
import Testing

@testable import Proxy

/// What one worker grants to the sessions of another.
@Suite struct GrantTests {
  /// A worker ends once its last session has: an order that came later would be lost, and with it
  /// the place at the server.
  @Test("a grant is in the mailbox by the time that its session learns of it")
  func order() throws {
    var settings = BackendSettings(name: "b", identifier: 1)
    settings.algorithm = .roundRobin
    var server = ServerSettings(
      name: "s", identifier: 1, address: .internet(.ipv4(0x7F00_0001, port: 1)))
    server.connectionLimit = 1
    settings.servers = [server]
    let mailboxes = WorkerMailboxes([try Mailbox(), try Mailbox()])
    let backend = Backend(
      settings: settings, index: 0, firstServer: 0, fullConnections: 10, seed: 1,
      mailboxes: mailboxes)
    let index = SlabIndex(slot: 1, generation: 1)
    for round in 0..<5_000 {
      guard case .server = backend.enter(Waiter(worker: 0, session: index), hash: nil).0,
        case .queued(let ticket, let queued) = backend.enter(
          Waiter(worker: 1, session: index), hash: nil
        ).0
      else {
        Issue.record("round \(round): the server has no place that is free")
        return
      }
      // The first leaves on a thread of its own while the second gives up.
      let leaving = JoinableThread(
        try Thread(name: "leaving") { _ = backend.leave(server: 0) })
      let isGranted = backend.cancel(ticket: ticket, server: queued) == nil
      let orders = mailboxes.all[1].take()
      leaving.join()
      guard isGranted == !orders.isEmpty else {
        Issue.record("round \(round): granted \(isGranted), in the mailbox \(orders)")
        return
      }
      _ = backend.leave(server: isGranted ? 0 : nil)
    }
    #expect(backend.load(of: 0).sessions == 0)
  }
}
