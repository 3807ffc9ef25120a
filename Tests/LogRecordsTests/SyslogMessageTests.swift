import LogRecords
import Memory
import Testing

/// What HAProxy's `log-forward` makes of messages; Tests/EndToEnd asks HAProxy itself.
@Suite struct SyslogMessageTests {
  private static let moment: UInt64 = 1_795_430_374_463_000_000

  /// The parts of a message, by their names; those that it does not have are left out.
  private func parts(_ text: String) -> [String: String] {
    let bytes = Array(text.utf8)
    let message = SyslogMessage(parsing: bytes.span)
    let named = [
      "time": message.time, "host": message.host, "tag": message.tag,
      "pid": message.processIdentifier, "id": message.messageIdentifier,
      "data": message.structuredData, "text": message.text,
    ]
    var found = named.filter { !$0.value.isEmpty }
      .mapValues { String(decoding: bytes[$0.start..<$0.end], as: UTF8.self) }
    found["pri"] = message.priority.map { "\($0)" }
    return found
  }

  private func line(
    _ text: String, as format: HeaderFormat? = nil, host: SyslogHost = .kept,
    minimum: Severity = .emergency, length: Int = 1024
  ) -> String {
    var rewriter = SyslogRewriter(
      format: format, facility: .local2, minimumLevel: minimum, length: length)
    let bytes = Array(text.utf8)
    var output = ByteWriter()
    _ = rewriter.append(
      SyslogMessage(parsing: bytes.span), bytes.span, host: host,
      source: Array("192.0.2.9".utf8).span, nanoseconds: Self.moment, into: &output)
    return String(decoding: (0..<output.count).map { output[$0] }, as: UTF8.self)
  }

  @Test func `a whole header of RFC 5424 is read`() {
    #expect(
      parts(#"<165>1 2026-11-23T10:39:34.003Z host app 111 ID47 [a@1 b="x\]y"][c@1] some text"#)
        == [
          "pri": "165", "time": "2026-11-23T10:39:34.003Z", "host": "host", "tag": "app",
          "pid": "111", "id": "ID47", "data": #"[a@1 b="x\]y"][c@1]"#, "text": "some text",
        ])
  }

  @Test func `a dash says that a part is not there, save for the moment`() {
    #expect(parts("<34>1 - - - - - - text") == ["pri": "34", "time": "-", "text": "text"])
  }

  @Test(
    "what is not whole is text behind the priority",
    arguments: [
      "1 - h a 1 - -", "1 2026-11-23 h a 1 - - x", "1 - h  a 1 - - x", "1 - h a 1 - x y",
      "1 - h a 1 - [a x", "Nob 23 22:14:15 h a: x", "Nov 23 22:14:15  h a: x",
      "Nov 23 22:14:15 h", "Nov 23 22:14:15", "short",
    ])
  func broken(rest: String) {
    #expect(parts("<13>" + rest) == ["pri": "13", "text": rest])
  }

