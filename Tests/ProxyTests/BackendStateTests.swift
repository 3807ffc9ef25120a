import Balancing
import Memory
import Testing

@testable import Proxy

/// A backend's state without threads; waiters are known by their slot.
private struct Fixture {
  var state: BackendState
  private var next: UInt32 = 0

  init(_ loads: [ServerLoad], algorithm: Algorithm = .roundRobin, fullConnections: Int = 1000) {
    let servers = loads.indices.map {
      BalancerServer(identifier: $0 + 1, isBackup: loads[$0].isBackup)
    }
    state = BackendState(
      balancer: Balancer(algorithm: algorithm, servers: servers), loads: loads,
      fullConnections: fullConnections)
  }

  mutating func enter(avoiding: Int? = nil, bound: Int? = nil) -> Assignment {
    next += 1
    state.sessions += 1
    return state.assign(
      Waiter(worker: 0, session: SlabIndex(slot: next, generation: 1)), hash: nil, bound: bound,
      avoiding: avoiding)
  }

  mutating func leave(_ server: Int) -> [UInt32] {
    state.sessions -= 1
    state.release(server)
    return state.grant(server).map(\.waiter.session.slot)
  }
}

extension Assignment {
  fileprivate var server: Int? { if case .server(let server) = self { server } else { nil } }
  fileprivate var queueServer: Int? {
    if case .queued(_, let server) = self { server } else { nil }
  }
  fileprivate var ticket: UInt64 { if case .queued(let ticket, _) = self { ticket } else { 0 } }
}

private func load(
  limit: Int = 0, minimum: Int = 0, queue: Int = 0, isBackup: Bool = false
) -> ServerLoad {
  ServerLoad(limit: limit, minimumLimit: minimum, queueLimit: queue, isBackup: isBackup)
}

