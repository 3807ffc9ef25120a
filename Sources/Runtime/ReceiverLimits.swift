internal import ConfigSyntax
internal import Configuration
internal import Kernel
internal import LogSinks

/// What journald and rsyslog on this machine would cut of what Weir sends them: both drop messages
/// of a sender that is faster than their limits, out of reach of any ledger here.
struct ReceiverLimits {
  /// One receiver's limit that is in force.
  struct Limit: Equatable {
    /// Who drops.
    var receiver: String
    /// So many messages in so many seconds.
    var burst: Int
    var seconds: Int
    /// Where it is set, or that it is the receiver's default.
    var place: String
    /// What lifts it.
    var remedy: String

    /// The warning at the start.
    var warning: String {
      "\(receiver) drops what exceeds \(burst) messages in \(seconds) s from one sender"
        + " (\(place)): records would be missing there that the ledger shows as delivered."
    }
  }

  /// The folder that all paths are looked for under; another one in tests.
  private let root: String

  init(root: String = "") { self.root = root }

  /// The limits that would cut what these loggers send.
  func limits(for loggers: [LoggerSettings]) -> [Limit] {
    var limits: [Limit] = []
    let usesJournal = loggers.contains { logger in
      switch logger.target {
      case .journald: true
      case .unixDatagram(let path): path.hasPrefix("/run/systemd/journal/") || isJournal(path)
      case .descriptor(1), .descriptor(2): Environment.value(of: "JOURNAL_STREAM") != nil
      default: false
      }
    }
    let usesSocket = loggers.contains { logger in
      if case .unixDatagram = logger.target { true } else { false }
    }
    if usesJournal {
      if let limit = journald() { limits.append(limit) }
      if let limit = rsyslog("imjournal") { limits.append(limit) }
    }
    if usesSocket, let limit = rsyslog("imuxsock") { limits.append(limit) }
    return limits
  }

  /// Whether a path leads to journald's socket.
  private func isJournal(_ path: String) -> Bool {
    guard let target = File.linkTarget(root + path) else { return false }
    return target.hasSuffix("systemd/journal/dev-log")
  }

  // MARK: - journald (journald.conf(5))

  private func journald() -> Limit? {
    guard kind("/run/systemd/journal/socket") == .socket else { return nil }
    if unitIsExempt { return nil }
    var seconds = 30
    var burst = 10_000
    var place = "journald's default"
    for file in journaldFiles() {
      for line in lines(of: file) {
        guard let (name, value) = Self.assignment(line) else { continue }
        switch name {
        case "RateLimitIntervalSec", "RateLimitInterval":
          seconds = Self.seconds(value) ?? seconds
          place = "\(name)= in \(file)"
        case "RateLimitBurst":
          burst = Int(value) ?? burst
          place = "\(name)= in \(file)"
        default: break
        }
      }
    }
    guard seconds > 0, burst > 0 else { return nil }
    return Limit(
      receiver: "journald", burst: burst, seconds: seconds, place: place,
      remedy: "copy config/journald-weir.conf to /etc/systemd/journald.conf.d/ and restart"
        + " systemd-journald, or give Weir's unit LogRateLimitIntervalSec=0")
  }

  /// Whether the unit that this process runs in has no limit (systemd.exec(5),
  /// LogRateLimitIntervalSec): systemd leaves that for journald as a link.
  private var unitIsExempt: Bool {
    let groups = lines(of: "/proc/self/cgroup")
    guard
      let unit = groups.last(where: { !$0.isEmpty })?.split(separator: "/").last(where: {
        $0.hasSuffix(".service")
      })
    else { return false }
    return ["interval", "burst"].contains { word in
      let value = File.linkTarget("\(root)/run/systemd/units/log-rate-limit-\(word):\(unit)")
      return value.map { Int($0) == 0 } ?? false
    }
  }

  /// The files in the order in which they are read: what comes later counts.
  private func journaldFiles() -> [String] {
    var dropIns: [String: String] = [:]
    for folder in ["/usr/lib", "/usr/local/lib", "/run", "/etc"] {
      let path = folder + "/systemd/journald.conf.d"
      for name in names(in: path) where name.hasSuffix(".conf") {
        dropIns[name] = "\(path)/\(name)"
      }
    }
    return ["/etc/systemd/journald.conf"]
      + dropIns.sorted { $0.key < $1.key }.map(\.value)
  }

