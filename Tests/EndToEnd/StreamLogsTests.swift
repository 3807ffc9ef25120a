import Foundation
import Testing

extension RealPeers {
  /// Records over connections: to rsyslogd by TCP and TLS, to socat by a UNIX stream.
  @Suite("Logs over streams", .enabled(if: !Program.isStandIn))
  struct StreamLogs {
    /// A frontend whose connections are each a record with a number of its own, from 0.
    static func text(global: String, sections: String = "", front: UInt16) -> String {
      """
      global
          \(global.replacingOccurrences(of: "\n", with: "\n    "))
      \(sections)
      defaults
          log global
          mode tcp
          retries 0
          timeout connect 2s
          timeout client 5s
          timeout server 5s
      frontend fe
          bind 127.0.0.1:\(front)
          log-format "number=%rt."
          default_backend be
      backend be
          server s 127.0.0.1:1
      """
    }

    /// Makes so many connections, each to its end.
    static func connect(_ count: Int, to front: UInt16) throws {
      for _ in 0..<count {
        let client = try Connection(to: front)
        try client.waitForEnd()
        client.close()
      }
    }

    /// The numbers of the records among lines, counted from the lowest, in order: workers of which
    /// one is faster than another may have turned them round.
    static func numbers(_ lines: [String]) -> [Int] {
      let all = lines.compactMap { line -> Int? in
        guard let start = line.range(of: "number=") else { return nil }
        return Int(line[start.upperBound...].prefix { $0.isNumber })
      }
      return all.map { $0 - (all.min() ?? 0) }.sorted()
    }

    static let rules = """
      template(name="raw" type="string" string="%rawmsg%\\n")
      action(type="omfile" file="@DIR@/out" template="raw")
      """

    @Test("rsyslogd takes lines and octet counts, plain and over TLS", arguments: 0..<4)
    func rsyslogd(_ road: Int) throws {
      let certificates = try Certificates()
      let asks = road == 3
      let rsyslogd = try Rsyslogd(
        road < 2 ? .tcp : .tls(certificates, asksClients: asks), rules: Self.rules)
      let front = try FreePort.next()
      var server = "server s 127.0.0.1:\(rsyslogd.port)"
      if road > 0 { server += " log-proto octet-count" }
      if road > 1 { server += " ssl verify required ca-file \(certificates.authority)" }
      if asks { server += " crt \(certificates.client) sni logs.example" }
      let weir = try Balancer(
        .weir,
        Self.text(
          global: "log ring@r format rfc5424 local3",
          sections: "ring r\n    size 1048576\n    \(server)", front: front),
        ready: [.ipv4(front)])
      try Self.connect(50, to: front)
      let lines = try rsyslogd.lines(of: "out", count: 50)
      #expect(Self.numbers(lines) == Array(0..<50))
      // Facility local3, level info; nothing behind the text, and nothing of the framing before it.
      for line in lines {
        #expect(line.wholeMatch(of: /<158>1 [^ ]+ - weir \d+ - - number=\d+\./) != nil, "\(line)")
      }
      try weir.stop()
      let all = try rsyslogd.lines(of: "out", count: 53)
      #expect(
        all.contains { $0.contains("sink ring@r/s: accepted=52 delivered=52 queued=0 dropped=0") },
        "\(all.suffix(4))")
    }

    @Test("Who is turned away by the receiver of TLS loses nothing before it is let in")
    func turnedAway() throws {
      let certificates = try Certificates()
      let rsyslogd = try Rsyslogd(.tls(certificates, asksClients: true), rules: Self.rules)
      let front = try FreePort.next()
      let others = try SyslogReceiver()
      let server =
        "server s 127.0.0.1:\(rsyslogd.port) log-proto octet-count ssl verify required"
        + " ca-file \(certificates.authority)"
      let weir = try Balancer(
        .weir,
        Self.text(
          global: "log ring@r format rfc5424 local3\nlog \(others.target) local0",
          sections: "ring r\n    size 1048576\n    \(server)", front: front),
        ready: [.ipv4(front)])
      try Self.connect(20, to: front)
      try others.line(containing: "Sink ring@r/s cannot be reached")
      try weir.stop()
      let account = try others.line(containing: "sink ring@r/s: accepted=")
      #expect(account.contains(" delivered=0 queued=0 dropped="), "\(account)")
      #expect(Self.numbers([rsyslogd.folder.read("out")]).isEmpty)
    }

