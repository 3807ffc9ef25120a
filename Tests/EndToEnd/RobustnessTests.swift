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
  }
}
