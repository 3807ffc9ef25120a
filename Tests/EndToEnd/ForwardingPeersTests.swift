import Foundation
import Testing

extension RealPeers {
  /// `log-forward` between programs that others wrote.
  @Suite("Forwarded logs of rsyslogd and logger")
  struct ForwardingPeers {
    /// Few enough that the sending rsyslogd's own input drops none.
    private static let count = 150

    /// Sends messages through an rsyslogd with this action, Weir, and another rsyslogd.
    private func relay(_ bind: String, action: String) throws -> [String] {
      let port = try FreePort.next()
      let collector = try Rsyslogd(
        rules: """
          template(name="whole" type="string" string="%pri% %hostname% %syslogtag%%msg%\\n")
          action(type="omfile" file="@DIR@/out.log" template="whole")
          """)
      let certificates = try Certificate()
      let weir = try Balancer(
        .weir,
        """
        global
            log 127.0.0.1:\(collector.port) local0
        log-forward in
            bind 127.0.0.1:\(port) \(bind.replacingOccurrences(of: "@CRT@", with: certificates.bundle))
            maxconn 5
            log 127.0.0.1:\(collector.port) len 8192 local0
        """, ready: [.ipv4(port)])
      let sender = try Rsyslogd(
        rules: action.replacingOccurrences(of: "@PORT@", with: "\(port)")
          .replacingOccurrences(of: "@CRT@", with: certificates.certificate))
      let feed = try DatagramSender(to: .ipv4(sender.port))
      for number in 0..<Self.count {
        try feed.send("<\(number % 192)>Mar 14 22:14:15 box app[7]: message \(number)")
      }
      let lines = try collector.lines(of: "out.log", count: Self.count)
      try weir.stop()
      return lines.filter { $0.contains("message") }
    }

    private static let expected = (0..<count).map { "\($0 % 192) box app[7]: message \($0)" }

    @Test(
      "rsyslogd sends by TCP, TLS and RELP, and rsyslogd takes what Weir passes on",
      arguments: [
        (
          "",
          #"action(type="omfwd" target="127.0.0.1" port="@PORT@" protocol="tcp")"#
        ),
        (
          "",
          #"action(type="omfwd" target="127.0.0.1" port="@PORT@" protocol="tcp" tcp_framing="octet-counted")"#
        ),
        (
          "ssl crt @CRT@",
          #"action(type="omfwd" target="127.0.0.1" port="@PORT@" protocol="tcp" streamDriver="gtls" streamDriverMode="1" streamDriverAuthMode="anon" streamDriver.CAFile="@CRT@")"#
        ),
        (
          "log-proto relp",
          """
          module(load="omrelp")
          action(type="omrelp" target="127.0.0.1" port="@PORT@")
          """
        ),
      ])
    func rsyslog(bind: String, action: String) throws {
      #expect(try relay(bind, action: action).sorted() == Self.expected.sorted())
    }

    @Test func `RELP is acknowledged when the sink has taken the message, not before`() throws {
      let port = try FreePort.next()
      let folder = try TemporaryDirectory("weir-e2e")
      let sink = try SyslogReceiver(path: folder.file("out.sock"))
      let weir = try Balancer(
        .weir,
        """
        log-forward in
            bind 127.0.0.1:\(port) log-proto relp
            log \(folder.file("out.sock")) format raw local0
        """, ready: [.ipv4(port)])
      let client = try Connection(to: port)
      let offers = "relp_version=0\nrelp_software=test\ncommands=syslog"
      try client.send("1 open \(offers.utf8.count) \(offers)\n")
      guard case .bytes(let answer) = try client.receive() else {
        throw HarnessError("no answer to the offers")
      }
      #expect(String(decoding: answer, as: UTF8.self).hasPrefix("1 rsp "))
      // More than the socket of the sink takes before somebody reads it.
      let count = 2000
      for number in 0..<count {
        let text = "<13>message \(number)"
        try client.send("\(number + 2) syslog \(text.utf8.count) \(text)\n")
      }
      try weir.waitUntilIdle()
      var acknowledged = String(decoding: try available(client), as: UTF8.self)
      let early = acknowledged.split(separator: "\n").count { $0.hasSuffix(" rsp 6 200 OK") }
      #expect(early < count)
      var received: [String] = []
      try waitUntil("all is acknowledged: \(acknowledged.suffix(60)), \(received.count) received") {
        received = sink.lines
        acknowledged += String(decoding: try available(client), as: UTF8.self)
        return acknowledged.contains("\n\(count + 1) rsp 6 200 OK")
      }
      #expect(received == (0..<count).map { "message \($0)" })
      try weir.stop()
    }

    /// What has come in by now.
    private func available(_ connection: Connection) throws -> [UInt8] {
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      let count = recv(connection.descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      return count > 0 ? Array(buffer[..<count]) : []
    }

    @Test(
      "logger is understood in each of its ways",
      arguments: [
        ["--udp", "--rfc3164"], ["--udp", "--rfc5424"], ["--tcp", "--rfc3164"],
        ["--tcp", "--rfc5424"], ["--tcp", "--octet-count", "--rfc5424"],
      ])
    func logger(words: [String]) throws {
      let port = try FreePort.next()
      let log = try SyslogReceiver()
      let weir = try Balancer(
        .weir,
        """
        log-forward in
            bind 127.0.0.1:\(port)
            dgram-bind 127.0.0.1:\(port)
            log \(log.target) format local local0
        """, ready: [.ipv4(port)])
      try waitUntilBound(port, by: weir)
      let finished = try run(
        Tool.path("logger"),
        words + [
          "--server", "127.0.0.1", "--port", "\(port)", "-p", "mail.warning", "-t", "mytag",
          "hello",
        ])
      #expect(finished.status == .code(0))
      let line = try log.line(containing: "hello")
      #expect(line.hasPrefix("<20>") && line.hasSuffix(" mytag: hello"))
      try weir.stop()
    }
  }
}

/// A certificate that signs itself, with its key, made by the `openssl` command.
final class Certificate {
  private let folder: TemporaryDirectory
  /// The certificate's file.
  let certificate: String
  /// The file of certificate and key.
  let bundle: String

  init() throws {
    folder = try TemporaryDirectory("weir-certificate")
    certificate = folder.file("cert.pem")
    let key = folder.file("key.pem")
    let made = try run(
      Tool.path("openssl"),
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
      ])
    guard made.status == .code(0) else { throw HarnessError("openssl: \(made)") }
    bundle = try folder.write(readText(certificate) + readText(key), to: "bundle.pem")
  }
}
