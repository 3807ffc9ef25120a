import Configuration
import Kernel
import LogRecords
import LogSinks
import TLS

extension KeywordEffect {
  /// A line of a section for logs, after some others; `target` is what leads to the section.
  private static func line(
    _ place: Keyword.Place, _ section: String, _ name: String, _ arguments: String,
    given: String, _ shows: @escaping Sign
  ) -> KeywordEffect {
    KeywordEffect(
      place: place, name: name, text: "\(section)\n\(given)\n\(name) \(arguments)",
      without: "\(section)\n\(given)", shows: shows)
  }

  /// A line of `ring`.
  static func ring(
    _ name: String, _ arguments: String = "", given: String = "",
    _ shows: @escaping @Sendable (RingSettings) -> Bool
  ) -> KeywordEffect {
    line(.ring, "ring r", name, arguments, given: given) { shows($0.rings[0]) }
  }

  /// A line of `log-forward`.
  static func forward(
    _ name: String, _ arguments: String = "",
    _ shows: @escaping @Sendable (LogForwardSettings) -> Bool
  ) -> KeywordEffect {
    line(.logForward, "log-forward r", name, arguments, given: "") { shows($0.logForwards[0]) }
  }

  /// A line of `log-profile`.
  static func profile(
    _ name: String, _ arguments: String = "",
    _ shows: @escaping @Sendable (LogProfileSettings) -> Bool
  ) -> KeywordEffect {
    line(.logProfile, "log-profile r", name, arguments, given: "") { shows($0.logProfiles[0]) }
  }

  /// Words of a `server` line of `ring`, after some others.
  static func receiver(
    _ name: String, _ arguments: String = "", after others: String = "",
    _ shows: @escaping @Sendable (LogServerSettings) -> Bool
  ) -> KeywordEffect {
    KeywordEffect(
      place: .logServer, name: name,
      text: "ring r\nserver s 127.0.0.1 \(others) \(name) \(arguments)",
      without: "ring r\nserver s 127.0.0.1 \(others)"
    ) { shows($0.rings[0].servers[0]) }
  }

  /// Words of a `bind` line of `log-forward`, after some others.
  static func input(
    _ name: String, _ arguments: String = "", after others: String = "",
    _ shows: @escaping @Sendable (LogForwardSettings.Listener) -> Bool
  ) -> KeywordEffect {
    KeywordEffect(
      place: .logBind, name: name,
      text: "log-forward r\nbind 127.0.0.1:1514 \(others) \(name) \(arguments)",
      without: "log-forward r\nbind 127.0.0.1:1514 \(others)"
    ) { shows($0.logForwards[0].listeners[0]) }
  }
}

extension KeywordEffectTests {
  static let logSections = rings + receivers + forwards + inputs + profiles

  private static let rings: [KeywordEffect] = [
    .ring("backing-file", "/var/w.ring") { $0.backingFile == "/var/w.ring" },
    .ring("description", "two words") { $0.description == "two words" },
    .ring("format", "rfc5424") { $0.format == .rfc5424 },
    .ring("maxlen", "2k") { $0.maximumLength == 2048 },
    .ring("size", "1m") { $0.size == 1_048_576 },
    .ring("server", "s 127.0.0.1:515") {
      $0.servers == [
        LogServerSettings(name: "s", address: .internet(.ipv4(0x7F00_0001, port: 515)))
      ]
    },
    .ring("spool", "/var/s size 2m sync never drop-old") {
      var spool = SpoolSettings(folder: "/var/s", size: 2_097_152)
      spool.synchronization = .never
      spool.overflow = .dropOld
      return $0.spool == spool
    },
    .ring("spool", "/var/s size 2m sync 2s") {
      $0.spool?.synchronization == .interval(milliseconds: 2000)
        && $0.spool?.overflow == .dropNew
    },
    .ring("timeout connect", "3s", given: "server s 127.0.0.1") {
      $0.servers[0].connectTimeoutMilliseconds == 3000
    },
    .ring("timeout server", "4s", given: "server s 127.0.0.1") {
      $0.servers[0].serverTimeoutMilliseconds == 4000
    },
  ]

