import Foundation

/// Lines that the real program makes: of IPv4 and IPv6 clients, before their end (`+`), in good
/// order and not, in a format of its choice.
struct LogSamples {
  /// The lines as they came, header and all.
  let lines: [String]
  /// Lines of connections taken apart; empty where the format is another than tcplog.
  let records: [TCPLogRecord]

  /// Runs the program with these options of its frontends, `log` having these words behind its
  /// target, and takes what it logs of six connections.
  init(_ options: String = "option tcplog", log words: String = "local0") throws {
    let log = try SyslogReceiver()
    lines = try Self.play(options, "\(log.target) \(words)", log: log)
    records = lines.compactMap(TCPLogRecord.init(parsing:))
  }

  /// Plays the same with a receiver of others; nothing is taken here.
  static func send(_ options: String, to target: String) throws {
    _ = try play(options, target, log: nil)
  }

  /// How many connections there are.
  static let count = 6

  private static func play(
    _ options: String, _ target: String, log: SyslogReceiver?
  ) throws -> [String] {
    let server = try Server.named("s")
    let (front, six, soon, none) = (
      try FreePort.next(), try FreePort.next(), try FreePort.next(), try FreePort.next()
    )
    let balancer = try Balancer(
      .weir,
      """
      global
          log \(target)
      defaults
          log global
          mode tcp
          \(options)
          retries 0
          timeout connect 2s
          timeout client 5s
          timeout server 5s
      frontend fe
          bind 127.0.0.1:\(front)
          default_backend be
      frontend six
          bind ::1:\(six)
          default_backend be
      frontend soon
          option logasap
          bind 127.0.0.1:\(soon)
          default_backend be
      frontend none
          bind 127.0.0.1:\(none)
          default_backend empty
      backend be
          server s 127.0.0.1:\(server.port)
      backend empty
          server away 127.0.0.1:1
      """, ready: [.ipv4(front), .ipv6(six), .ipv4(soon), .ipv4(none)])
    for port in [front, front, soon] { _ = try whoServes(port) }
    let client = try Connection(to: .ipv6(six))
    _ = try client.greeting()
    client.finish()
    try client.waitForEnd()
    for _ in 0..<2 {
      let client = try Connection(to: none)
      try client.waitForEnd()
    }
    if let log {
      try waitUntil("\(count) lines: \(log.lines)\n\(balancer.transcript)") {
        log.lines.filter(isOfConnection).count >= count
      }
    }
    try balancer.stop()
    return log?.lines.filter(isOfConnection) ?? []
  }

  /// Whether a line tells of a connection, and not of a sink's ledger.
  private static func isOfConnection(_ line: String) -> Bool {
    (line.contains("127.0.0.1") || line.contains("::1")) && !line.contains("accepted=")
  }
}
