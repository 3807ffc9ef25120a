import Foundation
import Testing

extension RealPeers {
  /// Lines at steps, of open connections, by profiles and within limits.
  @Suite("Records before the end", .enabled(if: !Program.isStandIn))
  struct LogSteps {
    /// A frontend before one server, with these lines of its own.
    private func balancer(
      _ log: String, _ lines: String, front: UInt16, server: UInt16, more: String = ""
    ) throws -> Balancer {
      try Balancer(
        .weir,
        """
        global
            log \(log) local0
        \(more)
        defaults
            log global
            mode tcp
            timeout connect 2s
            timeout client 60s
            timeout server 60s
        frontend fe
            bind 127.0.0.1:\(front)
            \(lines)
            default_backend be
        backend be
            server s 127.0.0.1:\(server)
        """, ready: [.ipv4(front)])
    }

    /// The fields of a line of tcplog with `%OG` behind it, from its times on.
    private func fields(_ line: String) -> [String] {
      line.split(separator: " ").map(String.init)
    }

    @Test("are made at each listed step, with what is known then, as HAProxy 3.5 prints it")
    func steps() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try balancer(
        log.target,
        """
        log-steps accept,connect,close
            log-format "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq %OG"
        """, front: front, server: server.port)
      let client = try Connection(to: front)
      #expect(try client.greeting() == "s")
      client.finish()
      try client.waitForEnd()
      let records = try log.records(3)
      try balancer.stop()
      #expect(records.map { fields($0.line).last } == ["txn_accept", "txn_connect", "txn_close"])
      #expect(records[0].line.contains(" fe/<NOSRV> -1/-1/0 0 -- 1/1/0/0/0 0/0 txn_accept"))
      #expect(records[1].line.contains(" be/s ") && !records[1].line.contains("+"))
      #expect(records[1].queueTime >= 0 && records[1].connectTime >= 0 && records[1].bytes == 0)
      #expect(records[2].bytes == 2 && records[2].termination == "--")
      #expect(log.records.count == 3)
    }

