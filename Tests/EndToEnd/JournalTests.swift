import Foundation
import Testing

extension RealPeers {
  /// Records in the journal, with fields of their own.
  @Suite("The journal", .enabled(if: Fixture.canIsolate && !Program.isStandIn))
  struct Journal {
    @Test("has the parts of a message that was passed on, as of one that came by /dev/log")
    func forwarded() throws {
      let journal = try PrivateJournal()
      let port = try FreePort.next()
      let path = try journal.folder.write(
        """
        log-forward in
            bind 127.0.0.1:\(port)
            log journald local0

        """, to: "forward.cfg")
      let weir = try journal.start(Program.weir.path, ["-db", "-f", path])
      try waitUntil("it listens\n\(weir.transcript)") { Balancer.listens(.ipv4(port)) }
      let client = try Connection(to: port)
      try client.send(
        "<20>1 2020-03-04T10:39:34Z box app 7 ID1 [a@1 b=\"c\"] some text\n"
          + "<34>Mar 14 22:14:15 other su: failed\nonly text\n".replacingOccurrences(
            of: "only", with: "<13>only"))
      let found = try waitFor("three entries\n\(weir.transcript)") { () -> [[String: Any]]? in
        let found = try journal.entries(["WEIR_FORWARD=in"])
        return found.count == 3 ? found : nil
      }
      func entry(_ message: String) -> [String: Any] {
        found.first { $0["MESSAGE"] as? String == message } ?? [:]
      }
      let first = entry("some text")
      for (field, value) in [
        ("PRIORITY", "4"), ("SYSLOG_FACILITY", "2"), ("SYSLOG_IDENTIFIER", "app"),
        ("SYSLOG_PID", "7"), ("SYSLOG_TIMESTAMP", "2020-03-04T10:39:34Z"),
        ("WEIR_SYSLOG_HOST", "box"), ("WEIR_SYSLOG_MSGID", "ID1"),
        ("WEIR_SYSLOG_STRUCTURED_DATA", "[a@1 b=\"c\"]"), ("WEIR_FORWARD_SOURCE", "127.0.0.1"),
      ] {
        #expect(first[field] as? String == value, "\(field)")
      }
      let second = entry("failed")
      #expect(second["SYSLOG_IDENTIFIER"] as? String == "su" && second["SYSLOG_PID"] == nil)
      #expect(entry("only text")["PRIORITY"] as? String == "5")
    }

