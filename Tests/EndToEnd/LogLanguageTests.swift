import Foundation
import Testing

extension RealPeers {
  /// From the words of the file to the sockets: rings, backends of `mode log`, formats by name.
  @Suite("The language of logs")
  struct LogLanguage {
    /// A frontend whose only log lines are given, before a server that says its name.
    private func file(
      _ logs: String, front: UInt16, server: UInt16, sections: String = ""
    ) -> String {
      """
      defaults
        mode tcp
        timeout connect 2s
        timeout client 5s
        timeout server 5s
      frontend fe
        bind 127.0.0.1:\(front)
        \(logs)
        option tcplog
        default_backend be
      backend be
        server s 127.0.0.1:\(server)
      \(sections)
      """
    }

    /// Makes a connection and ends it.
    private func visit(_ front: UInt16) throws {
      let client = try Connection(to: .ipv4(front))
      _ = try client.receive(within: 15)
      client.finish()
      _ = try client.waitForEnd()
    }

    /// What comes up to a text, that text included.
    private func text(from connection: Connection, until end: String) throws -> String {
      var text = ""
      while !text.hasSuffix(end) {
        text += String(decoding: try connection.receive(exactly: 1), as: UTF8.self)
      }
      return text
    }

    @Test("a receiver of a log backend gets messages while its checks pass, and the backup else")
    func logBackend() throws {
      let server = try Server.named("s")
      let (first, second) = (try SyslogReceiver(), try SyslogReceiver())
      let states = try SyslogReceiver()
      let checked = try Listener()
      let checkedAddress = checked.address
      let front = try FreePort.next()
      let sections = """
        backend receivers
          mode log
          balance sticky
          log \(states.target) local1
          server a udp@\(first.target) check port \(checked.port) inter 100ms fall 1 rise 1
          server b udp@\(second.target) backup
        """
      let balancer = try Balancer(
        .weir,
        file(
          "log backend@receivers local0", front: front, server: server.port, sections: sections),
        ready: [.ipv4(front)])
      defer { _ = try? balancer.stop() }

      try visit(front)
      #expect(try first.record(of: "fe").termination == "--")
      #expect(second.records.isEmpty)

      checked.close()
      try states.line(containing: "Server receivers/a is DOWN")
      try visit(front)
      #expect(try second.record(of: "fe").termination == "--")
      #expect(first.records.count == 1)

      let back = try Listener(checkedAddress)
      try states.line(containing: "Server receivers/a is UP")
      try visit(front)
      #expect(try first.records(2).count == 2)
      #expect(second.records.count == 1)
      back.close()
    }

    @Test("each receiver of a ring gets every message, framed as its line says")
    func ring() throws {
      let server = try Server.named("s")
      let (lines, counted) = (try Listener(), try Listener())
      let front = try FreePort.next()
      let sections = """
        ring r
          format rfc5424
          timeout connect 5s
          server a 127.0.0.1:\(lines.port)
          server b 127.0.0.1:\(counted.port) log-proto octet-count
        """
      let balancer = try Balancer(
        .weir, file("log ring@r local0", front: front, server: server.port, sections: sections),
        ready: [.ipv4(front)])
      defer { _ = try? balancer.stop() }

      try visit(front)
      let legacy = try text(from: lines.accept(), until: "\n")
      #expect(legacy.hasPrefix("<134>1 20"), "\(legacy)")
      #expect(legacy.hasSuffix(" 0/0\n"), "\(legacy)")
      let receiver = try counted.accept()
      let length = try #require(Int(try text(from: receiver, until: " ").dropLast()))
      let message = String(decoding: try receiver.receive(exactly: length), as: UTF8.self)
      #expect(message.hasPrefix("<134>1 20"), "\(message)")
      #expect(message.hasSuffix(" 0/0"), "\(message)")
    }

    @Test(
      "'option tcplog ecs' makes a line of JSON, and a format of one's own is found by its name")
    func named() throws {
      let server = try Server.named("s")
      let (structured, own) = (try SyslogReceiver(), try SyslogReceiver())
      let (front, other) = (try FreePort.next(), try FreePort.next())
      let folder = try TemporaryDirectory("weir-formats")
      mkdir(folder.file("formats"), 0o755)
      _ = try folder.write("# mine\nfrom %ci at %f ends %ts\n", to: "formats/mine")
      let text =
        file(
          "log \(structured.target) len 8192 format raw local0", front: front,
          server: server.port
        ).replacingOccurrences(of: "option tcplog", with: "option tcplog ecs") + """

          global
            log-format-dir \(folder.file("formats"))
          frontend own
            bind 127.0.0.1:\(other)
            log \(own.target) format raw local0
            log-format @mine
            default_backend be
          """
      let balancer = try Balancer(.weir, text, ready: [.ipv4(front), .ipv4(other)])
      defer { _ = try? balancer.stop() }

      try visit(front)
      let line = try structured.line(containing: "{")
      let record = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      #expect(record["source.ip"] as? String == "127.0.0.1")
      #expect(record["haproxy.frontend_name"] as? String == "fe")
      try visit(other)
      #expect(try own.line(containing: "from") == "from 127.0.0.1 at own ends --")
    }
  }
}