    @Test("A receiver that stands still holds up no other sink, and gets all once it goes on")
    func standstill() throws {
      let rsyslogd = try Rsyslogd(.tcp, rules: Self.rules)
      let others = try SyslogReceiver()
      let front = try FreePort.next()
      let weir = try Balancer(
        .weir,
        Self.text(
          global: "log tcp@127.0.0.1:\(rsyslogd.port) local3\nlog \(others.target) local0",
          front: front), ready: [.ipv4(front)])
      try Self.connect(20, to: front)
      rsyslogd.signal(SIGSTOP)
      try Self.connect(200, to: front)
      try waitUntil("the other sink has all") { Self.numbers(others.lines).count == 220 }
      rsyslogd.signal(SIGCONT)
      #expect(Self.numbers(try rsyslogd.lines(of: "out", count: 220)) == Array(0..<220))
      try weir.stop()
    }

    @Test(
      "A receiver that restarts gets what came meanwhile, and no record twice",
      arguments: [SIGTERM, SIGKILL])
    func restart(_ signal: Int32) throws {
      let rsyslogd = try Rsyslogd(.tcp, rules: Self.rules)
      let others = try SyslogReceiver()
      let front = try FreePort.next()
      let weir = try Balancer(
        .weir,
        Self.text(
          global: "log tcp@127.0.0.1:\(rsyslogd.port) local3\nlog \(others.target) local0",
          front: front), ready: [.ipv4(front)])
      try Self.connect(50, to: front)
      _ = try rsyslogd.lines(of: "out", count: 50)
      try rsyslogd.restart(by: signal)
      try Self.connect(50, to: front)
      // What came before the end was written, so nothing was on its way: nothing is missing.
      let lines = try rsyslogd.lines(of: "out", count: 100)
      #expect(Self.numbers(lines) == Array(0..<100))
      try weir.stop()
      let account = try others.line(containing: "sink tcp@127.0.0.1:\(rsyslogd.port): accepted=")
      #expect(account.contains(" queued=0 dropped=0 losses=1"), "\(account)")
    }

    @Test("A UNIX stream whose socket is replaced is connected to anew, under chroot too")
    func unixStream() throws {
      let folder = try TemporaryDirectory("weir-uxst")
      let path = folder.file("log.sock")
      let others = try SyslogReceiver()
      let front = try FreePort.next()
      func receiver(_ name: String) throws -> ChildProcess {
        let child = try ChildProcess(
          Tool.path("socat"),
          ["-u", "UNIX-LISTEN:\(path)", "OPEN:\(folder.file(name)),creat,append"], in: folder)
        try waitUntil("socat listens") { Balancer.listens(.unix(path)) }
        return child
      }
      let first = try receiver("first")
      var global = "log uxst@\(path) local3\nlog \(others.target) local0"
      if getuid() == 0 { global += "\nchroot \(folder.path)" }
      let weir = try Balancer(.weir, Self.text(global: global, front: front), ready: [.ipv4(front)])
      try Self.connect(20, to: front)
      try waitUntil("20 lines") { folder.read("first").split(separator: "\n").count == 20 }
      _ = try first.stop(SIGKILL)
      try FileManager.default.removeItem(atPath: path)
      let second = try receiver("second")
      try Self.connect(20, to: front)
      try waitUntil("40 lines") {
        (folder.read("first") + folder.read("second")).split(separator: "\n").count >= 40
      }
      try weir.stop()
      try waitUntil("all lines") {
        let all = (folder.read("first") + folder.read("second")).split(separator: "\n")
        return Self.numbers(all.map(String.init)) == Array(0..<40)
      }
      _ = try second.stop(SIGKILL)
    }

    @Test("A certificate that is of no use is told with its path when the file is read")
    func badCertificate() throws {
      let folder = try TemporaryDirectory("weir-tls")
      let garbage = try folder.write("nothing\n", to: "garbage.pem")
      let path = try folder.write(
        Self.text(
          global: "log ring@r local0",
          sections: "ring r\n    server s 127.0.0.1:1 ssl verify none crt \(garbage)",
          front: 1) + "\n", to: "weir.cfg")
      let finished = try run(Program.weir.path, ["-c", "-f", path])
      #expect(finished.status == .code(1))
      #expect(finished.errors.contains("cannot use the certificate of '\(garbage)'"))
      #expect(finished.errors.contains("certificate, chain and private key in PEM"))
    }
  }
}
