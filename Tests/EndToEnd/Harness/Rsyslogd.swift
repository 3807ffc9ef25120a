import Foundation

/// A real rsyslogd with a configuration and process of its own: one input, files out.
final class Rsyslogd {
  /// How messages come in.
  enum Input {
    case udp
    /// imtcp, which takes lines and octet counts alike.
    case tcp
    /// imtcp over TLS by GnuTLS, with these certificates; `asksClients` lets in those alone who show
    /// a certificate of the same authority.
    case tls(Certificates, asksClients: Bool = false)
    /// imrelp, over TLS where there are certificates: it lets in those alone who show one.
    case relp(Certificates?)
  }

  let port: UInt16
  let folder: TemporaryDirectory
  private let arguments: [String]
  private let isDatagram: Bool
  private var process: ChildProcess

  /// Starts it with these rules behind the input; `@DIR@` in them is its folder.
  init(_ input: Input = .udp, rules: String) throws {
    if case .udp = input { isDatagram = true } else { isDatagram = false }
    port = try isDatagram ? FreePort.next(SOCK_DGRAM) : FreePort.next()
    folder = try TemporaryDirectory("weir-rsyslog")
    let text = """
      \(Self.globals(input, folder.path))
      \(Self.module(input, port))
      \(rules.replacingOccurrences(of: "@DIR@", with: folder.path))
      """
    let path = try folder.write(text, to: "rsyslog.conf")
    arguments = ["-n", "-f", path, "-i", folder.file("rsyslogd.pid")]
    process = try ChildProcess(Tool.path("rsyslogd"), arguments, in: folder)
    try waitUntilListening()
  }

  deinit {
    process.signal(SIGCONT)
    _ = try? process.stop()
  }

  private static func globals(_ input: Input, _ folder: String) -> String {
    guard case .tls(let certificates, _) = input else {
      return "global(workDirectory=\"\(folder)\")"
    }
    return """
      global(workDirectory="\(folder)" DefaultNetstreamDriverCAFile="\(certificates.authority)"
        DefaultNetstreamDriverCertFile="\(certificates.serverCertificate)"
        DefaultNetstreamDriverKeyFile="\(certificates.serverKey)")
      """
  }

  private static func module(_ input: Input, _ port: UInt16) -> String {
    let place = "address=\"127.0.0.1\" port=\"\(port)\""
    switch input {
    case .udp: return "module(load=\"imudp\")\ninput(type=\"imudp\" \(place))"
    case .tcp: return "module(load=\"imtcp\")\ninput(type=\"imtcp\" \(place))"
    case .tls(_, let asksClients):
      let mode = asksClients ? "x509/certvalid" : "anon"
      return """
        module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1"
          StreamDriver.AuthMode="\(mode)")
        input(type="imtcp" \(place))
        """
    case .relp(let certificates):
      // imrelp knows no `address`; its lines may be as long as others'.
      var words = "port=\"\(port)\""
      if let certificates {
        words += """
           tls="on" tls.authmode="certvalid" tls.cacert="\(certificates.authority)"
            tls.mycert="\(certificates.serverCertificate)" tls.myprivkey="\(certificates.serverKey)"
          """
      }
      return "module(load=\"imrelp\")\ninput(type=\"imrelp\" \(words))"
    }
  }

  private func waitUntilListening() throws {
    try waitUntil("rsyslogd listens\n\(process.transcript)") {
      guard isDatagram else { return Balancer.listens(.ipv4(port)) }
      let ending = ":" + String(format: "%04X", port)
      return readText("/proc/net/udp").split(separator: "\n").contains {
        $0.split(separator: " ").dropFirst().first?.hasSuffix(ending) ?? false
      }
    }
  }

  /// Sends it a signal.
  func signal(_ number: Int32) { process.signal(number) }

  /// Ends it by a signal and starts it again at the same port.
  func restart(by number: Int32) throws {
    _ = try process.stop(number)
    try? FileManager.default.removeItem(atPath: folder.file("rsyslogd.pid"))
    process = try ChildProcess(Tool.path("rsyslogd"), arguments, in: folder)
    try waitUntilListening()
  }

  /// Waits until a file in its folder has so many lines, and returns these.
  func lines(of name: String, count: Int) throws -> [String] {
    try waitFor("\(count) lines in \(name): \(folder.read(name))\n\(process.transcript)") {
      let lines = folder.read(name).split(separator: "\n").map(String.init)
      return lines.count >= count ? lines : nil
    }
  }
}
