/// What both sides tell each other at the beginning of a session: `NAME[=VALUE[,VALUE]…]`, a line
/// each.
struct Offers {
  /// The most lines that are read.
  static let lineLimit = 64
  /// The versions that are spoken here: librelp names itself 0, the specification 1.
  static let versions = 0...1

  /// The version offered; nil where none is that is spoken here.
  private(set) var version: Int?
  /// Whether syslog messages are offered.
  private(set) var hasSyslog = false

  /// Reads offers; nil where there are too many.
  init?(_ bytes: Span<UInt8>) {
    var start = 0
    var lines = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
      lines += 1
      guard lines <= Self.lineLimit else { return nil }
      read(bytes.extracting(start..<end))
      start = end + 1
    }
  }

  private mutating func read(_ line: Span<UInt8>) {
    var equals = 0
    while equals < line.count, line[equals] != UInt8(ascii: "=") { equals += 1 }
    guard equals < line.count else { return }
    let name = line.extracting(..<equals)
    let value = line.extracting((equals + 1)...)
    if name.says("relp_version") {
      version = value.decimal.flatMap { $0 > 1 ? 1 : $0 }
    } else if name.says("commands") {
      hasSyslog = value.listsSyslog
    }
  }

  /// What this side offers, or accepts of the other's offers.
  static func text(version: Int, software: String) -> String {
    "relp_version=\(version)\nrelp_software=\(software)\ncommands=syslog"
  }
}

extension Span<UInt8> {
  /// The decimal number that these bytes are; nil where they are none of at most nine digits.
  var decimal: Int? {
    guard !isEmpty, count <= 9 else { return nil }
    var value = 0
    for index in indices {
      guard self[index] >= UInt8(ascii: "0"), self[index] <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(self[index] - UInt8(ascii: "0"))
    }
    return value
  }

  /// Whether one of these words between commas is `syslog`.
  fileprivate var listsSyslog: Bool {
    var start = 0
    for index in 0...count where index == count || self[index] == UInt8(ascii: ",") {
      if extracting(start..<index).says("syslog") { return true }
      start = index + 1
    }
    return false
  }
}
