import Foundation
import Testing

extension RealPeers {
  /// `maxconn` wherever it stands, and the queues before servers.
  @Suite("Limits and queues")
  struct Limits {
    static func text(
      global: String = "", frontend: String = "", bind: String = "", backend: String = "",
      server: String = ""
    ) -> String {
      """
      global
          log @LOG@ local0
          \(global)
      defaults
          log global
          mode tcp
          option tcplog
          timeout connect 2s
          timeout client 20s
          timeout server 20s
          timeout queue 10s
      frontend fe
          bind 127.0.0.1:@FRONT@ \(bind)
          \(frontend)
          default_backend be
      backend be
          \(backend)
          server s 127.0.0.1:@SERVER@ \(server)
      """
    }

    @Test(
      "let so many in and no more until one goes",
      arguments: [
        text(global: "maxconn 2"), text(frontend: "maxconn 2"), text(bind: "maxconn 2"),
        text(server: "maxconn 2"),
      ])
    func atMost(text: String) throws {
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("s", run.server)
        let first = try Connection(to: run.front)
        _ = try first.greeting()
        let second = try Connection(to: run.front)
        _ = try second.greeting()
        let third = try Connection(to: run.front)
        #expect(throws: HarnessError.self) { _ = try third.greeting(within: 0.4) }
        first.finish()
        try first.waitForEnd()
        #expect(try third.greeting() == "s")
        third.finish()
        try third.waitForEnd()
        // Each is gone before the next one goes, so that the counts of the records are certain.
        third.close()
        _ = try run.log.records(2)
        try run.balancer.waitUntilIdle()
        second.close()
        _ = server
        let records = try run.log.records(3)
        return records.map {
          "\($0.termination) \($0.connections) \($0.serverQueue) \($0.backendQueue)"
        }
        .sorted()
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("queue whoever comes in order, and tell how many were before")
    func order() throws {
      let outcome = try SideBySide(text: Self.text(server: "maxconn 1")).play { run in
        let listener = try Listener(.ipv4(run.server))
        var clients: [Connection] = []
        for number in 0..<5 {
          let client = try Connection(to: run.front)
          try client.send("\(number)")
          // Each is in its place before the next one comes; the first one at the server.
          try waitUntil("the balancer has it") { unsent(client.descriptor) == 0 }
          try run.balancer.waitUntilIdle()
          clients.append(client)
        }
        var served = ""
        for _ in 0..<5 {
          let server = try listener.accept()
          let number = String(decoding: try server.receive(exactly: 1), as: UTF8.self)
          served += number
          clients[Int(number) ?? 0].finish()
          try server.waitForEnd()
          server.close()
        }
        let records = try run.log.records(5)
        return [served]
          + records.map {
            "\($0.server) \($0.termination) \($0.connections) \($0.serverQueue)/\($0.backendQueue)"
          }
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir.first == "01234")
    }

    @Test("grow with the load between minconn and maxconn")
    func dynamic() throws {
      let text = Self.text(backend: "fullconn 8", server: "minconn 1 maxconn 4")
      let outcome = try SideBySide(text: text).play { run in
        let server = try Server.named("s", run.server)
        var clients: [Connection] = []
        var served: [Int] = []
        for _ in 0..<10 {
          clients.append(try Connection(to: run.front))
          try run.balancer.waitUntilIdle()
          served.append(server.accepted)
        }
        for client in clients { client.close() }
        return served
      }
      // Two connections are a quarter of what fills the backend: a quarter of maxconn is one.
      #expect(outcome.haproxy[1] <= 1 && outcome.weir[1] <= 1, "\(outcome)")
      #expect(outcome.weir.allSatisfy { $0 <= 4 }, "\(outcome)")
    }

    @Test("send who would be too many in a server's queue elsewhere")
    func maxqueue() throws {
      let text =
        Self.text(
          backend: "balance source\noption redispatch".replacing(pattern: "\n", with: "\n    "),
          server: "maxconn 1 maxqueue 1") + "\n    server t 127.0.0.1:@OTHER@ maxconn 1 maxqueue 1"
      let outcome = try SideBySide(text: text).play { run in
        let s = try Server.named("s", run.server)
        let t = try Server.named("t", run.other)
        var clients: [Connection] = []
        for _ in 0..<3 {
          clients.append(try Connection(to: run.front))
          try run.balancer.waitUntilIdle()
        }
        let first = try clients[0].greeting()
        // The third finds the server taken and its queue full.
        let third = try? clients[2].greeting()
        let record = try? run.log.records(1)
        for client in clients { client.close() }
        _ = (s, t)
        return [first, third, record?.first?.termination]
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("of the process's own descriptors are raised, or a clear word says why not")
    func descriptors() throws {
      let folder = try TemporaryDirectory("weir-limits")
      let path = try folder.write(
        """
        global
            maxconn 500000
        defaults
            mode tcp
            timeout connect 1s
            timeout client 1s
            timeout server 1s
        listen l
            bind 127.0.0.1:\(try FreePort.next())
            server s 127.0.0.1:1

        """, to: "a.cfg")
      let ended = try run(
        "/bin/bash",
        [
          "-c",
          "ulimit -HSn 1000; \(try Program.weir.path) -db -f \(path) & P=$!; "
            + "for i in $(seq 50); do kill -0 $P 2>/dev/null || break; sleep 0.02; done; "
            + "kill $P 2>/dev/null; wait $P",
        ])
      #expect(ended.errors.contains("ulimit") || ended.errors.contains("1000"), "\(ended)")
    }
  }
}
