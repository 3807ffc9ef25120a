import Kernel
import LogRecords
import Memory
import Reactor
import Testing

@testable import Proxy

@Suite struct SessionTests {
  @Test("a connection goes over and makes one record")
  func plain() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address])
    let client = try fixture.connect()
    let end = try server.accept()
    try client.send("question")
    #expect(try end.receiveText(8) == "question")
    try end.send("answer")
    #expect(try client.receiveText(6) == "answer")
    client.close()
    #expect(try end.receiveRest() == "")
    end.close()
    let record = try fixture.record()
    #expect(record.letters == "--")
    #expect((record.bytesFromClient, record.bytesFromServer) == (8, 6))
    #expect(record.server == 0)
    #expect(record.retries == 0)
    #expect(record.event == .end)
    try fixture.waitUntilEmpty()
  }

  @Test("an end in one direction leaves the other open", arguments: [true, false])
  func halfClose(clientFirst: Bool) throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address])
    let client = try fixture.connect()
    let end = try server.accept()
    let (first, second) = clientFirst ? (client, end) : (end, client)
    try first.send("last words")
    first.shutdownWriting()
    #expect(try second.receiveRest() == "last words")
    let bytes = pattern(500_000)
    let sender = JoinableThread(
      try Thread(name: "sender") {
        try? second.send(bytes)
        second.shutdownWriting()
      })
    #expect(try first.receiveAll() == bytes)
    sender.join()
    #expect(try fixture.record().letters == "--")
    try fixture.waitUntilEmpty()
  }

  @Test("much goes both ways at once")
  func bothWays() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address])
    let client = try fixture.connect()
    let end = try server.accept()
    let (up, down) = (pattern(3_000_000), pattern(2_000_001))
    let senders = [
      JoinableThread(
        try Thread(name: "client") {
          try? client.send(up)
          client.shutdownWriting()
        }),
      JoinableThread(
        try Thread(name: "server") {
          try? end.send(down)
          end.shutdownWriting()
        }),
    ]
    let received = Locked([UInt8]())
    let reader = JoinableThread(
      try Thread(name: "reader") {
        let bytes = (try? end.receiveAll()) ?? []
        received.withLock { $0 = bytes }
      })
    #expect(try client.receiveAll() == down)
    reader.join()
    #expect(received.withLock { $0 } == up)
    for sender in senders { sender.join() }
    let record = try fixture.record()
    #expect(record.letters == "--")
    #expect((record.bytesFromClient, record.bytesFromServer) == (3_000_000, 2_000_001))
  }

  @Test("a client that resets is told so; the server sees the end")
  func clientReset() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address])
    let client = try fixture.connect()
    let end = try server.accept()
    try client.send("x")
    #expect(try end.receiveText(1) == "x")
    client.reset()
    _ = try? end.receiveAll()
    let record = try fixture.record()
    #expect(record.letters == "CD")
    #expect(record.clientErrno == Errno.connectionReset.number)
  }

  @Test("a client that resets after its own end is told so at once")
  func clientResetAfterEnd() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address])
    let client = try fixture.connect()
    let end = try server.accept()
    client.shutdownWriting()
    #expect(try end.receiveRest() == "")
    client.reset()
    #expect(try fixture.record().letters.first == "C")
  }

  @Test("a server that resets is told so, and what it said before is passed on")
  func serverReset() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address])
    let client = try fixture.connect()
    let end = try server.accept()
    try end.send("sorry")
    #expect(try client.receiveText(5) == "sorry")
    end.reset()
    _ = try? client.receiveAll()
    let record = try fixture.record()
    #expect(record.letters == "SD")
    #expect(record.bytesFromServer == 5)
  }

  @Test("a server that speaks and closes before it is seen to be there is heard, on any socket")
  func hastyServer() throws {
    let folder = try Folder()
    let servers = [try PeerListener(), try PeerListener(unix: "\(folder.path)/server")]
    for server in servers {
      let fixture = try WorkerFixture(servers: [server.address])
      let hasty = JoinableThread(
        try Thread(name: "server") {
          guard let end = try? server.accept() else { return }
          try? end.send("too many clients")
          end.close()
        })
      let client = try fixture.connect()
      #expect(try client.receiveRest() == "too many clients")
      client.close()
      hasty.join()
      let record = try fixture.record()
      #expect(record.retries == 0)
      #expect(record.bytesFromServer == 16)
    }
  }

  @Test("a server that takes the call and resets it was reached: no other attempt")
  func resettingServer() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address])
    let resetting = JoinableThread(
      try Thread(name: "server") { (try? server.accept())?.reset() })
    let client = try fixture.connect()
    _ = try? client.receiveAll()
    resetting.join()
    let record = try fixture.record()
    #expect(record.letters == "SD")
    #expect(record.retries == 0)
    #expect(record.connectMicroseconds != nil)
  }

  @Test("a frontend without a backend ends its connections with a record")
  func noBackend() throws {
    let fixture = try WorkerFixture(servers: []) { $0.frontends[0].backend = nil }
    let client = try fixture.connect()
    #expect(try client.receiveRest() == "")
    let record = try fixture.record()
    #expect(record.letters == "SC")
    #expect(record.event == .end)
    #expect(record.backend == nil)
  }

  @Test("orders end the sessions of a server, and of all when the worker stops")
  func orders() throws {
    let servers = [try PeerListener(), try PeerListener()]
    let fixture = try WorkerFixture(servers: servers.map(\.address))
    let clients = [try fixture.connect(), try fixture.connect()]
    let ends = try servers.map { try $0.accept() }
    try waitUntil("both have a server") {
      fixture.load(0).sessions == 1 && fixture.load(1).sessions == 1
    }
    fixture.topology.backends[0].endSessions(server: 1, cause: .serverDown)
    let first = try fixture.record()
    #expect(first.letters == "DC")
    #expect(first.server == 1)
    fixture.stop()
    #expect(fixture.records.map(\.letters).last?.first == "K")
    #expect(fixture.records.count == 2)
    #expect(fixture.topology.process.count == 0)
    withExtendedLifetime((clients, ends)) {}
  }

  @Test("a worker that drains accepts no more, and ends with its last session")
  func drain() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address], workers: 2)
    let client = try fixture.connect()
    let end = try server.accept()
    fixture.topology.mailboxes.postToAll(.drain)
    try waitUntil("the idle worker has ended") { fixture.livingWorkers == 1 }
    try client.send("still here")
    #expect(try end.receiveText(10) == "still here")
    client.close()
    end.close()
    try waitUntil("the other one has ended") { fixture.livingWorkers == 0 }
    #expect(try fixture.record().letters == "--")
  }
}
