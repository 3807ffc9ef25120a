import Kernel
import LogRecords
import Testing

@testable import Proxy

@Suite struct SessionConnectingTests {
  @Test("a server that refuses is called again after a pause, and then given up")
  func refused() throws {
    let refusing = try RefusingAddress()
    let fixture = try WorkerFixture(servers: [refusing.address]) {
      $0.backends[0].retries = 2
      $0.backends[0].connectTimeoutMilliseconds = 40
      $0.backends[0].servers[0].observesConnections = true
    }
    let client = try fixture.connect()
    #expect(try client.receiveRest() == "")
    let record = try fixture.record()
    #expect(record.letters == "SC")
    #expect(record.retries == 2)
    #expect(record.serverErrno == Errno.connectionRefused.number)
    #expect(record.totalMicroseconds >= 80_000)
    #expect(fixture.observed == [false, false, false])
    try fixture.waitUntilEmpty()
    withExtendedLifetime(refusing) {}
  }

  @Test("where the kernel refuses the call itself the next one is made at once")
  func refusedAtOnce() throws {
    let fixture = try WorkerFixture(servers: [.unix(path: "/nonexistent/1")]) {
      $0.backends[0].retries = 2
    }
    _ = try fixture.connect().receiveRest()
    let record = try fixture.record()
    #expect(record.letters == "SC")
    #expect(record.retries == 2)
    #expect(record.totalMicroseconds < 900_000)
    try fixture.waitUntilEmpty()
  }

  @Test("a port of the source's range is lent to one connection at a time")
  func portRange() throws {
    let server = try PeerListener()
    let listener = try PeerListener()
    guard case .internet(let free, _) = listener.address else { return }
    let port = free.port
    let fixture = try WorkerFixture(servers: [server.address]) {
      var source = SourceSettings(address: .internet(.ipv4(0x7F00_0002, port: 0)))
      source.ports = port...port
      $0.backends[0].servers[0].source = source
      $0.backends[0].retries = 1
    }
    let first = try fixture.connect()
    let end = try server.accept()
    try end.send("x")
    #expect(try first.receiveText(1) == "x")
    #expect(try fixture.connect().receiveRest() == "")
    let refused = try fixture.record()
    #expect(refused.letters == "SC")
    #expect(refused.retries == 1)
    #expect(refused.serverErrorCode == ConnectionErrorCode.portRange.rawValue)
    let text = "Cannot bind to source address before connect() for backend "
    #expect(fixture.events.filter { $0.text.hasPrefix(text) }.count == 2)
    // The server's side ends first, so that the port is free for the next connection.
    end.close()
    #expect(try first.receiveRest() == "")
    first.close()
    _ = try fixture.records(2)
    try fixture.waitUntilEmpty()
    let next = try fixture.connect()
    let other = try server.accept()
    try other.send("y")
    #expect(try next.receiveText(1) == "y")
    next.close()
    other.close()
    try fixture.waitUntilEmpty()
  }

  @Test("redispatch goes to another server at once")
  func redispatch() throws {
    let refusing = try RefusingAddress()
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [refusing.address, server.address]) {
      $0.backends[0].retries = 1
      $0.backends[0].redispatch = .every(-1)
    }
    let client = try fixture.connect()
    let end = try server.accept()
    try end.send("here")
    #expect(try client.receiveText(4) == "here")
    client.close()
    end.close()
    let record = try fixture.record()
    #expect(record.isRedispatched)
    #expect(record.retries == 1)
    #expect(record.server == 1)
    #expect(record.totalMicroseconds < 900_000)
    try fixture.waitUntilEmpty()
    withExtendedLifetime(refusing) {}
  }

  @Test("redispatch with no other server is a retry, with its pause")
  func redispatchAlone() throws {
    let refusing = try RefusingAddress()
    let fixture = try WorkerFixture(servers: [refusing.address]) {
      $0.backends[0].retries = 1
      $0.backends[0].redispatch = .every(1)
      $0.backends[0].connectTimeoutMilliseconds = 60
    }
    _ = try fixture.connect().receiveRest()
    let record = try fixture.record()
    #expect(!record.isRedispatched)
    #expect(record.retries == 1)
    #expect(record.totalMicroseconds >= 60_000)
    try fixture.waitUntilEmpty()
    withExtendedLifetime(refusing) {}
  }

  @Test("many attempts that are refused at once neither nest nor hold up others")
  func manyAttempts() throws {
    let server = try PeerListener()
    let absent = ["/nonexistent/1", "/nonexistent/2"].map { SocketAddress.unix(path: $0) }
    let fixture = try WorkerFixture(servers: absent) {
      $0.backends[0].retries = 50_000
      $0.backends[0].redispatch = .every(1)
      var frontend = $0.frontends[0]
      frontend.name = "g"
      frontend.backend = 1
      $0.frontends.append(frontend)
      var backend = BackendSettings(name: "c", identifier: 5)
      backend.servers = [ServerSettings(name: "s", identifier: 1, address: server.address)]
      $0.backends.append(backend)
    }
    let unlucky = try fixture.connect()
    let lucky = try fixture.connect(1)
    let end = try server.accept()
    try end.send("meanwhile")
    #expect(try lucky.receiveText(9) == "meanwhile")
    #expect(try unlucky.receiveRest() == "")
    let record = try fixture.record()
    #expect(record.letters == "SC")
    #expect(record.retries == 50_000)
  }

  @Test("a client that resets while its server is called is given up")
  func clientLeaves() throws {
    let refusing = try RefusingAddress()
    let fixture = try WorkerFixture(servers: [refusing.address])
    let client = try fixture.connect()
    try waitUntil("a server is called") { fixture.load().sessions == 1 }
    client.reset()
    #expect(try fixture.record().letters == "CD")
    try fixture.waitUntilEmpty()
    withExtendedLifetime(refusing) {}
  }

  @Test("a PROXY header goes to the server first", arguments: [1, 2])
  func header(version: Int) throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.backends[0].servers[0].proxyProtocol = version
    }
    let client = try fixture.connect()
    try client.send("hello")
    let end = try server.accept()
    client.shutdownWriting()
    let bytes = try end.receiveAll()
    #expect(bytes.suffix(5) == Array("hello".utf8))
    if version == 1 {
      #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("PROXY TCP4 127.0.0.1 127.0.0.1 "))
    } else {
      #expect(bytes.count == 16 + 12 + 5)
    }
    end.close()
    #expect(try fixture.record().bytesFromClient == 5)
  }
}