    @Test("has an entry for each connection, and finds it by its backend, server and end")
    func entries() throws {
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
            retries 0
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        frontend fe
            bind 127.0.0.1:\(front)
            default_backend be
        backend be
            balance roundrobin
            server good 127.0.0.1:\(server.port)
            server bad 127.0.0.1:1

        """, to: "weir.cfg")
      let weir = try journal.start(Program.weir.path, ["-db", "-f", path])
      try waitUntil("it listens\n\(weir.transcript)") { Balancer.listens(.ipv4(front)) }
      for turn in 0..<6 {
        let client = try Connection(to: front)
        // Every other one finds a server that refuses, and is sent away.
        if turn % 2 == 0 {
          _ = try client.greeting()
          client.finish()
        }
        try client.waitForEnd()
      }

      let found = try waitFor("six entries\n\(weir.transcript)") { () -> [[String: Any]]? in
        let found = try journal.entries(["WEIR_BACKEND=be"]).filter {
          $0["WEIR_TERMINATION"] != nil
        }
        return found.count == 6 ? found : nil
      }
      for entry in found {
        let message = entry["MESSAGE"] as? String ?? ""
        let record = try #require(TCPLogRecord(parsing: message), "\(entry)")
        func text(_ field: String) -> String? { entry[field] as? String }
        #expect(text("WEIR_FRONTEND") == "fe")
        #expect(text("WEIR_SERVER") == record.server)
        #expect(text("WEIR_TERMINATION") == record.termination)
        #expect(text("WEIR_CLIENT_ADDRESS") == "127.0.0.1")
        #expect(text("WEIR_CLIENT_PORT") == "\(record.clientPort)")
        #expect(text("WEIR_BYTES_OUT") == "\(record.bytes)")
        #expect(text("WEIR_EVENT") == "connection.end")
        #expect(text("WEIR_REASON")?.isEmpty == false)
        #expect(text("PRIORITY") == "6")
        #expect(text("SYSLOG_FACILITY") == "16")
        #expect(text("SYSLOG_IDENTIFIER") == "weir")
        #expect(text("MESSAGE_ID")?.count == 32)
        #expect(Int(text("WEIR_SEQUENCE") ?? "") != nil)
        #expect(Int(text("WEIR_TIME_TOTAL_USEC") ?? "") != nil, "\(entry.keys.sorted())")
        #expect(Int(text("WEIR_ACCEPTED_USEC") ?? "") != nil)
      }
      #expect(Set(found.compactMap { $0["WEIR_SEQUENCE"] as? String }).count == 6)
      #expect(try journal.entries(["WEIR_SERVER=good", "WEIR_TERMINATION=--"]).count == 3)
      #expect(
        try journal.entries(["WEIR_SERVER=bad", "WEIR_TERMINATION=SC"]).count == 3,
        "\(found.map { $0["MESSAGE"] ?? "" })")

      if let inner = weir.firstChild { kill(inner, SIGTERM) }
      try weir.wait()
      try journal.stop()
    }

    @Test("has the state changes of servers, at their levels")
    func servers() throws {
      let journal = try PrivateJournal()
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
            timeout client 5s
            timeout server 5s
        frontend fe
            bind 127.0.0.1:\(front)
            default_backend be
        backend be
            server s 127.0.0.1:1 check inter 50ms fall 1

        """, to: "weir.cfg")
      let weir = try journal.start(Program.weir.path, ["-db", "-f", path])
      try waitUntil("the server is down\n\(weir.transcript)") {
        try journal.entries(["SYSLOG_IDENTIFIER=weir"]).contains {
          ($0["MESSAGE"] as? String)?.contains("has no server available") == true
        }
      }
      let entries = try journal.entries(["SYSLOG_IDENTIFIER=weir"])
      let down = try #require(
        entries.first { ($0["MESSAGE"] as? String)?.contains("Server be/s is DOWN") == true })
      #expect(down["PRIORITY"] as? String == "1")
      #expect(down["WEIR_BACKEND"] as? String == "be" && down["WEIR_SERVER"] as? String == "s")
      #expect((down["MESSAGE_ID"] as? String)?.count == 32)
      let empty = try #require(
        entries.first { ($0["MESSAGE"] as? String)?.contains("has no server available") == true })
      #expect(empty["PRIORITY"] as? String == "0")
      if let inner = weir.firstChild { kill(inner, SIGTERM) }
      try weir.wait()
      try journal.stop()
    }
  }

  /// The unit, under a real systemd.
  @Suite("systemd", .enabled(if: Fixture.canIsolate && !Program.isStandIn))
  struct Systemd {
    /// The unit as it is shipped, with the program and the file where this systemd has them.
    private func unit(watchdog: String = "2s") -> String {
      readText(Fixture.project + "/config/weir.service")
        .replacing(
          pattern: #"(?m)^ExecStart=.*$"#, with: "ExecStart=/shared/weir -Ws -f /shared/weir.cfg"
        )
        .replacing(pattern: #"(?m)^ExecStartPre=.*\n"#, with: "")
        .replacing(pattern: #"(?m)^WatchdogSec=.*$"#, with: "WatchdogSec=\(watchdog)")
        .replacing(pattern: #"(?m)^RestartSec=.*\n"#, with: "")
    }

    private func boot(_ unit: String, _ configuration: String) throws -> BootedSystemd {
      try BootedSystemd(units: ["weir.service": unit]) { shared in
        let binary = try Program.weir.path
        try FileManager.default.copyItem(atPath: binary, toPath: shared + "/weir")
        try configuration.write(toFile: shared + "/weir.cfg", atomically: false, encoding: .utf8)
      }
    }

    private func configuration(_ front: UInt16, _ server: UInt16) -> String {
      """
      global
          log journald local0
      defaults
          log global
          mode tcp
          option tcplog
          timeout connect 2s
          timeout client 5s
          timeout server 5s
      frontend fe
          bind 127.0.0.1:\(front)
          default_backend be
      backend be
          server s 127.0.0.1:\(server)

      """
    }

    @Test("starts config/weir.service, is told when it is ready, and stops it in order")
    func starts() throws {
      let server = try Server.named("s")
      let front = try FreePort.next()
      let systemd = try boot(unit(), configuration(front, server.port))
      let started = try systemd.run("systemctl", "start", "weir.service")
      let journal = try systemd.run("journalctl", "-q", "--no-pager", "-u", "weir.service").output
      #expect(started.status == .code(0), "\(started)\n\(journal)")
      // `systemctl start` of a Type=notify unit returns once READY=1 was said: it listens by then.
      #expect(Balancer.listens(.ipv4(front)))
      #expect(try systemd.property("ActiveState", of: "weir.service") == "active")
      #expect(try !systemd.property("StatusText", of: "weir.service").isEmpty)
      #expect(try whoServes(front) == "s")
      try waitUntil("its record is in the journal: \(journal)") {
        try systemd.run("journalctl", "-q", "--no-pager", "-o", "json", "WEIR_BACKEND=be").output
          .contains(#""_SYSTEMD_UNIT":"weir.service""#)
      }
      let stopped = try systemd.run("systemctl", "stop", "weir.service")
      #expect(stopped.status == .code(0), "\(stopped)")
      #expect(try systemd.property("Result", of: "weir.service") == "success")
      #expect(!Balancer.listens(.ipv4(front)))
    }

    @Test("sees the watchdog kept alive, and kills and restarts a program that stands still")
    func watchdog() throws {
      let server = try Server.named("s")
      let front = try FreePort.next()
      let systemd = try boot(unit(watchdog: "1s"), configuration(front, server.port))
      #expect(try systemd.run("systemctl", "start", "weir.service").status == .code(0))
      // Three intervals pass, and it is alive.
      let first = try systemd.property("WatchdogTimestampMonotonic", of: "weir.service")
      try waitUntil("the watchdog is fed") {
        let now = try systemd.property("WatchdogTimestampMonotonic", of: "weir.service")
        return (Int(now) ?? 0) > (Int(first) ?? 0) + 3_000_000
      }
      #expect(try systemd.property("NRestarts", of: "weir.service") == "0")

      let pid = try systemd.property("MainPID", of: "weir.service")
      try systemd.run("kill", "-STOP", pid)
      try systemd.wait(until: "NRestarts", of: "weir.service", is: "1")
      try systemd.wait(until: "ActiveState", of: "weir.service", is: "active")
      #expect(try systemd.property("MainPID", of: "weir.service") != pid)
      #expect(try whoServes(front) == "s")
      try systemd.run("systemctl", "stop", "weir.service")
    }

    @Test("is told of a failed start")
    func fails() throws {
      let front = try FreePort.next()
      let systemd = try boot(unit(), configuration(front, 1) + "nonsense\n")
      let started = try systemd.run("systemctl", "start", "weir.service")
      #expect(started.status != .code(0))
      let journal = try systemd.run("journalctl", "-q", "--no-pager", "-u", "weir.service").output
      #expect(journal.contains("nonsense"), "\(journal)")
    }
  }
}
