import Testing

extension RealPeers {
  /// The job that Weir is for: sessions of PostgreSQL's own programs, spread over two servers.
  @Suite("PostgreSQL's sessions")
  struct PostgresSessions {
    let first: PostgresServer
    let second: PostgresServer
    let log: SyslogReceiver
    let front: UInt16

    init() throws {
      first = try PostgresServer()
      second = try PostgresServer()
      log = try SyslogReceiver()
      front = try FreePort.next()
    }

    private func balancer() throws -> Balancer {
      try Balancer(
        .weir,
        """
        global
            log \(log.target) local0
            maxconn 4096
        defaults
            log global
            mode tcp
            option tcplog
            timeout connect 2s
            timeout client 30s
            timeout server 30s
            timeout check 500ms
        frontend psql
            bind 127.0.0.1:\(front)
            default_backend psql_nodes
        backend psql_nodes
            balance roundrobin
            option pgsql-check user haproxy_check
            option redispatch 1
            retries 3
            default-server check inter 100ms fastinter 50ms downinter 100ms rise 2 fall 2 on-marked-down shutdown-sessions
            server node1 127.0.0.1:\(first.port)
            server node2 127.0.0.1:\(second.port)
        """, ready: [.ipv4(front)])
    }

    @Test("psql sessions take turns at the two servers, and each leaves one record")
    func turns() throws {
      let balancer = try balancer()
      var ports: [String] = []
      for _ in 0..<6 {
        let answer = try psql(front, "select inet_server_port()")
        #expect(answer.status == .code(0), "\(answer)\n\(balancer.transcript)")
        ports.append(answer.output.split(separator: "\n").joined())
        // Records of several workers come in no strict order.
        _ = try log.records(ports.count)
      }
      #expect(ports.filter { $0 == "\(first.port)" }.count == 3, "\(ports)")
      #expect(ports.filter { $0 == "\(second.port)" }.count == 3, "\(ports)")

      let records = try log.records(6)
      #expect(records.count == 6)
      for record in records {
        #expect(record.termination == "--", "\(record.line)")
        #expect(record.frontend == "psql" && record.backend == "psql_nodes")
        #expect(record.bytes > 0 && record.connectTime >= 0 && record.retries == "0")
      }
      #expect(records.map(\.server) == ["node1", "node2", "node1", "node2", "node1", "node2"])
      try balancer.stop()
      #expect(log.records.count == 6)
    }

    @Test("what a large result weighs is what the record says")
    func bytes() throws {
      let balancer = try balancer()
      let answer = try psql(front, "select repeat('x', 1000000)")
      #expect(answer.output.count == 1_000_001)
      let record = try log.record(of: "psql")
      #expect(record.bytes > 1_000_000 && record.bytes < 1_002_000, "\(record.line)")
      try balancer.stop()
    }

    @Test("a server stopped and started under pgbench costs the other server's sessions nothing")
    func failover() throws {
      let balancer = try balancer()
      let folder = try TemporaryDirectory("weir-pgbench")
      let script = try folder.write("select inet_server_port();\n", to: "select.sql")
      // Eight sessions that last: roundrobin lays four on each server.
      let load = try ChildProcess(
        Tool.path("pgbench"),
        [
          "-n", "-c", "8", "-j", "1", "-T", "5", "-f", script, "-h", "127.0.0.1", "-p",
          "\(front)", "-U", "postgres", "postgres",
        ], in: folder, environment: ["PGSSLMODE": "disable", "PGGSSENCMODE": "disable"])
      try waitUntil("pgbench's sessions are up\n\(load.transcript)") {
        try sessions(of: second) == 4 && sessions(of: first) == 4
      }

      try first.stop()
      try log.line(containing: "Server psql_nodes/node1 is DOWN")
      // Whoever comes now is served, and by the server that is there.
      for _ in 0..<10 { try expectServed(by: [second.port], balancer) }
      #expect(try sessions(of: second) == 4, "pgbench's sessions there go on")

      try first.start()
      try log.line(containing: "Server psql_nodes/node1 is UP")
      for _ in 0..<10 { try expectServed(by: [first.port, second.port], balancer) }

      try load.wait()
      let aborted = load.errors.split(separator: "\n")
        .filter { $0.hasPrefix("pgbench: error: client") }.map { $0.split(separator: " ")[3] }
      #expect(Set(aborted).count == 4, "\(load.transcript)")
      let records = try log.records(28)
      let lost = records.filter { $0.server == "node1" && $0.termination != "--" }
      #expect(lost.count <= 4, "\(lost.map(\.line))")
      let failed = records.filter { $0.server != "node1" && $0.termination != "--" }
      #expect(failed.isEmpty, "\(failed.map(\.line))")
      try balancer.stop()
    }

    /// How many sessions of pgbench a server has.
    private func sessions(of server: PostgresServer) throws -> Int {
      let count = try server.query(
        "select count(*) from pg_stat_activity where application_name = 'pgbench'")
      return Int(count.output.split(separator: "\n").joined()) ?? -1
    }

    private func expectServed(by ports: [UInt16], _ balancer: Balancer) throws {
      let answer = try psql(front, "select inet_server_port()")
      let port = UInt16(answer.output.split(separator: "\n").joined())
      #expect(port.map(ports.contains) == true, "\(answer)\n\(balancer.transcript)")
    }
  }
}

/// A PostgreSQL session spoken by hand: enough to hold one open and see that it lives.
enum PostgresSession {
  /// Logs in by trust and waits until the server is ready.
  static func open(at port: UInt16) throws -> Connection {
    let connection = try Connection(to: port)
    let words: [UInt8] =
      Array("user".utf8) + [0] + Array("postgres".utf8) + [0] + Array("database".utf8) + [0]
      + Array("postgres".utf8) + [0, 0]
    let length = UInt32(words.count + 8)
    try connection.send(bytes(length) + bytes(196_608) + words)
    try untilReady(connection)
    return connection
  }

  /// Whether the session still answers a query.
  static func answers(_ connection: Connection) throws -> Bool {
    let text = Array("select 1".utf8) + [0]
    do {
      try connection.send([UInt8(ascii: "Q")] + bytes(UInt32(text.count + 4)) + text)
      try untilReady(connection)
      return true
    } catch { return false }
  }

  private static func untilReady(_ connection: Connection) throws {
    while true {
      let head = try connection.receive(exactly: 5)
      let length = head[1...].reduce(0) { $0 << 8 | Int($1) }
      let body = try connection.receive(exactly: length - 4)
      if head[0] == UInt8(ascii: "Z") { return }
      if head[0] == UInt8(ascii: "E") {
        throw HarnessError("the server says: \(String(decoding: body, as: UTF8.self))")
      }
    }
  }

  private static func bytes(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }
}