@Suite struct SessionQueueTests {
  @Test("who waits for a server gets it when another leaves, in the order of arrival")
  func queue() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address], workers: 2) {
      $0.backends[0].servers[0].connectionLimit = 1
    }
    var clients: [Peer] = []
    for number in 0..<4 {
      let client = try fixture.connect()
      clients.append(client)
      try client.send("\(number)")
      try waitUntil("client \(number) is counted") { fixture.load().backendQueued == number }
      if number == 0 { try waitUntil("it has the server") { fixture.load().sessions == 1 } }
    }
    for number in 0..<4 {
      let end = try server.accept()
      #expect(try end.receiveText(1) == "\(number)")
      end.close()
      clients[number].close()
    }
    let records = try fixture.records(4)
    #expect(records.map(\.backendQueue).sorted() == [0, 1, 2, 3])
    #expect(records.allSatisfy { $0.letters == "--" })
    try fixture.waitUntilEmpty()
  }

  @Test("who waits too long is sent away; others go on")
  func queueTimeout() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.backends[0].servers[0].connectionLimit = 1
      $0.backends[0].queueTimeoutMilliseconds = 50
    }
    let first = try fixture.connect()
    let end = try server.accept()
    let second = try fixture.connect()
    #expect(try second.receiveRest() == "")
    let record = try fixture.record()
    #expect(record.letters == "sQ")
    #expect(record.totalMicroseconds >= 50_000)
    first.close()
    end.close()
    try fixture.waitUntilEmpty()
  }

  @Test("who leaves the queue without a word is told so, and its place is free")
  func leaves() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.backends[0].servers[0].connectionLimit = 1
    }
    let first = try fixture.connect()
    let end = try server.accept()
    let second = try fixture.connect()
    try waitUntil("one waits") { fixture.load().backendQueued == 1 }
    second.close()
    #expect(try fixture.record().letters == "CQ")
    #expect(fixture.load().backendQueued == 0)
    first.close()
    end.close()
    try fixture.waitUntilEmpty()
  }

  @Test("clients that come and go while servers are granted leave no count behind")
  func churn() throws {
    let server = try PeerListener(backlog: 256)
    let fixture = try WorkerFixture(servers: [server.address], workers: 2) {
      $0.backends[0].servers[0].connectionLimit = 2
      $0.backends[0].queueTimeoutMilliseconds = 3
      $0.connectionLimit = 12
    }
    let total = 300
    let acceptor = JoinableThread(
      try Thread(name: "server") {
        while let end = try? server.accept() {
          let word = (try? end.receiveText(4)) ?? ""
          end.close()
          if word == "stop" { return }
        }
      })
    var clients: [Peer] = []
    for number in 0..<total {
      let client = try fixture.connect()
      if number % 3 == 0 { client.reset() } else { client.shutdownWriting() }
      clients.append(client)
      if clients.count > 8 { clients.removeFirst().close() }
    }
    for client in clients { client.close() }
    _ = try waitFor("every connection told") { fixture.records.count >= total ? true : nil }
    try fixture.waitUntilEmpty()
    #expect(fixture.records.count == total)
    #expect(Set(fixture.records.map(\.connection)).count == total)
    let last = try Peer(connectingTo: server.address)
    try last.send("stop")
    acceptor.join()
  }

  @Test("at a frontend's limit connections wait in the kernel, and come in when one leaves")
  func frontendLimit() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address], workers: 2) {
      $0.frontends[0].connectionLimit = 1
    }
    for round in 0..<20 {
      let clients = [try fixture.connect(), try fixture.connect()]
      for number in 0..<2 {
        let end = try server.accept()
        #expect(fixture.topology.frontends[0].admission.count == 1)
        end.close()
        clients[number].close()
        _ = try fixture.records(2 * round + number + 1)
      }
    }
    try fixture.waitUntilEmpty()
    #expect(fixture.topology.frontends[0].admission.maximum == 1)
  }

  @Test("at the process's limit no listener of it starves")
  func processLimit() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address], workers: 2) {
      $0.connectionLimit = 1
      $0.frontends[0].listeners.append($0.frontends[0].listeners[0])
    }
    for round in 0..<40 {
      let clients = [try fixture.connect(0), try fixture.connect(1)]
      for number in 0..<2 {
        let end = try server.accept()
        end.shutdownWriting()
        // Which of both came in is the kernel's choice: both are let go.
        if number == 0 { clients[0].shutdownWriting() }
        clients[1].shutdownWriting()
        clients[0].shutdownWriting()
        _ = try fixture.records(2 * round + number + 1)
      }
    }
    try fixture.waitUntilEmpty()
    #expect(fixture.topology.process.maximum == 1)
  }
}
