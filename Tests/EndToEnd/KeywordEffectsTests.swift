import Foundation
import Testing

extension RealPeers {
  /// What keywords and switches change in the running program, beside HAProxy where both agree.
  @Suite("Keyword effects")
  struct KeywordEffects {
    private static let head = """
      global
          log @LOG@ local0
          nbthread 1
      defaults
          log global
          mode tcp
          option tcplog
          timeout connect 2s
          timeout client 5s
          timeout server 5s

      """

    private static func listen(_ keywords: String = "", server: String = "") -> String {
      head + """
        listen l
            bind 127.0.0.1:@FRONT@
            \(keywords)
            server s 127.0.0.1:@SERVER@ \(server)
        """
    }

    @Test("server at * is called at the address that the client called")
    func wildcard() throws {
      let text =
        Self.head + """
          listen l
              bind 127.0.0.1:@FRONT@
              bind [::1]:@OTHER@
              server s *:@SERVER@
          """
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("six", at: .ipv6(run.server))
        let client = try Connection(to: .ipv6(run.other))
        let name = try client.greeting()
        client.finish()
        try client.waitForEnd()
        let record = try run.log.record(of: "l")
        _ = server
        return [name, record.termination]
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir == ["six", "--"])
    }

    @Test("disabled takes a backend's servers away, its checks as well")
    func disabledBackend() throws {
      let text =
        Self.head + """
          frontend f
              bind 127.0.0.1:@FRONT@
              default_backend b
          backend b
              disabled
              server s 127.0.0.1:@SERVER@ check inter 100ms
          """
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("s", run.server)
        let client = try Connection(to: run.front)
        let end = try client.waitForEnd()
        let record = try run.log.record(of: "f")
        return [
          "\(end)", record.backend, record.server, record.termination, "\(server.accepted)",
        ]
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir == ["end", "b", "<NOSRV>", "SC", "0"])
    }

    @Test("option nolinger resets a server whose client has ended")
    func noLinger() throws {
      let outcome = try SideBySide(text: Self.listen("option nolinger")).play { run in
        let listener = try Listener(.ipv4(run.server))
        let client = try Connection(to: run.front)
        try client.send("x")
        let server = try listener.accept()
        try server.expect("x")
        client.finish()
        let end = try server.waitForEnd()
        let record = try run.log.record(of: "l")
        return ["\(end)", record.termination]
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir == ["reset", "--"])
    }

    @Test("without option nolinger a client's end is passed on as one")
    func linger() throws {
      let outcome = try SideBySide(text: Self.listen()).play { run in
        let listener = try Listener(.ipv4(run.server))
        let client = try Connection(to: run.front)
        try client.send("x")
        let server = try listener.accept()
        try server.expect("x")
        client.finish()
        let end = try server.waitForEnd()
        try server.send("still here")
        try client.expect("still here")
        return "\(end)"
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir == "end")
    }

    @Test(
      "option redispatch goes to another server as soon, and as often, as HAProxy does",
      arguments: [
        ("roundrobin", "retries 3", "option redispatch"),
        ("leastconn", "retries 3", "option redispatch 3"),
        ("roundrobin", "retries 1", "option redispatch"),
        ("roundrobin", "retries 1", "no option redispatch"),
        ("source", "retries 1", "option redispatch 1"),
        ("source", "retries 2", "option redispatch"),
      ])
    func redispatch(_ balance: String, _ retries: String, _ option: String) throws {
      let text =
        Self.head + """
          listen l
              bind 127.0.0.1:@FRONT@
              balance \(balance)
              \(retries)
              \(option)
              timeout connect 200ms
              server a 127.0.0.1:@OTHER@
              server b 127.0.0.1:@OTHER@
              server c 127.0.0.1:@SERVER@
          """
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("c", run.server)
        let client = try Connection(to: run.front)
        if balance != "source", retries != "retries 1" {
          #expect(try client.greeting() == "c")
          client.finish()
        }
        try client.waitForEnd()
        let record = try run.log.record(of: "l")
        _ = server
        let pauses = record.totalTime / 190
        return "\(record.server) \(record.termination) \(record.retries) pauses: \(pauses)"
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    /// Starts the program with more arguments on a `listen` section before one server.
    private func start(
      _ arguments: [String], _ text: String = Self.listen(), front: UInt16, server: UInt16,
      log: SyslogReceiver
    ) throws -> Balancer {
      let filled = [("@FRONT@", "\(front)"), ("@SERVER@", "\(server)"), ("@LOG@", log.target)]
        .reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
      return try Balancer(.weir, filled, ready: [.ipv4(front)], arguments: arguments)
    }

    @Test("bind fd@ leaves the socket to its owner after a soft stop")
    func inherited() throws {
      for program in [Program.haproxy, .weir] {
        let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(opened) }
        #expect(Address.ipv4(0).withSockaddr { bind(opened, $0, $1) } == 0)
        #expect(Glibc.listen(opened, 16) == 0)
        let (log, server) = (try SyslogReceiver(), try Server.named("s"))
        let text = Self.listen().replacingOccurrences(of: "127.0.0.1:@FRONT@", with: "fd@7")
        let filled = [("@SERVER@", "\(server.port)"), ("@LOG@", log.target)]
          .reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        let balancer = try Balancer(program, filled, descriptors: [7: opened])
        #expect(try whoServes(localPort(opened)) == "s", "\(balancer.transcript)")
        #expect(try balancer.stop(SIGUSR1) == .code(0))
        _ = try Connection(to: localPort(opened))
      }
    }

    @Test("-N limits a frontend that does not say", .enabled(if: !Program.isStandIn))
    func frontendLimit() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try start(
        ["-db", "-N", "1"], front: front, server: server.port, log: log)
      let first = try Connection(to: front)
      _ = try first.greeting()
      let second = try Connection(to: front)
      #expect(throws: HarnessError.self) { _ = try second.greeting(within: 0.4) }
      first.close()
      #expect(try second.greeting() == "s", "\(balancer.transcript)")
      try balancer.stop()
    }

    @Test(
      "-m limits the memory of the process",
      .enabled(
        if: !Program.isStandIn && !Program.isSanitized,
        "a sanitizer's own memory goes far beyond any limit"))
    func memory() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try start(
        ["-db", "-m", "200"], front: front, server: server.port, log: log)
      #expect(try whoServes(front) == "s", "\(balancer.transcript)")
      let limits = readText("/proc/\(balancer.process.pid)/limits")
      #expect(limits.contains("209715200"), "\(limits)")
      try balancer.stop()
    }

    @Test("-dr starts without a server whose name is unknown", .enabled(if: !Program.isStandIn))
    func unknownHost() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let text = Self.listen() + "\n    server lost nowhere.invalid:80\n"
      let balancer = try start(
        ["-db", "-dr"], text, front: front, server: server.port, log: log)
      for _ in 0..<4 { #expect(try whoServes(front) == "s", "\(balancer.transcript)") }
      #expect(
        balancer.process.errors.contains(
          "'server l/lost' : could not resolve address 'nowhere.invalid', disabling server."))
      try balancer.stop()
    }

    @Test("-d shows every line of the log on stdout", .enabled(if: !Program.isStandIn))
    func debug() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let text = Self.listen().replacingOccurrences(
        of: "nbthread 1", with: "nbthread 1\n    daemon")
      let balancer = try start(["-d"], text, front: front, server: server.port, log: log)
      #expect(try whoServes(front) == "s", "\(balancer.transcript)")
      let record = try log.record(of: "l")
      try waitUntil("the record is shown\n\(balancer.transcript)") {
        balancer.process.output.contains(" l l/s ")
          && balancer.process.output.contains(":\(record.clientPort) ")
      }
      try balancer.stop()
    }

    @Test("-x is told to have no effect", .enabled(if: !Program.isStandIn))
    func takeover() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try start(
        ["-db", "-x", "/nowhere"], front: front, server: server.port, log: log)
      #expect(try whoServes(front) == "s", "\(balancer.transcript)")
      #expect(balancer.process.errors.contains("'-x' has no effect"), "\(balancer.transcript)")
      try balancer.stop()
    }
  }
}
