import LogRecords
import Testing

@Suite("Headers of lines")
struct LineHeaderTests {
  /// Monday, 23 November 2026, 16:47:12.796751 UTC.
  static let moment: UInt64 = 1_795_452_432_796_751_000

  static func line(
    _ format: HeaderFormat, text: String = "TEXT", structuredData: String = "",
    severity: Severity = .information, minimumLevel: Severity = .emergency, length: Int = 1024,
    hostname: String? = nil, tag: String = "weir"
  ) -> String {
    let header = LineHeader(
      format: format, facility: .local0, minimumLevel: minimumLevel, length: length,
      hostname: hostname, tag: tag)
    var context = Samples.context
    var buffer: [UInt8] = []
    header.append(
      text: Array(text.utf8), structuredData: Array(structuredData.utf8), severity: severity,
      nanoseconds: moment, context: &context, into: &buffer)
    return String(decoding: buffer, as: UTF8.self)
  }

  /// The time as the header has it; tests run in UTC or look at less.
  static var clock: String { String(line(.local).dropFirst(5).prefix(15)) }
  static var iso: String { String(line(.iso).dropLast(6)) }

  @Test("Each format has HAProxy's header")
  func formats() {
    #expect(Self.clock.hasPrefix("Nov 2"))
    #expect(Self.iso.hasPrefix("2026-11-2") && Self.iso.contains(".796751"))
    #expect(Self.line(.local) == "<134>\(Self.clock) weir[7488]: TEXT\n")
    #expect(Self.line(.rfc3164) == "<134>\(Self.clock) localhost weir[7488]: TEXT\n")
    #expect(Self.line(.rfc5424) == "<134>1 \(Self.iso) - weir 7488 - - TEXT\n")
    #expect(Self.line(.priority) == "<134>TEXT\n")
    #expect(Self.line(.short) == "<6>TEXT\n")
    #expect(Self.line(.timed) == "<6>\(Self.iso) TEXT\n")
    #expect(Self.line(.iso) == "\(Self.iso) TEXT\n")
    #expect(Self.line(.raw) == "TEXT\n")
  }

  @Test("The host's name stands where log-send-hostname puts it")
  func hostname() {
    #expect(
      Self.line(.local, hostname: "my.host") == "<134>\(Self.clock) my.host weir[7488]: TEXT\n")
    #expect(
      Self.line(.rfc3164, hostname: "my.host") == "<134>\(Self.clock) my.host weir[7488]: TEXT\n")
    #expect(
      Self.line(.rfc5424, hostname: "my.host")
        == "<134>1 \(Self.iso) my.host weir 7488 - - TEXT\n")
    #expect(Self.line(.priority, hostname: "my.host") == "<134>TEXT\n")
  }

  @Test("Structured data stand in lines of RFC 5424 alone")
  func structuredData() {
    let data = "[ex@1 b=\"6\"]"
    #expect(
      Self.line(.rfc5424, structuredData: data)
        == "<134>1 \(Self.iso) - weir 7488 - \(data) TEXT\n")
    #expect(Self.line(.local, structuredData: data) == Self.line(.local))
  }

  @Test("A line has at most len bytes, its newline included", arguments: HeaderFormat.allCases)
  func length(format: HeaderFormat) {
    let text = String(repeating: "x", count: 200)
    let line = Self.line(format, text: text, length: 80)
    #expect(line.utf8.count == 80)
    #expect(line.hasSuffix("x\n"))
    #expect(Self.line(format, text: text).utf8.count > 200)
    for length in -1...90 {
      let short = Self.line(format, text: text, length: length, hostname: "my.host")
      #expect(short.utf8.count <= max(1, length))
      #expect(short.hasSuffix("\n"))
    }
  }

  @Test("Structured data that do not fit go whole, not in part")
  func longStructuredData() {
    let data = "[ex@1 b=\"" + String(repeating: "x", count: 80) + "\"]"
    let line = Self.line(.rfc5424, text: "a text", structuredData: data, length: 90)
    #expect(line == "<134>1 \(Self.iso) - weir 7488 - - a text\n")
  }

  @Test("A line is cut between two characters, and anywhere in what is no UTF-8")
  func characters() {
    #expect(Self.line(.raw, text: "aé€😀b", length: 4) == "aé\n")
    #expect(Self.line(.raw, text: "aé€😀b", length: 5) == "aé\n")
    #expect(Self.line(.raw, text: "aé€😀b", length: 6) == "aé\n")
    #expect(Self.line(.raw, text: "aé€😀b", length: 7) == "aé€\n")
    #expect(Self.line(.raw, text: "aé€😀b", length: 10) == "aé€\n")
    #expect(Self.line(.raw, text: "aé€😀b", length: 11) == "aé€😀\n")
    let header = LineHeader(format: .raw, facility: .local0, length: 6, tag: "")
    var context = Samples.context
    var buffer: [UInt8] = []
    let isTruncated = header.append(
      text: [UInt8](repeating: 0x80, count: 20), severity: .notice, nanoseconds: 0,
      context: &context, into: &buffer)
    #expect(isTruncated)
    #expect(
      !header.append(
        text: [65], severity: .notice, nanoseconds: 0, context: &context, into: &buffer))
    buffer.removeLast(2)
    #expect(buffer == [0x80, 0x80, 0x80, 0x80, 0x80, 10])
  }

  @Test("minlevel lowers what is more severe, and leaves the rest")
  func levels() {
    #expect(Self.line(.priority, severity: .emergency, minimumLevel: .warning) == "<132>TEXT\n")
    #expect(Self.line(.priority, severity: .debug, minimumLevel: .warning) == "<135>TEXT\n")
    #expect(Self.line(.short, severity: .alert) == "<1>TEXT\n")
  }

  @Test("A day below ten is padded by a space in syslog's old form")
  func days() {
    var context = Samples.context
    var buffer: [UInt8] = []
    LineHeader(format: .local, facility: .kern, tag: "w").append(
      text: [], severity: .emergency, nanoseconds: 1_793_880_000_000_000_000, context: &context,
      into: &buffer)
    #expect(String(decoding: buffer, as: UTF8.self).hasPrefix("<0>Nov  5 "))
  }
}
