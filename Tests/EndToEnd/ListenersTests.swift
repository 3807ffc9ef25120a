import Foundation
import Testing

extension RealPeers {
  /// Every form of address that `bind` takes, and what the record says of it.
  @Suite("Listeners")
  struct Listeners {
    private func text(_ binds: String, log: SyslogReceiver, server: String) -> String {
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
          \(binds)
          default_backend be
      backend be
          server s \(server)
      """
    }

    private func ask(_ address: Address) throws -> String {
      let client = try Connection(to: address)
      let name = try client.greeting()
      client.finish()
      try client.waitForEnd()
      return name
    }

    @Test("on IPv4 and IPv6, on ranges and lists of ports")
    func internet() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let (a, b, c, d) = try (
        FreePort.next(), FreePort.next(), FreePort.next(), FreePort.next()
      )
      let balancer = try Balancer(
        .weir,
        text(
          """
          bind 127.0.0.1:\(a),[::1]:\(b)
              bind *:\(c) name all
              bind :::\(d) v4v6
          """, log: log, server: "127.0.0.1:\(server.port)"),
        ready: [.ipv4(a), .ipv6(b), .ipv4(c), .ipv6(d)])
      let addresses: [Address] = [.ipv4(a), .ipv6(b), .ipv4(c), .ipv6(d), .ipv4(d)]
      for (index, address) in addresses.enumerated() {
        #expect(try ask(address) == "s", "\(address)\n\(balancer.transcript)")
        // Records of several workers come in no strict order.
        _ = try log.records(index + 1)
      }
      let clients = log.records.map(\.client)
      #expect(clients[..<4] == ["127.0.0.1", "::1", "127.0.0.1", "::1"], "\(clients)")
      // A client of IPv4 at a socket of both: HAProxy writes it as it is mapped.
      #expect(clients[4].hasSuffix("127.0.0.1"), "\(clients)")
      try balancer.stop()
    }

    @Test("on a range of ports")
    func range() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let first = try waitFor("three free ports in a row") { () -> UInt16? in
        let first = try FreePort.next()
        let free = (1...2).allSatisfy { (try? Listener(.ipv4(first + $0))) != nil }
        return free ? first : nil
      }
      let balancer = try Balancer(
        .weir,
        text("bind 127.0.0.1:\(first)-\(first + 2)", log: log, server: "127.0.0.1:\(server.port)"),
        ready: (0...2).map { .ipv4(first + $0) })
      for offset: UInt16 in 0...2 { #expect(try ask(.ipv4(first + offset)) == "s") }
      try balancer.stop()
    }

    @Test("on unix sockets, by path and abstract, with mode and owner; servers as well")
    func unix() throws {
      let log = try SyslogReceiver()
      let folder = try TemporaryDirectory("weir-unix")
      let path = folder.file("front.sock")
      let name = "weir-test-\(UUID().uuidString.prefix(8))"
      let server = try Server.named("s", at: .unix(folder.file("server.sock")))
      let balancer = try Balancer(
        .weir,
        text(
          "bind unix@\(path) mode 640\n    bind abns@\(name)", log: log,
          server: "unix@\(folder.file("server.sock"))"),
        ready: [.unix(path), .abstract(name)])
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
      #expect(try ask(.unix(path)) == "s", "\(balancer.transcript)")
      // Records of several workers come in no strict order.
      _ = try log.records(1)
      #expect(try ask(.abstract(name)) == "s", "\(balancer.transcript)")
      let records = try log.records(2)
      #expect(records.map(\.client) == ["unix", "unix"], "\(records.map(\.line))")
      #expect(records.map(\.clientPort) == [1, 2], "the listener's number stands for the port")
      _ = server
      try balancer.stop()
    }

    @Test("on a descriptor that was handed over")
    func descriptor() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let port = try FreePort.next()
      let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(opened) }
      #expect(Address.ipv4(port).withSockaddr { bind(opened, $0, $1) } == 0)
      #expect(listen(opened, 16) == 0)
      let balancer = try Balancer(
        .weir,
        text(
          "bind fd@\"${HANDED}\"", log: log, server: "127.0.0.1:\(server.port)"),
        environment: ["HANDED": "7"], descriptors: [7: opened])
      #expect(try ask(.ipv4(port)) == "s", "\(balancer.transcript)")
      try balancer.stop()
    }

    @Test("that cannot be had end the start with a word that says which")
    func occupied() throws {
      let log = try SyslogReceiver()
      let taken = try Listener()
      let folder = try TemporaryDirectory("weir-taken")
      let path = try folder.write(
        text("bind 127.0.0.1:\(taken.port)", log: log, server: "127.0.0.1:1") + "\n", to: "a.cfg")
      let ended = try run(Program.weir.path, ["-db", "-f", path])
      #expect(ended.status == .code(1), "\(ended)")
      #expect(ended.errors.contains("127.0.0.1:\(taken.port)"), "\(ended)")
      #expect(ended.errors.contains("[ALERT]"), "\(ended)")
    }
  }
}
