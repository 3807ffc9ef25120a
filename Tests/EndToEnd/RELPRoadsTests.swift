import Foundation
import Testing

extension RealPeers {
  /// RELP's own ways: TLS, a target in the `log` line, and receivers that end, refuse and hang.
  @Suite("RELP roads", .enabled(if: !Program.isStandIn))
  struct RELPRoads {
    @Test("rsyslogd's imrelp takes lines over TLS, and a server of another name gets none")
    func overTLS() throws {
      let certificates = try Certificates()
      let rsyslogd = try Rsyslogd(.relp(certificates), rules: StreamLogs.rules)
      let front = try FreePort.next()
      let others = try SyslogReceiver()
      let server =
        "127.0.0.1:\(rsyslogd.port) log-proto relp ssl verify required"
        + " ca-file \(certificates.authority) crt \(certificates.client) verifyhost"
      let weir = try Balancer(
        .weir,
        StreamLogs.text(
          global: "log ring@r format rfc5424 local3\nlog ring@o format rfc5424 local3\n"
            + "log \(others.target) local0",
          sections: "ring r\n    server s \(server) logs.example\n"
            + "ring o\n    server s \(server) other.example", front: front),
        ready: [.ipv4(front)])
      try StreamLogs.connect(50, to: front)
      let lines = try waitFor("50 records: \(rsyslogd.folder.read("out"))") { () -> [Substring]? in
        // Beside them it is told that the other receiver cannot be reached.
        let lines = rsyslogd.folder.read("out").split(separator: "\n")
          .filter { $0.contains("number=") }
        return lines.count == 50 ? lines : nil
      }
      #expect(StreamLogs.numbers(lines.map(String.init)) == Array(0..<50))
      for line in lines {
        #expect(line.wholeMatch(of: /<158>1 [^ ]+ - weir \d+ - - number=\d+\./) != nil, "\(line)")
      }
      try others.line(containing: "Sink ring@o/s cannot be reached")
      try weir.stop()
      let account = try others.line(containing: "sink ring@r/s: accepted=")
      #expect(account.contains(" queued=0 dropped=0") && !account.contains("losses"), "\(account)")
      let other = try others.line(containing: "sink ring@o/s: accepted=")
      #expect(other.contains(" delivered=0 queued=0 dropped="), "\(other)")
    }

    @Test("'relp@' as the target of a log line reaches rsyslogd, and a fresh start tells no loss")
    func target() throws {
      let rsyslogd = try Rsyslogd(.relp(nil), rules: StreamLogs.rules)
      let front = try FreePort.next()
      let others = try SyslogReceiver()
      let weir = try Balancer(
        .weir,
        StreamLogs.text(
          global: "log relp@127.0.0.1:\(rsyslogd.port) format rfc5424 local3\n"
            + "log \(others.target) local0", front: front),
        ready: [.ipv4(front)])
      // The session is open before the first line, and past the limit of 'timeout connect' too.
      let start = Monotonic.now
      try waitUntil("more than 5 s have passed", within: 10) { Monotonic.now > start + 5.5 }
      try StreamLogs.connect(50, to: front)
      let lines = try rsyslogd.lines(of: "out", count: 50)
      #expect(StreamLogs.numbers(lines) == Array(0..<50))
      try weir.stop()
      let account = try others.line(containing: "sink relp@127.0.0.1:\(rsyslogd.port): accepted=")
      #expect(account.contains(" queued=0 dropped=0") && !account.contains("losses"), "\(account)")
      #expect(!others.lines.contains { $0.contains("cannot be reached") }, "\(others.lines)")
    }

    /// A receiver with a mind of its own, and Weir before it.
    private struct Setup {
      let receiver: LogReceiver
      let others: SyslogReceiver
      let front: UInt16
      let weir: Balancer

      init(_ options: [String], ring: String = "") throws {
        let port = try FreePort.next()
        receiver = try LogReceiver("relp", at: "127.0.0.1:\(port)", options: options)
        others = try SyslogReceiver()
        front = try FreePort.next()
        weir = try Balancer(
          .weir,
          StreamLogs.text(
            global: "log \(others.target) local0",
            sections:
              "ring r\n    size 1m\n    \(ring)\n    server s 127.0.0.1:\(port) log-proto relp",
            front: front
          ).replacingOccurrences(
            of: "log-format", with: "log ring@r local3 info info\n    log-format"),
          ready: [.ipv4(front)])
      }

      /// Ends Weir; the account of the ring, in which the proxy's own end is a line too.
      func account() throws -> String {
        try weir.stop()
        return try others.line(containing: "sink ring@r/s: accepted=")
      }
    }

    @Test("What a receiver that ends by FIN and RST had not acknowledged is sent to it again")
    func finThenReset() throws {
      let setup = try Setup(["reset=4000"])
      try StreamLogs.connect(300, to: setup.front)
      try waitUntil("all lines arrive\n\(setup.weir.transcript)") {
        Set(setup.receiver.numbers).count == 300
      }
      let account = try setup.account()
      #expect(
        account.contains("accepted=301 delivered=301 queued=0 dropped=0 losses=1"),
        "\(account)")
    }

    @Test("A message that is answered by 500 counts as refused, and the others as delivered")
    func refused() throws {
      let setup = try Setup(["refuse=10"])
      try StreamLogs.connect(200, to: setup.front)
      try waitUntil("the others arrive\n\(setup.weir.transcript)") {
        setup.receiver.numbers.count == 180
      }
      let account = try setup.account()
      #expect(
        account.contains("accepted=201 delivered=181 queued=0 dropped=20 refused=20"), "\(account)")
      #expect(!account.contains("losses"), "\(account)")
      try setup.others.line(containing: "refused=")
    }

    @Test("A receiver that acknowledges nothing for 'timeout server' is left and called again")
    func silent() throws {
      let setup = try Setup([], ring: "timeout server 500ms")
      try StreamLogs.connect(20, to: setup.front)
      try waitUntil("20 lines") { setup.receiver.numbers.count == 20 }
      setup.receiver.process.signal(SIGSTOP)
      try StreamLogs.connect(100, to: setup.front)
      let told = try setup.others.line(containing: "Sink ring@r/s cannot be reached")
      #expect(told.contains("took nothing for 500 ms"), "\(told)")
      setup.receiver.process.signal(SIGCONT)
      try waitUntil("all lines arrive\n\(setup.weir.transcript)") {
        Set(setup.receiver.numbers).count == 120
      }
      try setup.others.line(containing: "Sink ring@r/s takes lines again")
      let account = try setup.account()
      #expect(account.contains("accepted=121 delivered=121 queued=0 dropped=0"), "\(account)")
    }
  }
}