  @Test(
    "what has no priority is text",
    arguments: ["text", "<", "<13", "<1a>text", "<-1>text", " <13>text", "\u{FEFF}<13>text"])
  func withoutPriority(text: String) { #expect(parts(text) == ["text": text]) }

  @Test func `a header of RFC 3164 is read, with tag and process or without`() {
    #expect(
      parts("<34>Nov  3 22:14:15 box su[12]: failed")
        == [
          "pri": "34", "time": "Nov  3 22:14:15", "host": "box", "tag": "su", "pid": "12",
          "text": "failed",
        ])
    #expect(
      parts("<34>Nov  3 22:14:15 box su: failed")
        == ["pri": "34", "time": "Nov  3 22:14:15", "host": "box", "tag": "su", "text": "failed"])
    #expect(
      parts("<34>Nov  3 22:14:15 box it failed")
        == ["pri": "34", "time": "Nov  3 22:14:15", "host": "box", "text": "it failed"])
  }

  @Test func `brackets that are none are taken as HAProxy takes them`() {
    let start = "<13>Nov 23 22:14:15 h "
    #expect(line(start + "a[b[c]: x") == start + "a[b[c]: x\n")
    #expect(line(start + "a[1]b: x") == start + "a: a[1]b: x\n")
    #expect(line(start + "[1]: x") == start + "[1][1]: x\n")
    #expect(line(start + "a[]: x") == start + "a: x\n")
    #expect(line(start + ": x") == start + "x\n")
  }

  @Test func `line feeds and zeros at the end are no part of the text`() {
    #expect(line("<13>text\0\n\0\n") == "<13>text\n")
    #expect(line("te\0xt\n") == "te\0xt\n")
    #expect(line("") == "\n")
  }

  @Test(
    "a message keeps the header that it has",
    arguments: [
      ("<13>1 2026-11-23T10:39:34Z h a 1 - [x@1 y=\"1\"] text", nil),
      ("<13>1 - h a - - - text", nil),
      ("<13>Nov 23 22:14:15 h a[1]: text", nil),
      ("<13>Nov 23 22:14:15 h text", nil),
      ("<13>text", nil),
      ("text", nil),
      ("<007>text", "<7>text"),
      ("<>text", "<0>text"),
      ("<999>text", "<999>text"),
      ("<1234>text", "<234>text"),
      ("<13>1 2026-11-03T10:39:34Z - a 1 - - text", "<13>Nov  3 10:39:34 a[1]: text"),
    ])
  func own(message: String, expected: String?) {
    #expect(line(message) == (expected ?? message) + "\n")
  }

  @Test func `a header is converted, and what is not there has a stand-in`() {
    let legacy = "<34>Nov  3 22:14:15 box su[12]: failed"
    #expect(line(legacy, as: .rfc5424) == "<34>1 2026-11-03T22:14:15-00:00 box su 12 - - failed\n")
    #expect(line(legacy, as: .local) == "<34>Nov  3 22:14:15 su[12]: failed\n")
    #expect(line(legacy, as: .short) == "<2>failed\n")
    #expect(line(legacy, as: .timed) == "<2>2026-11-03T22:14:15-00:00 failed\n")
    #expect(line(legacy, as: .iso) == "2026-11-03T22:14:15-00:00 failed\n")
    #expect(line(legacy, as: .raw) == "failed\n")
    #expect(line(legacy, as: .priority) == "<34>failed\n")
    let standard = #"<165>1 2026-01-23T10:39:34.5+01:00 host app - ID [a@1 b="c"] text"#
    #expect(line(standard, as: .rfc3164) == "<165>Jan 23 10:39:34 host app: text\n")
    #expect(line(standard, as: .iso) == "2026-01-23T10:39:34.5+01:00 text\n")
    #expect(line("<13>text", as: .rfc5424).hasSuffix(" - - - - - text\n"))
    #expect(line("<13>text", as: .rfc3164).hasSuffix(" localhost text\n"))
  }

  @Test func `a month that has not come yet was last year's`() {
    #expect(
      line("<34>Dec 31 23:59:59 box su: x", as: .rfc5424)
        == "<34>1 2025-12-31T23:59:59-00:00 box su - - - x\n")
  }

  @Test func `facility and level are the message's, the configured ones a fall-back and a bound`() {
    #expect(line("text", as: .priority) == "<144>text\n")
    #expect(line("<8>text", as: .priority, minimum: .warning) == "<12>text\n")
    #expect(line("<15>text", as: .priority, minimum: .warning) == "<15>text\n")
    #expect(line("text", as: .priority, minimum: .notice) == "<149>text\n")
  }

  @Test func `the host is kept, filled, replaced or added to`() {
    let message = "<34>Nov  3 22:14:15 box su: x"
    #expect(line(message, host: .source) == "<34>Nov  3 22:14:15 192.0.2.9 su: x\n")
    #expect(line(message, host: .appended) == "<34>Nov  3 22:14:15 box,192.0.2.9 su: x\n")
    let nameless = "<13>1 2026-11-03T10:39:34Z - a 1 - - x"
    #expect(line(nameless, host: .source) == "<13>1 2026-11-03T10:39:34Z 192.0.2.9 a 1 - - x\n")
    #expect(line(nameless, as: .rfc5424) == "<13>1 2026-11-03T10:39:34Z - a 1 - - x\n")
    // A text without a header gets none for the sake of the host.
    #expect(line("<13>text", host: .source) == "<13>text\n")
    #expect(line("<13>text", as: .rfc3164, host: .source).hasSuffix(" 192.0.2.9 text\n"))
  }

  @Test func `a line that is too long is cut between characters, and structured data go whole`() {
    #expect(line("<13>" + String(repeating: "x", count: 90), length: 80).utf8.count == 80)
    let wide = line("<13>" + String(repeating: "é", count: 90), length: 80)
    #expect(wide.utf8.count == 79 && !wide.contains("\u{FFFD}"))
    let data = "[a@1 b=\"" + String(repeating: "y", count: 60) + "\"]"
    #expect(line("<13>1 - h a 1 - \(data) text", length: 80) == "<13>1 - h a 1 - - text\n")
  }

  @Test func `what is not to be read is passed on as it is`() {
    let bytes = Array("<13>Nov 23 22:14:15 h a: text\n".utf8)
    let message = SyslogMessage(unparsed: bytes.span)
    var output = ByteWriter()
    var rewriter = SyslogRewriter(format: nil, facility: .local0)
    _ = rewriter.append(
      message, bytes.span, host: .source, source: Array("::1".utf8).span, nanoseconds: 0,
      into: &output)
    #expect((0..<output.count).map { output[$0] } == bytes)
  }
}

