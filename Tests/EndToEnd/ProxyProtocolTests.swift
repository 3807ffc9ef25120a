import Testing

extension RealPeers {
  /// The PROXY protocol, both versions, both ways.
  @Suite("The PROXY protocol")
  struct ProxyProtocol {
    static let signature: [UInt8] = [
      0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
    ]

    struct Header: Sendable, CustomTestStringConvertible {
      var name: String
      var bytes: [UInt8]
      /// Who the client is then; nil where it is the socket's other end.
      var client: String?
      init(_ name: String, _ bytes: [UInt8], client: String? = nil) {
        self.name = name
        self.bytes = bytes
        self.client = client
      }
      init(_ text: String, client: String? = nil) {
        self.init(text, Array(text.utf8), client: client)
      }
      var testDescription: String { name }
    }

    /// A version 2 header: version and command, family and transport, and what follows the length.
    static func second(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
      signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 255)] + rest
    }

    static let four: [UInt8] = [203, 0, 113, 7, 198, 51, 100, 1, 0x10, 0x92, 0x15, 0x38]
    static let six: [UInt8] =
      [0x20, 1, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [7]
      + [0x20, 1, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1] + [0x10, 0x92, 0x15, 0x38]

    static let accepted = [
      Header("PROXY TCP4 203.0.113.7 198.51.100.1 4242 5432\r\n", client: "203.0.113.7:4242"),
      Header("PROXY TCP6 2001:db8::7 2001:db8::1 4242 5432\r\n", client: "2001:db8::7:4242"),
      Header("PROXY UNKNOWN\r\n"),
      Header("version 2, IPv4", second(0x21, 0x11, four), client: "203.0.113.7:4242"),
      Header("version 2, IPv6", second(0x21, 0x21, six), client: "2001:db8::7:4242"),
      Header(
        "version 2, IPv4 and further fields", second(0x21, 0x11, four + [0x04, 0, 3, 0, 0, 0]),
        client: "203.0.113.7:4242"),
      Header("version 2, LOCAL", second(0x20, 0x00, [])),
      Header("version 2, LOCAL with an address", second(0x20, 0x11, four)),
    ]

    static let refused = [
      Header("GET / HTTP/1.0\r\n\r\n"),
      Header("PROXY TCP4 203.0.113.7 198.51.100.1 4242\r\n"),
      Header("PROXY TCP9 203.0.113.7 198.51.100.1 4242 5432\r\n"),
      Header("PROXY TCP4  203.0.113.7 198.51.100.1 4242 5432\r\n"),
      Header("version 2, a wrong version", second(0x31, 0x11, four)),
      Header("version 2, a wrong command", second(0x22, 0x11, four)),
      Header("version 2, too short for its family", second(0x21, 0x11, Array(four.prefix(8)))),
    ]

    static let text = """
      global
          log @LOG@ local0
      defaults
          log global
          mode tcp
          option tcplog
          timeout connect 2s
          timeout client 2s
          timeout server 2s
      frontend fe
          bind 127.0.0.1:@FRONT@ accept-proxy
          default_backend be
      backend be
          server s 127.0.0.1:@SERVER@
      """

    @Test("tells who the client is", arguments: accepted)
    func inbound(_ header: Header) throws {
      let outcome = try SideBySide(text: Self.text).play { run in
        let listener = try Listener(.ipv4(run.server))
        let client = try Connection(to: run.front)
        try client.send(header.bytes + Array("hello".utf8))
        let server = try listener.accept()
        try server.expect("hello")
        server.close()
        try client.waitForEnd()
        let own = "127.0.0.1:\(client.port)"
        client.close()
        let record = try run.log.record(of: "fe")
        let expected = header.client ?? own
        #expect("\(record.client):\(record.clientPort)" == expected, "\(record.line)")
        return "\(record.backend)/\(record.server) \(record.bytes) \(record.termination)"
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    /// Debian's HAProxy wants a header in one piece, and knows nothing after UNKNOWN; the protocol's
    /// own text asks for more.
    @Test(
      "is understood byte by byte, as the protocol's text wants it",
      .enabled(if: !Program.isStandIn),
      arguments: accepted.prefix(5) + [Header("PROXY UNKNOWN ffff:f::f ffff:f::f 65535 65535\r\n")])
    func trickled(_ header: Header) throws {
      let run = try played(header) { client, balancer in
        for byte in header.bytes {
          try client.send([byte])
          try balancer.waitUntilIdle()
        }
        try client.send("hello")
      }
      let expected = header.client ?? run.client
      #expect("\(run.record.client):\(run.record.clientPort)" == expected, "\(run.record.line)")
    }

    private func played(_ header: Header, _ speak: (Connection, Balancer) throws -> Void) throws
      -> (
        record: TCPLogRecord, client: String
      )
    {
      let log = try SyslogReceiver()
      let listener = try Listener()
      let front = try FreePort.next()
      let text = Self.text.replacing(pattern: "@LOG@", with: log.target)
        .replacing(pattern: "@FRONT@", with: "\(front)")
        .replacing(pattern: "@SERVER@", with: "\(listener.port)")
      let balancer = try Balancer(.weir, text, ready: [.ipv4(front)])
      let client = try Connection(to: front)
      try speak(client, balancer)
      let server = try listener.accept()
      try server.expect("hello")
      server.close()
      try client.waitForEnd()
      let own = "127.0.0.1:\(client.port)"
      client.close()
      let record = try log.record(of: "fe")
      try balancer.stop()
      return (record, own)
    }

    /// HAProxy takes both for other addresses than they name.
    @Test(
      "with numbers beyond their bounds is refused", .enabled(if: !Program.isStandIn),
      arguments: [
        "PROXY TCP4 203.0.113.256 198.51.100.1 4242 5432\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4242 65536\r\n",
        "PROXY TCP4 " + String(repeating: "1", count: 120),
      ])
    func beyond(header: String) throws {
      let log = try SyslogReceiver()
      let front = try FreePort.next()
      let text = Self.text.replacing(pattern: "@LOG@", with: log.target)
        .replacing(pattern: "@FRONT@", with: "\(front)").replacing(pattern: "@SERVER@", with: "1")
      let balancer = try Balancer(.weir, text, ready: [.ipv4(front)])
      let client = try Connection(to: front)
      let port = client.port
      try client.send(header)
      try client.waitForEnd()
      try log.line(containing: "127.0.0.1:\(port) ")
      try balancer.stop()
    }

    @Test("malformed is closed and logged in HAProxy's words", arguments: refused)
    func malformed(_ header: Header) throws {
      let outcome = try SideBySide(text: Self.text).play { run in
        let client = try Connection(to: run.front)
        let port = client.port
        try client.send(header.bytes)
        try client.waitForEnd()
        let line = try waitFor("a line about it: \(run.log.lines)") {
          run.log.lines.first { $0.contains(":\(port) ") }
        }
        return run.normal(line, client: port)
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("that does not come is closed in time, and logged in HAProxy's words")
    func missing() throws {
      let text = Self.text.replacing(pattern: "timeout client 2s", with: "timeout client 300ms")
      let outcome = try SideBySide(text: text).play { run in
        let client = try Connection(to: run.front)
        let port = client.port
        try client.waitForEnd()
        let line = try waitFor("a line about it: \(run.log.lines)") {
          run.log.lines.first { $0.contains(":\(port) ") }
        }
        return run.normal(line, client: port)
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("goes to the server", arguments: ["send-proxy", "send-proxy-v2"])
    func outbound(word: String) throws {
      let text = Self.text.replacing(pattern: " accept-proxy", with: "")
        .replacing(pattern: "127.0.0.1:@SERVER@", with: "127.0.0.1:@SERVER@ \(word)")
      let outcome = try SideBySide(text: text).play { run in
        let listener = try Listener(.ipv4(run.server))
        let client = try Connection(to: run.front)
        try client.send("hello")
        let server = try listener.accept()
        var bytes: [UInt8] = []
        while bytes.suffix(5) != Array("hello".utf8) { bytes += try server.receive(exactly: 1) }
        server.close()
        try client.waitForEnd()
        // Version 1 names the ports in digits, version 2 in two bytes.
        let ports = [client.port, run.front]
        let words = String(decoding: bytes, as: UTF8.self)
        if word == "send-proxy" { return run.normal(words, client: client.port) }
        let binary = ports.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        guard bytes.count == 33, Array(bytes[24..<28]) == binary else {
          throw HarnessError("version 2: \(bytes)")
        }
        return "\(Array(bytes[..<24])) \(Array(bytes[28...]))"
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("tells the server of the first client behind two balancers")
    func chained() throws {
      let text = Self.text
        .replacing(pattern: "127.0.0.1:@SERVER@", with: "127.0.0.1:@SERVER@ send-proxy-v2")
      let outcome = try SideBySide(text: text).play { run in
        let listener = try Listener(.ipv4(run.server))
        let client = try Connection(to: run.front)
        try client.send("PROXY TCP6 2001:db8::7 2001:db8::1 4242 5432\r\nhello")
        let server = try listener.accept()
        let bytes = try server.receive(exactly: 16 + 36 + 5)
        server.close()
        return bytes
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir == Self.second(0x21, 0x21, Self.six) + Array("hello".utf8))
    }

    @Test("goes to the server in a check", arguments: ["send-proxy", "send-proxy-v2"])
    func checks(word: String) throws {
      let text = Self.text.replacing(
        pattern: "127.0.0.1:@SERVER@",
        with: "127.0.0.1:@SERVER@ check inter 200ms \(word) check-send-proxy")
      let outcome = try SideBySide(text: text).play { run in
        let listener = try Listener(.ipv4(run.server))
        return try listener.accept().receiveAll().bytes
      }
      #expect(outcome.weir.count == outcome.haproxy.count)
      #expect(
        outcome.weir.prefix(word == "send-proxy" ? 10 : 14)
          == outcome.haproxy.prefix(word == "send-proxy" ? 10 : 14))
    }
  }
}
