import Testing

extension RealPeers {
  /// The same servers in the same order as HAProxy chooses them.
  @Suite("The choice of a server")
  struct Balancing {
    /// Servers named `a`, `b`, `c` at ports that stand in the file as `@A@`, `@B@`, `@C@`.
    struct Case: Sendable, CustomTestStringConvertible {
      var name: String
      var backend: String
      /// Whom to ask, in order, given the frontend's port.
      var ask: @Sendable (UInt16, Balancer) throws -> [String] = { front, _ in
        try (0..<24).map { _ in try whoServes(front) }
      }
      var testDescription: String { name }
    }

    static let three = """
      server a 127.0.0.1:@A@
      server b 127.0.0.1:@B@
      server c 127.0.0.1:@C@
      """
    static let weighted = """
      server a 127.0.0.1:@A@ weight 1
      server b 127.0.0.1:@B@ weight 5
      server c 127.0.0.1:@C@ weight 3
      """

    /// Clients of many addresses of the loopback network, one after another.
    static let manySources: @Sendable (UInt16, Balancer) throws -> [String] = { front, _ in
      try (1...40).map { try whoServes(front, from: "127.0.\($0).\($0 * 3)") }
    }

    /// Connections that stay, so that counts of connections decide.
    static let staying: @Sendable (UInt16, Balancer) throws -> [String] = { front, balancer in
      var kept: [Connection] = []
      var names: [String] = []
      for turn in 0..<24 {
        let client = try Connection(to: front)
        names.append(try client.greeting())
        kept.append(client)
        // Every third time the oldest goes, and its server has one less.
        if turn % 3 == 2 {
          let oldest = kept.removeFirst()
          oldest.finish()
          try oldest.waitForEnd()
          try balancer.waitUntilIdle()
        }
      }
      return names
    }

    static let cases = [
      Case(name: "roundrobin", backend: "balance roundrobin\n\(three)"),
      Case(name: "roundrobin by weights", backend: "balance roundrobin\n\(weighted)"),
      Case(name: "static-rr by weights", backend: "balance static-rr\n\(weighted)"),
      Case(name: "leastconn", backend: "balance leastconn\n\(three)", ask: staying),
      Case(name: "leastconn by weights", backend: "balance leastconn\n\(weighted)", ask: staying),
      Case(
        name: "first",
        backend: """
          balance first
          server a 127.0.0.1:@A@ maxconn 3
          server b 127.0.0.1:@B@ maxconn 5
          server c 127.0.0.1:@C@ maxconn 100
          """, ask: staying),
      Case(name: "source", backend: "balance source\n\(three)", ask: manySources),
      Case(name: "source by weights", backend: "balance source\n\(weighted)", ask: manySources),
      Case(
        name: "source, consistent", backend: "balance source\nhash-type consistent\n\(weighted)",
        ask: manySources),
      Case(
        name: "source, map-based djb2 with avalanche",
        backend: "balance source\nhash-type map-based djb2 avalanche\n\(three)", ask: manySources),
      Case(
        name: "source, consistent wt6",
        backend: "balance source\nhash-type consistent wt6 avalanche\n\(three)", ask: manySources),
      Case(
        name: "source, consistent crc32",
        backend: "balance source\nhash-type consistent crc32\n\(three)", ask: manySources),
      Case(
        name: "a disabled server",
        backend: """
          balance roundrobin
          server a 127.0.0.1:@A@
          server b 127.0.0.1:@B@ disabled
          server c 127.0.0.1:@C@
          """),
      Case(
        name: "a server of weight 0",
        backend: """
          balance roundrobin
          server a 127.0.0.1:@A@
          server b 127.0.0.1:@B@ weight 0
          server c 127.0.0.1:@C@
          """),
      Case(
        name: "backups are left alone while others are there",
        backend: """
          balance roundrobin
          server a 127.0.0.1:@A@
          server b 127.0.0.1:@B@ backup
          server c 127.0.0.1:@C@ backup
          """),
      Case(
        name: "the first backup where nobody else is",
        backend: """
          balance roundrobin
          server a 127.0.0.1:@A@ disabled
          server b 127.0.0.1:@B@ backup
          server c 127.0.0.1:@C@ backup
          """),
      Case(
        name: "all backups",
        backend: """
          balance roundrobin
          option allbackups
          server a 127.0.0.1:@A@ disabled
          server b 127.0.0.1:@B@ backup
          server c 127.0.0.1:@C@ backup
          """),
    ]

    @Test("is HAProxy's", arguments: cases)
    func same(_ one: Case) throws {
      let servers = try ["a", "b", "c"].map { try Server.named($0) }
      let theirs = try choices(of: .haproxy, one, servers)
      let ours = try choices(of: .weir, one, servers)
      #expect(ours == theirs)
    }

    @Test("at random falls on every server")
    func random() throws {
      let servers = try ["a", "b", "c"].map { try Server.named($0) }
      let one = Case(name: "random", backend: "balance random(2)\n\(Self.three)") { front, _ in
        try (0..<60).map { _ in try whoServes(front) }
      }
      let names = try choices(of: .weir, one, servers)
      #expect(Set(names) == ["a", "b", "c"])
    }

    private func choices(of program: Program, _ one: Case, _ servers: [Server]) throws -> [String] {
      let front = try FreePort.next()
      var backend = one.backend.replacingOccurrences(of: "\n", with: "\n    ")
      for (name, server) in zip(["A", "B", "C"], servers) {
        backend = backend.replacingOccurrences(of: "@\(name)@", with: "\(server.port)")
      }
      let balancer = try Balancer(
        program,
        """
        defaults
            mode tcp
            timeout connect 2s
            timeout client 20s
            timeout server 20s
        frontend fe
            bind 127.0.0.1:\(front)
            default_backend be
        backend be
            \(backend)
        """, ready: [.ipv4(front)])
      defer { _ = try? balancer.stop() }
      return try one.ask(front, balancer)
    }
  }
}