@Suite struct BackendStateTests {
  /// HAProxy's manual 5.2, `minconn`.
  @Test(
    "the limit of a server follows the backend's load between minconn and maxconn",
    arguments: [
      (limit: 0, minimum: 10, sessions: 5, full: 100, warmth: 100, expected: nil),
      (limit: 100, minimum: 0, sessions: 5, full: 100, warmth: 100, expected: 100),
      (limit: 100, minimum: 10, sessions: 0, full: 100, warmth: 100, expected: 10),
      (limit: 100, minimum: 10, sessions: 5, full: 100, warmth: 100, expected: 10),
      (limit: 100, minimum: 10, sessions: 50, full: 100, warmth: 100, expected: 50),
      (limit: 100, minimum: 10, sessions: 99, full: 100, warmth: 100, expected: 99),
      (limit: 100, minimum: 10, sessions: 100, full: 100, warmth: 100, expected: 100),
      (limit: 100, minimum: 10, sessions: 1, full: 0, warmth: 100, expected: 100),
      (limit: 100, minimum: 0, sessions: 5, full: 100, warmth: 30, expected: 30),
      (limit: 2, minimum: 0, sessions: 5, full: 100, warmth: 10, expected: 1),
    ] as [(limit: Int, minimum: Int, sessions: Int, full: Int, warmth: Int, expected: Int?)])
  func limits(
    limit: Int, minimum: Int, sessions: Int, full: Int, warmth: Int, expected: Int?
  ) {
    var server = load(limit: limit, minimum: minimum)
    server.warmthPercent = warmth
    #expect(
      BackendState.limit(of: server, sessions: sessions, fullConnections: full) == expected)
  }

  @Test("sessions go to servers with room, then wait in the backend's queue in their order")
  func backendQueue() {
    var backend = Fixture([load(limit: 1), load(limit: 1)])
    expect([backend.enter().server, backend.enter().server], [0, 1])
    let waiting = [backend.enter(), backend.enter(), backend.enter()]
    #expect(waiting.map(\.queueServer) == [nil, nil, nil])
    expect(backend.leave(1), [3])
    #expect(backend.state.loads[1].served == 1)
    expect(backend.leave(0), [4])
    expect(backend.leave(0), [5])
    expect(backend.leave(0), [])
  }

  @Test("who is bound to a server waits for that one alone, up to maxqueue")
  func serverQueue() {
    var backend = Fixture([load(limit: 1, queue: 2), load(limit: 1)])
    expect(backend.enter(bound: 0).server, 0)
    let waiting = [backend.enter(bound: 0), backend.enter(bound: 0)]
    #expect(waiting.map(\.queueServer) == [0, 0])
    guard case .queueFull(server: 0) = backend.enter(bound: 0) else {
      Issue.record("the queue holds two")
      return
    }
    expect(backend.enter().server, 1)
    expect(backend.leave(1), [])
    expect(backend.leave(0), [2])
  }

  @Test("of both queues, who waits longest is next")
  func bothQueues() {
    var backend = Fixture([load(limit: 1)])
    expect(backend.enter().server, 0)
    expect(backend.enter().queueServer, nil)
    expect(backend.enter(bound: 0).queueServer, 0)
    expect(backend.enter().queueServer, nil)
    let granted = (0..<3).map { _ in backend.leave(0) }
    #expect(granted == [[2], [3], [4]])
  }

  @Test("who has given up is passed over; who was granted a server cannot give up")
  func cancel() {
    var backend = Fixture([load(limit: 1)])
    _ = backend.enter()
    let (second, third) = (backend.enter(), backend.enter())
    expect(backend.state.cancel(ticket: second.ticket, server: nil) != nil, true)
    expect(backend.state.cancel(ticket: second.ticket, server: nil) != nil, false)
    expect(backend.leave(0), [3])
    expect(backend.state.cancel(ticket: third.ticket, server: nil) != nil, false)
  }

  @Test("no server is no server")
  func noServer() {
    var backend = Fixture([load(), load()])
    for server in 0..<2 {
      backend.state.balancer.setServer(server, isUsable: false, effectiveWeight: 16)
    }
    guard case .noServer = backend.enter() else {
      Issue.record("both servers are down")
      return
    }
  }

  @Test("a server that failed is avoided where there is another")
  func avoiding() {
    var two = Fixture([load(), load()])
    expect(two.enter(avoiding: 0).server, 1)
    expect(two.enter(avoiding: 1).server, 0)
    var one = Fixture([load()])
    expect(one.enter(avoiding: 0).server, 0)
  }

  @Test("who goes on waiting for a server that is down has it once there is room")
  func waitsForDown() {
    var fixture = Fixture([load(limit: 1), load(limit: 1)])
    #expect(fixture.enter(bound: 0).server == 0)
    #expect(fixture.enter(bound: 0).queueServer == 0)
    #expect(fixture.enter().server == 1)
    #expect(fixture.enter().queueServer == nil)
    fixture.state.loads[0].isUsable = false
    fixture.state.balancer.setServer(0, isUsable: false, effectiveWeight: 16)
    // The second waited for this server alone; the fourth waits for any, and this one is down.
    #expect(fixture.leave(0) == [2])
    #expect(fixture.leave(0) == [])
    #expect(fixture.leave(1) == [4])
  }

  @Test("who waits for a server that goes down is sent to find another")
  func homeless() {
    var backend = Fixture([load(limit: 1), load(limit: 1)])
    _ = backend.enter(bound: 0)
    _ = backend.enter(bound: 0)
    _ = backend.enter(bound: 0)
    expect(backend.state.emptyQueue(of: 0).map(\.session.slot), [2, 3])
    #expect(backend.state.loads[0].queue.count == 0)
  }

  @Test("a backup server that comes into use takes those who wait")
  func backupComesIntoUse() {
    var backend = Fixture([load(limit: 1), load(limit: 2, isBackup: true)])
    expect(backend.enter().server, 0)
    _ = backend.enter()
    _ = backend.enter()
    expect(backend.state.grantAll().isEmpty, true)
    backend.state.loads[0].isUsable = false
    backend.state.balancer.setServer(0, isUsable: false, effectiveWeight: 16)
    let grants = backend.state.grantAll()
    #expect(grants.map(\.server) == [1, 1])
    #expect(grants.map(\.waiter.session.slot) == [2, 3])
    #expect(backend.state.queue.count == 0)
  }

  @Test("counts never fall below nothing")
  func counts() {
    var backend = Fixture([load()])
    backend.state.release(0)
    #expect(backend.state.loads[0].served == 0)
    expect(backend.enter().server, 0)
    #expect(backend.state.loads[0].served == 1)
  }
}