  private static let tls = "ssl verify none"

  private static let receivers: [KeywordEffect] = [
    .receiver("log-proto", "octet-count") { $0.framing == .octetCount },
    .receiver("log-proto", "relp") {
      $0.framing == .relp && $0.address == .internet(.ipv4(0x7F00_0001, port: 2514))
    },
    .receiver("ssl", after: "verify none") {
      $0.tls?.verification == TLSVerification.none
        && $0.address == .internet(.ipv4(0x7F00_0001, port: 6514))
    },
    .receiver("ca-file", "/etc/ca.pem", after: tls) { $0.tls?.authorityFile == "/etc/ca.pem" },
    .receiver("crt", "/etc/w.pem", after: tls) { $0.tls?.certificateFile == "/etc/w.pem" },
    .receiver("verify", "required", after: "ssl ca-file @system-ca verify none") {
      $0.tls?.verification == .required && $0.tls?.authorityFile == nil
    },
    .receiver("verifyhost", "h.example", after: tls) { $0.tls?.verifiedHost == "h.example" },
    .receiver("no-verifyhost", after: tls + " verifyhost h.example") {
      $0.tls?.verifiedHost == nil
    },
    .receiver("sni", "str(n.example)", after: tls) { $0.tls?.serverName == "n.example" },
  ]

  private static let forwards: [KeywordEffect] = [
    .forward("backlog", "77") { $0.backlog == 77 },
    .forward("bind", "127.0.0.1:1514-1515 name n") {
      $0.listeners.map(\.address) == [
        .internet(.ipv4(0x7F00_0001, port: 1514)), .internet(.ipv4(0x7F00_0001, port: 1515)),
      ] && $0.listeners.allSatisfy { $0.input == .stream && $0.name == "n" }
    },
    .forward("dgram-bind", "/var/l mode 622 user haproxy group haproxy") {
      $0.listeners.first?.input == .datagrams
        && $0.listeners.first?.address == .unix(path: "/var/l")
        && $0.listeners.first?.fileMode == 0o622 && $0.listeners.first?.fileUser == 99
        && $0.listeners.first?.fileGroup == 98
    },
    .forward("log", "stderr local0") { $0.loggers.map(\.target) == [.descriptor(2)] },
    .forward("maxconn", "11") { $0.connectionLimit == 11 },
    .forward("option assume-rfc6587-ntf") { $0.assumesLines },
    .forward("option dont-parse-log") { !$0.parses },
    .forward("option host", "append") { $0.hostRule == .append },
    .forward("timeout client", "5s") { $0.clientTimeoutMilliseconds == 5000 },
  ]

  private static let inputs: [KeywordEffect] = [
    .input("log-proto", "relp") { $0.input == .relp },
    .input("ssl", after: "crt /etc/w.pem") { $0.tls?.certificateFile == "/etc/w.pem" },
    .input("crt", "/etc/x.pem", after: "ssl crt /etc/w.pem") {
      $0.tls?.certificateFile == "/etc/x.pem"
    },
    .input("ca-file", "/etc/ca.pem", after: "ssl crt /etc/w.pem") {
      $0.tls?.authorityFile == "/etc/ca.pem"
    },
    .input("verify", "required", after: "ssl crt /etc/w.pem ca-file /etc/ca.pem") {
      $0.tls?.verification == .required
    },
  ]

  private static let profiles: [KeywordEffect] = [
    .profile("log-tag", "t") { $0.tag == "t" },
    .profile("on", "close drop") { $0.rules[.close]?.drops == true },
    .profile("on", "any format %ci sd \"[a@1 b=\\\"%cp\\\"]\"") {
      $0.rules[.any]?.format?.source == "%ci"
        && $0.rules[.any]?.structuredData?.kind == .structuredData
    },
  ]
}
