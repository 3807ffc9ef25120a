import LogRecords
import LogSinks

/// The reader of `log` lines, whose words stand in a fixed order.
enum LogLine {
  /// How a line is written.
  static let grammar =
    "<target> [len <bytes>] [format <format> [sd all]] [sample <ranges>:<size>]"
    + " [profile <name>] <facility> [<level> [<minlevel>]]"

  /// Reads what follows the word `log`.
  static func read(
    _ arguments: inout Arguments, orGlobal: Bool = true
  ) throws(Mistake) -> Located<LoggerDraft> {
    let expected =
      "log : expects <address> and <facility> \(orGlobal ? "or global" : "") as arguments"
    guard let target = arguments.take() else { throw Mistake(expected, at: nil) }
    let first = arguments.last
    guard arguments.peek != nil else { throw Mistake(expected, at: nil) }
    var draft = LoggerDraft(
      target: try readTarget(target, arguments),
      settings: LoggerSettings(target: .descriptor(0), facility: .local0))
    try readOptions(&draft, &arguments)
    let facility = try arguments.take(orElse: "log : expects a facility")
    guard let known = Facility.allCases.first(where: { $0.word == facility }) else {
      throw Mistake("log : unknown log facility '\(facility)'", at: arguments.last)
    }
    draft.settings.facility = known
    if let level = arguments.take() {
      draft.settings.level = try readLevel(level, "optional log level", arguments)
    }
    if let level = arguments.take() {
      draft.settings.minimumLevel = try readLevel(level, "optional minimum log level", arguments)
    }
    if let word = arguments.peek {
      throw Mistake("log : cannot handle unexpected argument '\(word)'", at: arguments.next)
    }
    return Located(draft, arguments.line, word: first)
  }

  /// Reads the words between the target and the facility, in their fixed order.
  private static func readOptions(
    _ draft: inout LoggerDraft, _ arguments: inout Arguments
  ) throws(Mistake) {
    if arguments.peek == "len" {
      draft.settings.length = try readLength(&arguments)
      draft.lengthWord = arguments.last
    }
    if arguments.peek == "format" { draft.settings.format = try readFormat(&arguments) }
    if arguments.peek == "sd" {
      _ = arguments.take()
      draft.allFieldsWord = arguments.last
      let word = try arguments.take(orElse: "log : 'sd' expects 'all'")
      guard word == "all" else {
        throw Mistake("log : 'sd' expects 'all' but got '\(word)'", at: arguments.last)
      }
      draft.settings.hasAllFields = true
    }
    if arguments.peek == "sample" { draft.settings.sample = try readSample(&arguments) }
    if arguments.peek == "profile" {
      _ = arguments.take()
      draft.settings.profile = try arguments.take(
        orElse: "log : 'profile' expects the name of a 'log-profile' section")
      draft.profileWord = arguments.last
    }
  }

  private static func readTarget(
    _ text: String, _ arguments: Arguments
  ) throws(Mistake) -> LoggerDraft.Target {
    switch text {
    case "stdout": return .descriptor(1)
    case "stderr": return .descriptor(2)
    case "journald": return .journal
    default: break
    }
    for (prefix, kind) in [("ring@", "'ring' section"), ("backend@", "backend of 'mode log'")]
    where text.hasPrefix(prefix) {
      let name = String(text.dropFirst(prefix.count))
      guard !name.isEmpty else {
        throw Mistake("log : '\(prefix)' expects the name of a \(kind)", at: arguments.last)
      }
      return prefix == "ring@" ? .ring(name) : .backend(name)
    }
    let isAcknowledged = text.hasPrefix("relp@")
    let address = try readAddress(isAcknowledged ? String(text.dropFirst(5)) : text, arguments)
    if isAcknowledged {
      guard address.isInternet, AddressText.isDatagram(address.text) != true else {
        throw Mistake(
          "log : 'relp@' expects a host and perhaps a port in '\(text)'", at: arguments.last)
      }
      return .stream(address, .relp)
    }
    if case .descriptor(let number) = address.host { return .descriptor(number) }
    return AddressText.isDatagram(text) == false ? .stream(address, .legacy) : .address(address)
  }

  /// An address with one port or none.
  private static func readAddress(
    _ text: String, _ arguments: Arguments
  ) throws(Mistake) -> AddressText {
    let address: AddressText
    do {
      address = try AddressText.parse(text)
    } catch {
      throw Mistake("log : \(error.message)", at: arguments.last)
    }
    switch address.port {
    case .none: break
    case .numbers(let range) where range.count == 1: break
    case .numbers:
      throw Mistake("log : port range not permitted here in '\(text)'", at: arguments.last)
    case .offset:
      throw Mistake("log : port offset not permitted here in '\(text)'", at: arguments.last)
    }
    return address
  }

  private static func readLength(_ arguments: inout Arguments) throws(Mistake) -> Int {
    _ = arguments.take()
    let text = try arguments.take(orElse: "log : 'len' expects a number of bytes")
    guard let length = Int(text), (80...65535).contains(length) else {
      throw Mistake(
        "log : invalid log length '\(text)', must be between 80 and 65535", at: arguments.last)
    }
    return length
  }

  private static func readFormat(_ arguments: inout Arguments) throws(Mistake) -> HeaderFormat {
    _ = arguments.take()
    let text = try arguments.take(orElse: "log : 'format' expects a format")
    guard let format = HeaderFormat(rawValue: text) else {
      throw Mistake("log : unknown log format '\(text)'", at: arguments.last)
    }
    return format
  }

  private static func readLevel(
    _ text: String, _ title: String, _ arguments: Arguments
  ) throws(Mistake) -> Severity {
    guard let level = Severity.allCases.first(where: { $0.word == text }) else {
      throw Mistake("log : unknown \(title) '\(text)'", at: arguments.last)
    }
    return level
  }

  /// `sample 1,3-5:8`
  private static func readSample(
    _ arguments: inout Arguments
  ) throws(Mistake) -> LoggerSettings.Sample {
    _ = arguments.take()
    let text = try arguments.take(orElse: "log : 'sample' expects <ranges>:<size>")
    let word = arguments.last
    guard let colon = text.firstIndex(of: ":") else {
      throw Mistake("log : Missing sample size", at: word)
    }
    var ranges: [ClosedRange<Int>] = []
    for part in text[..<colon].split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      guard let low = Int(ends[0]), let high = ends.count == 2 ? Int(ends[1]) : low,
        low >= 1, high >= low
      else { throw Mistake("log : invalid range '\(part)'", at: word) }
      ranges.append(low...high)
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    for (range, next) in zip(ranges, ranges.dropFirst())
    where range.upperBound >= next.lowerBound {
      throw Mistake("log : ranges are overlapping", at: word)
    }
    let tail = text[text.index(after: colon)...]
    guard let size = Int(tail), size >= 1 else {
      throw Mistake("log : invalid sample size '\(tail)'", at: word)
    }
    let highest = ranges.last?.upperBound ?? 0
    guard size >= highest else {
      throw Mistake(
        "log : sample size \(size) should be greater or equal to \(highest)"
          + " the maximum of the high ranges limits", at: word)
    }
    return LoggerSettings.Sample(ranges: ranges, size: size)
  }
}
