import Foundation
import Testing

extension RealPeers {
  /// Where connections to servers come from: `source` with all its words, beside HAProxy.
  @Suite("Source")
  struct Sources {
    private static func text(_ source: String, backend: String = "") -> String {
      """
      global
          log @LOG@ local0
      defaults
          log global
          mode tcp
          option tcplog
          retries 2
          timeout connect 2s
          timeout client 20s
          timeout server 20s
      listen l
          bind 127.0.0.1:@FRONT@
          \(backend)
          server s 127.0.0.1:@SERVER@ \(source)
      """
    }

    /// Connects, and gives the port that the server saw; nil where there was no server to be had.
    private func served(_ run: SideBySide.Run, _ held: inout [Connection]) throws -> String? {
      let client = try Connection(to: run.front)
      held.append(client)
      return try? client.greeting()
    }

    /// Listens at a port of 127.0.0.5, so that nobody else can have it.
    private func occupy(_ port: UInt16) throws -> Int32 {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0005).bigEndian
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      let isBound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      guard isBound, listen(descriptor, 1) == 0 else { throw HarnessError("port \(port) is taken") }
      return descriptor
    }

    /// A server whose greeting is the peer's address and port.
    private func mirror(_ port: UInt16) throws -> Server {
      try Server(port) { connection in
        var peer = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &peer) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = getpeername(connection.descriptor, $0, &size)
          }
        }
        let address = UInt32(bigEndian: peer.sin_addr.s_addr)
        try connection.send("127.0.0.\(address & 255) \(UInt16(bigEndian: peer.sin_port))\n")
        _ = try connection.receiveAll(within: 60)
      }
    }

    @Test("ports of a range are taken round, and its exhaustion is told")
    func range() throws {
      let low = try FreePort.next()
      let text = Self.text("source 127.0.0.5:\(low)-\(low + 2)")
      let outcome = try SideBySide(text: text).play { run in
        let server = try mirror(run.server)
        // The middle one is somebody else's.
        let other = try occupy(low + 1)
        defer { close(other) }
        var held: [Connection] = []
        var seen: [String?] = []
        for _ in 0..<3 { seen.append(try served(run, &held)) }
        let record = try run.log.records(1) { $0.termination == "SC" }[0]
        for client in held { client.close() }
        withExtendedLifetime(server) {}
        return seen.map { $0 ?? "nobody" }
          + ["\(record.retries) \(record.connections)"]
          + run.log.lines.filter { $0.contains("connect() for") }.map { run.normal($0) }
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir.prefix(3) == ["127.0.0.5 \(low)", "127.0.0.5 \(low + 2)", "nobody"])
      #expect(outcome.weir.last?.contains("Cannot bind to source address") == true)
    }

    @Test("a single port that is in use is told as no free port, and asked for again at once")
    func single() throws {
      let port = try FreePort.next()
      let text = Self.text("", backend: "source 127.0.0.5:\(port)")
      let outcome = try SideBySide(text: text).play { run in
        let server = try mirror(run.server)
        var held: [Connection] = []
        let seen = [try served(run, &held), try served(run, &held)]
        let record = try run.log.records(1) { $0.termination == "SC" }[0]
        for client in held { client.close() }
        withExtendedLifetime(server) {}
        #expect(record.totalTime < 900)
        return seen.map { $0 ?? "nobody" } + ["\(record.retries) \(record.connections)"]
          + run.log.lines.filter { $0.contains("Connect() failed") }.map { run.normal($0) }
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir.prefix(2) == ["127.0.0.5 \(port)", "nobody"])
      #expect(outcome.weir.last?.contains("no free ports.") == true)
    }

    @Test(
      "connections leave by the interface that is named, and by no other",
      arguments: [true, false])
    func interface(isServed: Bool) throws {
      let names = try FileManager.default.contentsOfDirectory(atPath: "/sys/class/net")
      // Another one cannot reach the loopback addresses.
      guard let name = isServed ? "lo" : names.first(where: { $0 != "lo" }) else { return }
      let text = Self.text("source 127.0.0.1 interface \(name)")
      let run = try SideBySide(text: text).play { run in
        let server = try mirror(run.server)
        var held: [Connection] = []
        let client = try Connection(to: run.front)
        held.append(client)
        let seen = try? client.greeting(within: isServed ? 15 : 0.5)
        withExtendedLifetime(server) {}
        return seen != nil
      }
      #expect(run.weir == isServed)
      #expect(run.haproxy == isServed)
    }

    @Test(
      "the server sees an address that is not the balancer's",
      arguments: [
        ("client", #"^(\d+) 10\.77\.2\.2 \1$"#), ("clientip", #"^(\d+) 10\.77\.2\.2 (?!\1)\d+$"#),
        ("10.77.3.3", #"^\d+ 10\.77\.3\.3 \d+$"#), ("10.77.3.3:77", #"^\d+ 10\.77\.3\.3 77$"#),
      ])
    func transparent(who: String, pattern: String) throws {
      let folder = try TemporaryDirectory("weir-source")
      let path = try folder.write(
        """
        defaults
            mode tcp
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        listen l
            bind 10.77.2.1:5000
            source 10.77.1.1 usesrc \(who)
            server s 10.77.1.2:8000

        """, to: "a.cfg")
      for program in [Program.haproxy, .weir] {
        let ended = try run(Fixture.path("transparent.sh"), [try program.path, path])
        let seen = ended.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(
          seen.range(of: pattern, options: .regularExpression) != nil,
          "\(program): \(seen) \(ended.errors)")
      }
    }

    @Test("who may not bind a foreign address is told so, and serves nobody")
    func refused() throws {
      let text = Self.text("source 127.0.0.1 usesrc [2001:db8::1]")
      let outcome = try SideBySide(text: text).play { run in
        let server = try mirror(run.server)
        var held: [Connection] = []
        let seen = try served(run, &held)
        let line = try run.log.line(containing: "tproxy")
        let record = try run.log.record(of: "l")
        withExtendedLifetime(server) {}
        return [seen ?? "nobody", run.normal(line), record.termination, record.retries]
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test("a call that the kernel gives up is one that the server refused")
    func kernelTimeout() throws {
      let text = Self.text("tcp-ut 300", backend: "retries 1")
      let outcome = try SideBySide(text: text).play { run in
        let server = try Listener.blackHole(run.server)
        let client = try Connection(to: run.front)
        try client.waitForEnd()
        let record = try run.log.record(of: "l")
        withExtendedLifetime(server) {}
        return [record.termination, record.retries]
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir.first == "SC")
    }

    @Test(
      "who waits for a server that goes down goes elsewhere by redispatch, unless it persists",
      arguments: [
        "retries 1", "option redispatch", "option redispatch\n    option persist",
      ])
    func persistence(options: String) throws {
      let text = """
        global
            log @LOG@ local0
        defaults
            log global
            mode tcp
            option tcplog
            balance source
            \(options)
            timeout connect 2s
            timeout client 20s
            timeout server 20s
            timeout queue 10s
            default-server maxconn 1 on-marked-down shutdown-sessions
        listen l
            bind 127.0.0.1:@FRONT@
            server s 127.0.0.1:@SERVER@
            server t 127.0.0.1:@OTHER@ check port @CHECK@ inter 1s fall 1 rise 1000
        """
      // Its first check must find t.
      var check: Server?
      let outcome = try SideBySide(text: text).play(
        prepare: { check = try Server.named("check", $0.check) }
      ) { run in
        let s = try Server.named("s", run.server)
        let t = try Server.named("t", run.other)
        // Which of both a client has is for the hash of its address to say: t is needed.
        var source = 1
        var first = try Connection(to: .ipv4(run.front), from: "127.0.0.\(source)")
        while try first.greeting() != "t" {
          guard source < 20 else { throw HarnessError("t has no client: is it up?") }
          first.close()
          source += 1
          first = try Connection(to: .ipv4(run.front), from: "127.0.0.\(source)")
        }
        let second = try Connection(to: .ipv4(run.front), from: "127.0.0.\(source)")
        try run.balancer.waitUntilIdle()
        check?.close()
        let news = try run.log.line(containing: "is DOWN")
        try first.waitForEnd()
        let name = try second.greeting()
        withExtendedLifetime((s, t)) {}
        return [name, run.normal(news)]
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(outcome.weir.first == (options == "option redispatch" ? "s" : "t"))
    }
  }
}