    @Test("of psql sessions held open come every interval, and halog and lnav count no end more")
    func interval() throws {
      let postgres = try PostgresServer()
      let log = try SyslogReceiver()
      let front = try FreePort.next()
      let balancer = try balancer(
        log.target,
        """
        option tcplog
            log-steps accept,connect,close
            log-interval 200ms
        """, front: front, server: postgres.port)
      let answers = try (0..<3).map { _ in
        try ChildProcess(
          Tool.path("psql"),
          [
            "-X", "-A", "-t", "-h", "127.0.0.1", "-p", "\(front)", "-U", "postgres", "-c",
            "select pg_sleep(2)",
          ],
          in: balancer.folder, environment: ["PGSSLMODE": "disable", "PGGSSENCMODE": "disable"])
      }
      for answer in answers { #expect(try answer.wait() == .code(0)) }
      _ = try log.records(3) { !$0.line.contains(" interim ") && $0.bytes > 0 }
      try balancer.stop()

      let interims = log.lines.filter { $0.contains(" interim 127.0.0.1:") }
      let ends = log.lines.filter { !$0.contains(" interim ") && $0.contains(" be/s ") }
      for port in Set(log.records.map(\.clientPort)) {
        let own = interims.filter { $0.contains("interim 127.0.0.1:\(port) [") }
        // Ten in two seconds, but for how slowly a busy machine goes.
        #expect((6...14).contains(own.count), "\(own)")
        #expect(own.allSatisfy { $0.contains(" be/s ") && $0.contains("/+") && $0.contains(" +") })
      }
      #expect(ends.count == 6, "\(ends)")

      // As rsyslog writes them: without priority, with the host. Lines of accept and connect are no
      // ends either, but HAProxy's own; lnav knows a file by its first line.
      let closed = ends.filter { TCPLogRecord(parsing: $0).map { $0.bytes > 0 } == true }
      let text =
        (closed.prefix(1) + interims + closed.dropFirst())
        .map { $0.replacing(pattern: #"^<\d+>(.{15}) "#, with: "$1 localhost ") }
        .joined(separator: "\n") + "\n"
      let all = try run(Tool.path("halog"), ["-E", "-c"], input: text)
      #expect(all.output == "3\n", "\(all)\n\(text)")
      let times = try run(Tool.path("halog"), ["-st"], input: text)
      #expect(times.output.split(separator: "\n").count <= 3, "\(times)")
      #expect(times.errors.contains(" \(interims.count) parsing errors"), "\(times)")

      let folder = try TemporaryDirectory("weir-lnav")
      let path = try folder.write(text, to: "weir.log")
      let table = try run(
        Tool.path("lnav"),
        ["-n", "-c", ";select count(*) as ends from haproxy_log", "-c", ":write-csv-to -", path],
        environment: ["HOME": folder.path, "TERM": "dumb"])
      #expect(table.output == "ends\n3\n" || table.output == "ends\n3", "\(table)")
    }

    @Test("go by the profile of each logger, which names its own tag and formats")
    func profiles() throws {
      let (plain, audit) = (try SyslogReceiver(), try SyslogReceiver())
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try balancer(
        plain.target,
        """
        log \(audit.target) format rfc5424 profile audit local1
            log-steps accept,connect,close
            log-format "shared %OG"
        """, front: front, server: server.port,
        more: """
          log-profile audit
              log-tag psql-audit
              on accept drop
              on close format "closed %B" sd "[weir@32473 step=\\"%OG\\"]"
              on any format "any %OG"
          """)
      let client = try Connection(to: front)
      _ = try client.greeting()
      client.finish()
      try client.waitForEnd()
      try plain.line(containing: "shared txn_close")
      try audit.line(containing: "closed 2")
      try balancer.stop()
      let shared = plain.lines.filter { $0.contains("shared ") }.compactMap { fields($0).last }
      #expect(shared == ["txn_accept", "txn_connect", "txn_close"])
      let own = audit.lines.filter { !$0.contains("stopped") }
      #expect(own.count == 2, "\(own)")
      #expect(own.allSatisfy { $0.contains(" psql-audit ") })
      #expect(own[0].hasSuffix(" - any txn_connect"))
      #expect(own[1].hasSuffix(" [weir@32473 step=\"txn_close\"] closed 2"))
    }

    @Test("of a flood and of a flapping server are limited, and one line tells how many there were")
    func limits() throws {
      let log = try SyslogReceiver()
      let front = try FreePort.next()
      let balancer = try Balancer(
        .weir,
        """
        global
            log \(log.target) local0
        defaults
            log global
            mode tcp
            option tcplog
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        frontend fe
            bind 127.0.0.1:\(front) accept-proxy
            log-limit error 3/1h
            default_backend be
        backend be
            log-limit server.down 2/1s
            server s @DIR@/server check inter 10ms fastinter 10ms downinter 10ms rise 1 fall 1
        """, ready: [.ipv4(front)])
      for _ in 0..<20 {
        let client = try Connection(to: front)
        try client.send("GET / HTTP/1.0\r\n\r\n")
        try client.waitForEnd()
      }
      // The server comes and goes; that it goes is told by the backend, which has no limit.
      try log.lines(1, containing: "backend be has no server available!")
      for turn in 1...6 {
        let up = try Server.named("s", at: .unix(balancer.folder.path + "/server"))
        try log.lines(turn, containing: "Server be/s is UP")
        up.close()
        unlink(balancer.folder.path + "/server")
        // It was down before it came for the first time.
        try log.lines(turn + 1, containing: "backend be has no server available!")
      }
      let summary = try log.line(containing: "messages of kind server.down were left out in")
      #expect(summary.contains("<129>") && summary.contains("Proxy be: "), "\(summary)")
      #expect(log.lines.filter { $0.contains("Server be/s is DOWN") }.count >= 2)
      try balancer.stop()
      try log.line(containing: "Proxy fe: 17 messages of kind error were left out in")
      #expect(
        log.lines.filter { $0.contains("Received something which does not look like") }.count == 3)
      let ledger = try log.line(containing: "sink udp@\(log.target): accepted=")
      #expect(ledger.contains(" dropped=0") && ledger.contains(" limited="), "\(ledger)")
    }
  }
}

extension SyslogReceiver {
  /// Waits for so many lines that contain this text.
  func lines(_ count: Int, containing text: String) throws {
    try waitUntil("\(count) lines with '\(text)'; the lines: \(lines.suffix(40))") {
      lines.filter { $0.contains(text) }.count >= count
    }
  }
}

extension RealPeers.Journal {
  @Test("tells the start, the course and the end of a connection apart")
  func course() throws {
    let journal = try PrivateJournal()
    let server = try Server.named("s")
    let front = try FreePort.next()
    let path = try journal.folder.write(
      """
      global
          log journald local0
      defaults
          log global
          mode tcp
          option tcplog
          timeout connect 2s
          timeout client 60s
          timeout server 60s
      frontend fe
          bind 127.0.0.1:\(front)
          log-steps accept,connect,close
          log-interval 100ms
          default_backend be
      backend be
          server s 127.0.0.1:\(server.port)

      """, to: "weir.cfg")
    let weir = try journal.start(Program.weir.path, ["-db", "-f", path])
    try waitUntil("it listens\n\(weir.transcript)") { Balancer.listens(.ipv4(front)) }
    let client = try Connection(to: front)
    _ = try client.greeting()
    try waitUntil("interim entries") {
      try journal.entries(["WEIR_EVENT=connection.interim"]).count >= 4
    }
    client.finish()
    try client.waitForEnd()
    try waitUntil("the end") { try journal.entries(["WEIR_EVENT=connection.end"]).count == 1 }
    #expect(try journal.entries(["WEIR_EVENT=connection.start"]).count == 1)
    let open = try journal.entries(["WEIR_EVENT=connection.interim"])
    #expect(open.allSatisfy { $0["WEIR_CONNECTION"] as? String == "1" && $0["WEIR_REASON"] == nil })
    #expect(Set(open.compactMap { $0["MESSAGE_ID"] as? String }).count == 1)
    #expect(open.last?["WEIR_BYTES_OUT"] as? String == "2")
    #expect((open.last?["MESSAGE"] as? String)?.hasPrefix("interim 127.0.0.1:") == true)
    if let inner = weir.firstChild { kill(inner, SIGTERM) }
    try weir.wait()
    try journal.stop()
  }
}