/// How messages follow one another on a stream.
@Suite struct SyslogFramingTests {
  private func steps(_ text: String, assumesLines: Bool = false) -> [SyslogFraming.Step] {
    let bytes = Array(text.utf8)
    let framing = SyslogFraming(limit: 20, assumesLines: assumesLines)
    var found: [SyslogFraming.Step] = []
    var start = 0
    while true {
      let step = framing.next(bytes.span, from: start)
      found.append(step)
      guard case .message(_, _, let consumed) = step else { return found }
      start += consumed
    }
  }

  @Test func `lines and counted messages may follow one another`() {
    #expect(
      steps("<1>a\n5 <2>b\n<3>c\r\n")
        == [
          .message(start: 0, end: 4, consumed: 5), .message(start: 7, end: 12, consumed: 7),
          .message(start: 12, end: 16, consumed: 6), .incomplete(wanted: 19),
        ])
  }

  @Test func `what begins with neither is an error, unless all are lines`() {
    #expect(steps("x\n") == [.failed(.unknown)])
    #expect(steps("0 x") == [.failed(.unknown)])
    #expect(steps("\n") == [.failed(.unknown)])
    #expect(
      steps("x\n5 y\n", assumesLines: true)
        == [
          .message(start: 0, end: 1, consumed: 2), .message(start: 2, end: 5, consumed: 4),
          .incomplete(wanted: 7),
        ])
  }

  @Test func `a length is a number, and no more than the limit`() {
    #expect(steps("3x abc") == [.failed(.length)])
    #expect(steps("21 ") == [.failed(.tooLong)])
    #expect(steps("1234567890 ") == [.failed(.tooLong)])
    #expect(steps("20 abc") == [.incomplete(wanted: 23)])
    #expect(steps("2") == [.incomplete(wanted: 2)])
  }

  @Test func `a line is no longer than the limit`() {
    let longest = "<" + String(repeating: "x", count: 19)
    #expect(steps(longest + "\r\n").first == .message(start: 0, end: 20, consumed: 22))
    #expect(steps(longest + "x\n") == [.failed(.tooLong)])
    #expect(steps(longest + "yyy") == [.failed(.tooLong)])
  }

  @Test func `a byte is found wherever it stands`() {
    for length in 0..<40 {
      var bytes = [UInt8](repeating: 0x0B, count: length)
      for start in 0...length {
        #expect(bytes.span.firstIndex(of: 10, from: start, to: length) == nil)
      }
      for place in bytes.indices {
        bytes[place] = 10
        for start in 0...length {
          #expect(
            bytes.span.firstIndex(of: 10, from: start, to: length) == (start <= place ? place : nil)
          )
        }
        bytes[place] = 0x0B
      }
    }
  }
}
