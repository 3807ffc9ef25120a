import Foundation
import Testing

extension RealPeers {
  /// What happens when peers and the system do what nobody hopes for.
  @Suite("Robustness")
  struct Robustness {
    static func text(global: String = "", defaults: String = "", server: String = "") -> String {
      """
      global
          log @LOG@ local0
          \(global)
      defaults
          log global
          mode tcp
          option tcplog
          timeout connect 1s
          timeout client 1s
          timeout server 1s
          \(defaults)
      frontend fe
          bind 127.0.0.1:@FRONT@
          default_backend be
      backend be
          server s 127.0.0.1:@SERVER@ \(server)
      """
    }

    @Test("a client that spoke before its server was found out to be gone sees a plain end")
    func plainEnd() throws {
      let outcome = try SideBySide(text: Self.text(defaults: "retries 0")).play { run in
        let client = try Connection(to: run.front)
        try client.send("is anybody there?")
        let end = try client.waitForEnd()
        return (end, try run.log.record(of: "fe").termination)
      }
      #expect(outcome.weir.0 == .end)
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("a server that takes no more is told of, not the client that waits for it")
    func stuckServer() throws {
      let outcome = try SideBySide(text: Self.text()).play { run in
        let listener = try Listener(.ipv4(run.server))
        let client = try Connection(to: run.front)
        let server = try listener.accept()
        // Until nobody takes any more; the client is silent from here on.
        let chunk = [UInt8](repeating: 120, count: 65_536)
        var isTaken = true
        while isTaken {
          do { try client.send(chunk, within: 0.3) } catch { isTaken = false }
        }
        let record = try run.log.record(of: "fe")
        withExtendedLifetime((server, client)) {}
        return record.termination
      }
      #expect(outcome.weir == "sD")
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("`hard-stop-after` says whose sessions it ends")
    func hardStop() throws {
      let text = Self.text(
        global: "hard-stop-after 200ms", defaults: "timeout client 1m\n    timeout server 1m")
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("s", run.server)
        let client = try Connection(to: run.front)
        _ = try client.greeting()
        let balancer = try run.balancer
        balancer.process.signal(SIGUSR1)
        try client.waitForEnd()
        let status = try balancer.process.wait()
        _ = server
        let record = try run.log.record(of: "fe")
        let news = run.log.lines.map { run.normal($0) }.filter { $0.contains("hard-stop") }
        return (status, record.termination, news)
      }
      #expect(outcome.weir.2.count == 2)
      #expect(outcome.weir.0 == outcome.haproxy.0)
      #expect(outcome.weir.1 == outcome.haproxy.1)
      #expect(outcome.weir.2 == outcome.haproxy.2)
    }

    @Test(
      "redispatch is due at the first failure, but to sessions that belong to a server",
      arguments: [
        ("roundrobin", "redispatch"), ("roundrobin", "redispatch 2"), ("first", "redispatch -1"),
        ("static-rr", "redispatch"), ("source\n    hash-type consistent", "redispatch 1"),
        ("source\n    hash-type consistent", "redispatch 2"),
      ])
    func redispatch(balance: String, option: String) throws {
      let text = """
        global
            log @LOG@ local0
        defaults
            log global
            mode tcp
            option tcplog
            option \(option)
            retries 3
            timeout connect 100ms
            timeout client 5s
            timeout server 5s
        frontend fe
            bind 127.0.0.1:@FRONT@
            default_backend be
        backend be
            balance \(balance)
            server a 127.0.0.1:@OTHER@ weight 200
            server b 127.0.0.1:@SERVER@ weight 1
            server c 127.0.0.1:@SERVER@ weight 1
        """
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("s", run.server)
        let client = try Connection(to: run.front)
        _ = try client.greeting()
        client.finish()
        try client.waitForEnd()
        _ = server
        let record = try run.log.record(of: "fe")
        return "\(record.server) \(record.termination) \(record.retries)"
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("a line may count the connections of any proxy or server, which must exist")
    func namedCounts() throws {
      let text = """
        global
            log @LOG@ local0
        defaults
            log global
            mode tcp
            timeout connect 1s
            timeout client 10s
            timeout server 10s
        frontend fe
            bind 127.0.0.1:@FRONT@
            log-format "at %[fe_conn(held)] %[be_conn(be)] %[srv_conn(be/s)] end"
            default_backend be
        frontend held
            no log
            bind 127.0.0.1:@OTHER@
            default_backend be
        backend be
            server s 127.0.0.1:@SERVER@
        """
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("s", run.server)
        let held = try (0..<3).map { _ in try Connection(to: run.other) }
        for client in held { _ = try client.greeting() }
        _ = try whoServes(run.front)
        let line = try run.log.line(containing: " end")
        withExtendedLifetime((server, held)) {}
        return line.split(separator: " ").suffix(5).joined(separator: " ")
      }
      #expect(outcome.weir.hasPrefix("at 3 "))
      #expect(outcome.weir.hasSuffix(" end"))
      #expect(outcome.haproxy.hasPrefix("at 3 "))
      let wrong = text.replacingOccurrences(of: "be/s", with: "be/t")
      #expect(throws: HarnessError.self) {
        _ = try Balancer(
          .weir, wrong.replacing(pattern: "@[A-Z]+@", with: "1"), ready: [.ipv4(1)])
      }
    }

    @Test("a place in a queue counts who was served before, not who gave up")
    func places() throws {
      let text = Self.text(
        defaults: "timeout queue 10s\n    timeout client 20s\n    timeout server 20s",
        server: "maxconn 1")
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("s", run.server)
        let first = try Connection(to: run.front)
        _ = try first.greeting()
        var waiting: [Connection] = []
        for _ in 0..<4 {
          waiting.append(try Connection(to: run.front))
          try run.balancer.waitUntilIdle()
        }
        waiting[1].close()
        _ = try run.log.records(1)
        for client in [first, waiting[0], waiting[2], waiting[3]] {
          if client !== first { _ = try client.greeting() }
          client.finish()
          try client.waitForEnd()
        }
        _ = server
        return try run.log.records(5).map { "\($0.termination) \($0.backendQueue)" }.sorted()
      }
      #expect(outcome.weir == ["-- 0", "-- 1", "-- 2", "-- 3", "CQ 1"])
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("who waits for a server that goes down is sent to find another one")
    func homeless() throws {
      let text = Self.text(
        defaults: """
          timeout queue 10s
              timeout client 20s
              timeout server 20s
              option redispatch
              balance source
          """,
        server: "maxconn 1 check inter 100ms fall 1")
      var server: Server?
      let outcome = try SideBySide(text: text).play {
        server = try Server.named("s", $0.server)
      } _: { run in
        let first = try Connection(to: run.front)
        _ = try first.greeting()
        let second = try Connection(to: run.front)
        try run.balancer.waitUntilIdle()
        server?.close()
        #expect(try second.waitForEnd() == .end)
        let record = try run.log.record(of: "fe")
        first.close()
        return "\(record.server) \(record.termination) \(record.queueTime) \(record.connectTime) "
          + "\(record.retries) \(record.serverQueue) \(record.backendQueue)"
      }
      #expect(outcome.weir == "<NOSRV> SC -1 -1 +0 1 0")
      #expect(outcome.weir == outcome.haproxy)
    }
  }
}
