import Kernel
import LogRecords
import Testing

@testable import Proxy

@Suite struct SessionTimersTests {
  @Test("an idle client is timed out")
  func client() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.frontends[0].clientTimeoutMilliseconds = 60
    }
    let client = try fixture.connect()
    let end = try server.accept()
    #expect(try client.receiveRest() == "")
    #expect(try end.receiveRest() == "")
    let record = try fixture.record()
    #expect(record.letters == "cD")
    #expect(record.totalMicroseconds >= 60_000)
  }

  @Test("an idle server is timed out, also where that limit is the only one")
  func server() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.backends[0].connectTimeoutMilliseconds = nil
      $0.backends[0].serverTimeoutMilliseconds = 60
    }
    let client = try fixture.connect()
    let end = try server.accept()
    #expect(try client.receiveRest() == "")
    let record = try fixture.record()
    #expect(record.letters == "sD")
    #expect(record.totalMicroseconds >= 60_000)
    end.close()
  }

  @Test("the limit is of idleness: who speaks is not timed out")
  func activity() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.frontends[0].clientTimeoutMilliseconds = 200
      $0.backends[0].serverTimeoutMilliseconds = 200
    }
    let client = try fixture.connect()
    let end = try server.accept()
    let begin = Clock.monotonicMicroseconds()
    while Clock.monotonicMicroseconds() - begin < 500_000 {
      try client.send("x")
      #expect(try end.receiveText(1) == "x")
      try end.send("y")
      #expect(try client.receiveText(1) == "y")
    }
    #expect(fixture.records.isEmpty)
    client.close()
    end.close()
    #expect(try fixture.record().letters == "--")
  }

  @Test("`timeout client-fin` holds once the client was told the end")
  func clientFin() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.frontends[0].clientTimeoutMilliseconds = 60_000
      $0.frontends[0].clientFinTimeoutMilliseconds = 60
      $0.backends[0].serverTimeoutMilliseconds = 60_000
    }
    let client = try fixture.connect()
    let end = try server.accept()
    end.shutdownWriting()
    #expect(try client.receiveRest() == "")
    let record = try fixture.record()
    #expect(record.letters.first == "c")
    #expect(record.totalMicroseconds < 10_000_000)
  }

  @Test("`timeout tunnel` takes the place of both once bytes may flow")
  func tunnel() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.frontends[0].clientTimeoutMilliseconds = 60_000
      $0.backends[0].serverTimeoutMilliseconds = 60_000
      $0.backends[0].tunnelTimeoutMilliseconds = 60
    }
    let client = try fixture.connect()
    let end = try server.accept()
    #expect(try client.receiveRest() == "")
    #expect(try fixture.record().totalMicroseconds >= 60_000)
    end.close()
  }

  @Test("a server that does not answer is given up after `timeout connect`")
  func connect() throws {
    // The accept queue of one is full, so that the kernel leaves further calls unanswered.
    let server = try PeerListener(backlog: 0)
    let crowd = Locked([Peer]())
    for _ in 0..<2 {
      let socket = try Descriptor.socket(for: server.address)
      _ = socket.connect(to: server.address)
      let peer = Peer(socket.relinquish())
      crowd.withLock { $0.append(peer) }
    }
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.backends[0].connectTimeoutMilliseconds = 60
      $0.backends[0].retries = 1
    }
    _ = try fixture.connect().receiveRest()
    let record = try fixture.record()
    #expect(record.letters == "sC")
    #expect(record.retries == 1)
    #expect(record.totalMicroseconds >= 120_000)
    withExtendedLifetime((crowd, server)) {}
  }
}

@Suite struct SessionHeaderTests {
  private func fixture(
    _ server: PeerListener, clientTimeout: Int? = nil, bufferSize: Int = 16384
  ) throws -> WorkerFixture {
    try WorkerFixture(servers: [server.address]) {
      $0.frontends[0].listeners[0].acceptsProxyProtocol = true
      $0.frontends[0].clientTimeoutMilliseconds = clientTimeout
      $0.bufferSize = bufferSize
    }
  }

  @Test(
    "the header's client is the record's; what follows goes to the server",
    arguments: [true, false])
  func header(inPieces: Bool) throws {
    let server = try PeerListener()
    let fixture = try fixture(server)
    let client = try fixture.connect()
    let text = "PROXY TCP4 192.0.2.1 198.51.100.2 1234 443\r\n"
    if inPieces {
      for byte in text.utf8 { try client.send([byte]) }
      try client.send("hello")
    } else {
      try client.send(text + "hello")
    }
    let end = try server.accept()
    #expect(try end.receiveText(5) == "hello")
    client.close()
    end.close()
    let record = try fixture.record()
    #expect(record.client == .ipv4(0xC000_0201, port: 1234))
    #expect(record.frontendAddress == .ipv4(0xC633_6402, port: 443))
    #expect(record.peer.low == 0x7F00_0001)
    #expect(record.bytesFromClient == 5)
  }

  @Test(
    "what is no header ends the connection with its own error",
    arguments: [
      ("GET / HTTP/1.0\r\n\r\n", 15, "PR"),
      ("PROXY TCP4 nonsense\r\n", 16, "PR"),
      ("PROXY TCP4 192.0.2", 14, "CR"),
      ("", 11, "CR"),
    ] as [(String, UInt8, String)])
  func errors(text: String, code: UInt8, letters: String) throws {
    let server = try PeerListener()
    let fixture = try fixture(server)
    let client = try fixture.connect()
    if !text.isEmpty { try client.send(text) }
    client.shutdownWriting()
    _ = try? client.receiveAll()
    let record = try fixture.record()
    #expect(record.clientErrorCode == code)
    #expect(record.letters == letters)
    #expect(record.event == .error)
    try fixture.waitUntilEmpty()
  }

  @Test("a header that does not come is timed out")
  func timeout() throws {
    let server = try PeerListener()
    let fixture = try fixture(server, clientTimeout: 60)
    let client = try fixture.connect()
    _ = try? client.receiveAll()
    let record = try fixture.record()
    #expect(record.clientErrorCode == 13)
    #expect(record.letters == "cR")
  }

  @Test("a header that is larger than the buffer is refused rather than awaited for ever")
  func large() throws {
    let server = try PeerListener()
    let fixture = try fixture(server, bufferSize: 1024)
    let client = try fixture.connect()
    let signature: [UInt8] = [
      0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    try client.send(signature + [0x21, 0x11, 0x08, 0x00] + [UInt8](repeating: 0, count: 2048))
    _ = try? client.receiveAll()
    #expect(try fixture.record().clientErrorCode == 16)
  }
}