  // MARK: - rsyslog

  /// The limit of an input module that is loaded; its defaults are those of rsyslog 8.
  private func rsyslog(_ module: String) -> Limit? {
    let isJournal = module == "imjournal"
    let lead = isJournal ? "" : "syssock."
    let (legacyInterval, legacyBurst) =
      isJournal
      ? ("$imjournalratelimitinterval", "$imjournalratelimitburst")
      : ("$systemlogratelimitinterval", "$systemlogratelimitburst")
    var seconds = isJournal ? 600 : 0
    var burst = isJournal ? 20_000 : 200
    var place = "\(module)'s default"
    var isLoaded = false
    for file in rsyslogFiles() {
      for line in Self.statements(lines(of: file)) {
        let words = line.split { $0 == " " || $0 == "\t" }
        if line.contains("load=\"\(module)\"") || words == ["$modload", module[...]] {
          isLoaded = true
          seconds = Self.parameter(lead + "ratelimit.interval", of: line) ?? seconds
          burst = Self.parameter(lead + "ratelimit.burst", of: line) ?? burst
          if line.contains("ratelimit") { place = "Ratelimit of \(module) in \(file)" }
        } else if words.count > 1, words[0] == legacyInterval || words[0] == legacyBurst {
          let value = Int(words[1])
          if words[0] == legacyInterval { seconds = value ?? seconds }
          if words[0] == legacyBurst { burst = value ?? burst }
          place = "\(words[0]) in \(file)"
        }
      }
    }
    guard isLoaded, seconds > 0, burst > 0 else { return nil }
    return Limit(
      receiver: "rsyslog's \(module)", burst: burst, seconds: seconds, place: place,
      remedy: "set \(isJournal ? "" : "SysSock.")RateLimit.Interval=\"0\" where"
        + " module(load=\"\(module)\") stands, as config/rsyslog-limits.conf shows")
  }

  private func rsyslogFiles() -> [String] {
    let folder = "/etc/rsyslog.d"
    return ["/etc/rsyslog.conf"]
      + names(in: folder).filter { $0.hasSuffix(".conf") }.map { "\(folder)/\($0)" }
  }

  /// Lines in lower case without comments, those of one `module(…)` joined.
  private static func statements(_ lines: [String]) -> [String] {
    var statements: [String] = []
    var open = ""
    for line in lines {
      let text = line.split(separator: "#", omittingEmptySubsequences: false).first ?? ""
      open += text.lowercased() + " "
      if open.contains("("), !open.contains(")") { continue }
      statements.append(open)
      open = ""
    }
    return statements
  }

  /// The number of `name="value"` in a statement.
  private static func parameter(_ name: String, of statement: String) -> Int? {
    let words = statement.split { $0 == " " || $0 == "(" || $0 == ")" || $0 == "\t" }
    guard let word = words.first(where: { $0.hasPrefix(name + "=") }) else { return nil }
    return Int(word.dropFirst(name.count + 1).filter { $0 != "\"" })
  }

  // MARK: - Files

  private func kind(_ path: String) -> File.Kind? { try? File.kind(of: root + path) }

  private func names(in folder: String) -> [String] {
    (try? File.names(inFolder: root + folder)) ?? []
  }

  private func lines(of path: String) -> [String] {
    guard let bytes = try? File.contents(of: root + path, limitBytes: 1 << 20) else { return [] }
    return String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// `Name=value` of a line that is no comment.
  private static func assignment(_ line: String) -> (name: String, value: String)? {
    guard let first = line.first, first != "#", first != ";", let sign = line.firstIndex(of: "=")
    else { return nil }
    let name = line[..<sign].filter { $0 != " " }
    let value = line[line.index(after: sign)...].filter { $0 != " " && $0 != "\r" }
    return (name, value)
  }

  /// A time of systemd's in whole seconds (systemd.time(7)), 0 for none.
  static func seconds(_ text: String) -> Int? {
    let units = [
      "ms": 0.001, "s": 1, "sec": 1, "second": 1, "seconds": 1, "min": 60, "m": 60, "minute": 60,
      "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86_400, "": 1.0,
    ]
    var total = 0.0
    var rest = text[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let factor = units[String(unit)] else { return nil }
      total += number * factor
    }
    return total > 0 ? max(1, Int(total.rounded(.up))) : 0
  }
}
