import Foundation
import Testing

extension RealPeers {
  /// What signals do, and how the program leaves.
  @Suite("Signals")
  struct Signals {
    static let text = """
      global
          log @LOG@ local0
      defaults
          log global
          mode tcp
          option tcplog
          timeout connect 2s
          timeout client 20s
          timeout server 20s
      frontend fe
          bind 127.0.0.1:@FRONT@
          default_backend be
      backend be
          server s 127.0.0.1:@SERVER@
      """

    @Test("SIGUSR1 takes no one in, lets sessions end, and then the program goes")
    func soft() throws {
      let outcome = try SideBySide(text: Self.text).play { run in
        let server = try Server.named("s", run.server)
        let client = try Connection(to: run.front)
        _ = try client.greeting()
        let balancer = try run.balancer
        balancer.process.signal(SIGUSR1)
        try waitUntil("it listens no more") { !Balancer.listens(.ipv4(run.front)) }
        #expect(throws: HarnessError.self) { _ = try Connection(to: run.front) }
        try client.send("still here")
        try client.expect("still here")
        #expect(balancer.process.exitStatus == nil)
        client.finish()
        try client.waitForEnd()
        client.close()
        let status = try balancer.process.wait()
        _ = server
        let news = run.log.lines.map { run.normal($0) }.filter {
          $0.contains("stopped") && !$0.contains("<HTTPCLIENT>")
        }
        #expect(run.log.records.count == 1)
        return (status, news)
      }
      #expect(outcome.weir.0 == outcome.haproxy.0)
      #expect(outcome.weir.1 == outcome.haproxy.1)
    }

    @Test("SIGTERM and SIGINT end the program at once", arguments: [SIGTERM, SIGINT])
    func hard(signal: Int32) throws {
      let outcome = try SideBySide(text: Self.text).play { run in
        let server = try Server.named("s", run.server)
        let client = try Connection(to: run.front)
        _ = try client.greeting()
        let balancer = try run.balancer
        var status: ExitStatus?
        let took = try seconds { status = try balancer.stop(signal) }
        #expect(took < 3)
        try client.waitForEnd()
        _ = server
        return status
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("hard-stop-after bounds a soft stop")
    func bounded() throws {
      let text = Self.text.replacing(
        pattern: "local0\n", with: "local0\n    hard-stop-after 500ms\n")
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("s", run.server)
        let client = try Connection(to: run.front)
        _ = try client.greeting()
        let balancer = try run.balancer
        balancer.process.signal(SIGUSR1)
        try client.waitForEnd()
        _ = try balancer.process.wait()
        _ = server
        return try run.log.record(of: "fe").termination.first
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("SIGHUP tells the servers' states in the log")
    func states() throws {
      let outcome = try SideBySide(text: Self.text).play { run in
        try run.balancer.process.signal(SIGHUP)
        try run.log.line(containing: "SIGHUP received")
        try run.log.line(containing: "Server be/s")
        return run.log.lines.map { run.normal($0) }.filter { $0.contains("be") }.sorted()
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test(
      "SIGQUIT tells the ledgers of sinks and the servers' states, and nothing ends",
      .enabled(if: !Program.isStandIn))
    func ledgers() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try Balancer(
        .weir,
        Self.text.replacing(pattern: "@LOG@", with: log.target)
          .replacing(pattern: "@FRONT@", with: "\(front)")
          .replacing(pattern: "@SERVER@", with: "\(server.port)"), ready: [.ipv4(front)])
      for _ in 0..<5 { _ = try whoServes(front) }
      _ = try log.records(5)
      balancer.process.signal(SIGQUIT)
      try waitUntil("the ledgers: \(balancer.transcript)\n\(log.lines)") {
        let said =
          log.lines.joined(separator: "\n") + balancer.process.errors + balancer.process.output
        return said.contains("delivered") && said.contains("be/s")
      }
      #expect(try whoServes(front) == "s")
      try balancer.stop()
    }

    @Test("the program goes to the background, writes its pid, and is stopped by it")
    func daemon() throws {
      for program in [Program.haproxy, .weir] {
        let folder = try TemporaryDirectory("weir-daemon")
        let log = try SyslogReceiver()
        let server = try Server.named("s")
        let front = try FreePort.next()
        let balancer = try Balancer(
          program,
          Self.text.replacing(pattern: "@LOG@", with: log.target)
            .replacing(pattern: "@FRONT@", with: "\(front)")
            .replacing(pattern: "@SERVER@", with: "\(server.port)"),
          arguments: ["-D", "-p", folder.file("pid")], folder: folder)
        #expect(try balancer.process.wait() == .code(0), "\(balancer.transcript)")
        let pid = try #require(
          pid_t(folder.read("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
        defer { kill(pid, SIGKILL) }
        #expect(pid != balancer.process.pid)
        #expect(try whoServes(front) == "s")
        #expect(try log.records(1)[0].termination == "--")
        #expect(getsid(pid) != getsid(0), "it has a session of its own")
        kill(pid, SIGTERM)
        try waitUntil("\(program) is gone") { kill(pid, 0) != 0 || isZombie(pid) }
      }
    }

    private func isZombie(_ pid: pid_t) -> Bool { readText("/proc/\(pid)/stat").contains(") Z ") }

    @Test("-sf tells an older process to finish, and takes its place")
    func successor() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let text = Self.text.replacing(pattern: "@LOG@", with: log.target)
        .replacing(pattern: "@FRONT@", with: "\(front)")
        .replacing(pattern: "@SERVER@", with: "\(server.port)")
      let older = try Balancer(.weir, text, ready: [.ipv4(front)])
      let client = try Connection(to: front)
      _ = try client.greeting()
      let newer = try Balancer(
        .weir, text, arguments: ["-db", "-sf", "\(older.process.pid)"])
      try waitUntil("the newer one serves: \(newer.transcript)") {
        _ = try? whoServes(front)
        return log.records.contains { $0.header.contains("[\(newer.process.pid)]") }
      }
      try client.send("still here")
      try client.expect("still here")
      client.finish()
      try client.waitForEnd()
      client.close()
      try older.process.wait()
      try newer.stop()
    }
  }
}
