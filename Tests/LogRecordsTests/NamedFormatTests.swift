import Foundation
import Kernel
import LogRecords
import Testing

/// The formats of logformats/ and their files.
@Suite("Named formats")
struct NamedFormatTests {
  /// A record that says all there is to say, and a context that knows the rest.
  static var full: (ConnectionRecord, RenderContext) {
    var record = Samples.record
    record.sequence = 4
    record.listener = 1
    record.peer = .ipv6(high: 0x2001_0DB8_0000_0000, low: 1, port: 7)
    record.cause = .serverAbort
    record.phase = .data
    record.serverErrno = 104
    record.isRedispatched = true
    var context = Samples.context
    context.bootIdentifier = "0123456789abcdef0123456789abcdef"
    context.uniqueIdentifier = try? FormatProgram(
      compiling: "u\"%rt", kind: .uniqueIdentifier)
    context.logger = LoggerFacts(facility: .local0, sampleTaken: 2, sampleSize: 5)
    return (record, context)
  }

  /// A record of which little is known.
  static var bare: ConnectionRecord {
    var record = ConnectionRecord()
    record.event = .error
    record.origin = .sessionError
    record.acceptedNanoseconds = Samples.accepted
    record.emittedNanoseconds = Samples.accepted
    record.client = Endpoint(family: .unix)
    record.peer = record.client
    record.clientErrorCode = ConnectionErrorCode.proxyNotHeader.rawValue
    return record
  }

  static var event: LogEvent {
    LogEvent(
      .serverDown, text: "Server b/s is DOWN, \"quoted\" \u{1}\\ é, = ].", backend: 0, server: 0,
      values: [
        .text(.checkStatus, "L4CON"), .integer(.checkDuration, 1200), .text(.reason, "re\"fused"),
      ], nanoseconds: Samples.accepted)
  }

  static func line(
    _ program: FormatProgram, _ record: ConnectionRecord, _ context: RenderContext,
    limit: Int = .max
  ) -> (RenderOutcome, [UInt8]) {
    var (context, bytes) = (context, [UInt8]())
    let outcome = program.render(record, context: &context, limit: limit, into: &bytes)
    return (outcome, bytes)
  }

  static func line(
    _ program: FormatProgram, _ event: LogEvent, _ context: RenderContext, limit: Int = .max
  ) -> (RenderOutcome, [UInt8]) {
    var (context, bytes) = (context, [UInt8]())
    let outcome = program.render(event, context: &context, limit: limit, into: &bytes)
    return (outcome, bytes)
  }

  static func program(_ name: String) throws -> FormatProgram {
    let format = try #require(NamedFormat.builtIn(name))
    return try format.compile(name == "sd" ? .structuredData : .line)
  }

  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// `WEIR_WRITE_DOCS=1` writes the files anew.
  @Test("Each makes the lines that stand in its golden file", arguments: NamedFormat.builtInNames)
  func golden(name: String) throws {
    let program = try Self.program(name)
    let (record, context) = Self.full
    var start = Samples.record
    start.event = .start
    start.origin = .connect
    start.dataMicroseconds = nil
    var lines = program.header.isEmpty ? [] : [program.header]
    lines += [
      Self.line(program, record, context).1, Self.line(program, Samples.record, Samples.context).1,
      Self.line(program, start, Samples.context).1, Self.line(program, Self.bare, context).1,
      Self.line(program, Self.event, context).1, Self.line(program, record, context, limit: 400).1,
    ].map(Self.text)
    let url = LogFormatFilesTests.top.appending(path: "Tests/Corpora/format-golden/\(name).txt")
    let actual = lines.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["WEIR_WRITE_DOCS"] != nil {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try actual.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: url, encoding: .utf8) == actual)
  }

  @Test(
    "At every length a line is valid, shorter ones say so, and the shortest is none",
    arguments: NamedFormat.builtInNames.filter { !["tcplog", "clf", "human"].contains($0) })
  func lengths(name: String) throws {
    let program = try Self.program(name)
    let (record, context) = Self.full
    let whole = Self.line(program, record, context).1.count
    var outcomes: Set<RenderOutcome> = []
    for limit in stride(from: whole + 1, through: 0, by: -7) {
      for (outcome, bytes) in [
        Self.line(program, record, context, limit: limit),
        Self.line(program, Self.event, context, limit: limit),
      ] {
        outcomes.insert(outcome)
        #expect(bytes.count <= limit)
        #expect((outcome == .nothing) == bytes.isEmpty)
        guard outcome != .nothing else { continue }
        let values = try #require(StructuredLine.read(bytes, program), "\(Self.text(bytes))")
        let isMarked = values.contains { $0.key.hasSuffix("truncated") && $0.value == "true" }
        #expect(isMarked == (outcome == .shortened))
      }
    }
    #expect(outcomes.count >= 2)
    // Of CSV the columns always stand, and of the others a few members.
    #expect(Self.line(program, record, context, limit: 10).0 == .nothing)
  }

  @Test("Keys of otel and ecs are those of the table of fields")
  func keys() {
    for (name, column) in [("otel", \RecordField.Description.openTelemetry), ("ecs", \.elastic)] {
      let text = NamedFormat.builtIn(name)?.text ?? ""
      var rows: [[Substring]] = []
      for line in text.split(separator: "\n") where !line.hasPrefix("#") {
        let words = line.split(separator: " ")
        if words.count > 1, words[0] != "encoding" { rows.append(words) }
      }
      for entry in RecordField.table {
        for key in entry[keyPath: column].split(separator: " ") {
          let items = rows.filter { $0[0] == key }.map { String($0[1]) }
          #expect(items == [entry.field.item], "\(name): \(key)")
        }
      }
    }
  }

  @Test("A line of ecs is what records.md says")
  func ecs() throws {
    let (record, context) = Self.full
    let line = Self.line(try Self.program("ecs"), record, context).1
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    #expect(object["@timestamp"] as? String == "2026-11-23T10:39:34.463000000Z")
    #expect(object["event.end"] as? String == "2026-11-23T10:39:36.963000000Z")
    #expect(object["event.duration"] as? Int == 2_500_000_000)
    #expect(object["event.type"] as? [String] == ["connection", "end"])
    #expect(object["event.outcome"] as? String == "failure")
    #expect(object["event.reason"] as? String == "server_aborted")
    #expect(object["source.port"] as? Int == 45344)
    #expect(object["network.bytes"] as? Int == 4216)
    #expect(object["haproxy.total_waiting_time_ms"] as? Int == 1)
    #expect(object["error.code"] as? String == "ECONNRESET")
    #expect(object["log.syslog.facility.code"] as? Int == 16)
    #expect(object["weir.sample_rate"] as? Double == 0.4)
    #expect(object["weir.connection.unique_id"] as? String == "u\"38")
    #expect(object["weir.truncated"] == nil)
  }

  @Test("A line of otel has the model's members, Resource and Attributes")
  func otel() throws {
    let (record, context) = Self.full
    let line = Self.line(try Self.program("otel"), record, context).1
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "Timestamp", "ObservedTimestamp", "SeverityText", "SeverityNumber", "Body", "Resource",
        "Attributes",
      ])
    #expect(object["SeverityNumber"] as? Int == 9)
    #expect(object["SeverityText"] as? String == "INFO")
    let resource = try #require(object["Resource"] as? [String: Any])
    #expect(resource["host.name"] as? String == "db.example")
    let attributes = try #require(object["Attributes"] as? [String: Any])
    #expect(attributes["event.name"] as? String == "weir.connection.end")
    #expect(attributes["error.type"] as? String == "server_aborted")
    #expect(attributes["weir.time.queue"] as? Int == 1400)
    #expect(attributes["weir.redispatched"] as? Bool == true)
  }

  @Test("Events are told in the layout of the format, with their values")
  func events() throws {
    let line = Self.line(try Self.program("otel"), Self.event, Self.full.1).1
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    #expect(object["SeverityNumber"] as? Int == 19)
    let attributes = try #require(object["Attributes"] as? [String: Any])
    #expect(attributes["weir.check.duration"] as? Int == 1200)
    #expect(attributes["weir.termination.reason"] as? String == "re\"fused")
    #expect(attributes["weir.reason"] == nil)
    let haproxy = try FormatProgram(compiling: "%{+json}o %(c)ci")
    let own = Self.line(haproxy, Self.event, Self.full.1).1
    let event = try #require(try JSONSerialization.jsonObject(with: Data(own)) as? [String: Any])
    #expect(event["message"] as? String == Self.event.text)
    #expect(event["check.status"] as? String == "L4CON")
    #expect(Self.text(own).hasPrefix(#"{"time": "#))
  }

  @Test(
    "A mistake in a file is told with its line, its place and a remedy",
    arguments: [
      ("", "f: there is no format in the file"),
      ("a\nb", "f:2:1: a format of text has one line"),
      (
        "%cx",
        "f:1:1: no such format alias 'cx'. If you wanted to emit the '%' character verbatim,"
          + " you need to use '%%'; did you mean 'ci' maybe ?"
      ),
      ("encoding", "f:1:1: 'encoding' without a name"),
      ("encoding jsn", "f:1:10: unknown encoding 'jsn'; did you mean 'json' maybe ?"),
      ("encoding json wide", "f:1:15: 'wide' is no way to write json"),
      ("encoding json", "f: the format names no value"),
      ("encoding json\na", "f:2:1: the key 'a' has no item"),
      (
        "encoding json\na clientaddress",
        "f:2:3: unknown item 'clientaddress'; did you mean 'client_address' maybe ?"
      ),
      ("encoding json\na time_queue sec", "f:2:14: 'time_queue' has no unit or type 'sec'"),
      ("encoding json\na bytes_in ms", "f:2:12: 'bytes_in' has no unit or type 'ms'"),
      ("encoding json\na server x y", "f:2:10: 'server' has no unit or type 'x'"),
      ("encoding json\na \"x\" y", "f:2:7: 'y' is too much"),
      ("encoding json\na \"x", "f:2:3: a quote is not closed"),
      ("encoding json\na server\na backend", "f:3:1: the key 'a' stands twice"),
      (
        "encoding json\n[A]\na server\n[A]",
        "f:4:1: the key 'A' stands twice, or there are more than 32 groups"
      ),
      ("encoding csv\n[A]", "f:2:1: csv has no groups"),
      ("encoding csv\n* values", "f:2:1: csv has no place for the values of events"),
      ("encoding logfmt\na=b server", "f:2:1: the key 'a=b' is none in logfmt"),
      ("encoding json\na %ci%cp", "f:2:3: '%ci%cp' is not one item"),
      (
        "encoding json\na %{+json}ci",
        "f:2:3: '%{+json}ci' is not an item, or has an encoding of its own"
      ),
      (
        "encoding json\na %[srk]",
        "f:2:5: failed to parse sample expression <srk> : unknown fetch method 'srk'; did you mean"
          + " 'src' maybe ?"
      ),
      (
        "encoding sd\na server",
        "f:1:10: 'f' is structured data, which stands before a line and is none itself"
      ),
      (
        "encoding json\nprefix x\na server",
        "f:2:1: 'prefix' is one text in quotes, before the first value"
      ),
    ])
  func mistakes(text: String, expected: String) {
    let format = NamedFormat(name: "f", file: "f", text: text)
    let error = #expect(throws: NamedFormatError.self) { try format.compile() }
    #expect(error?.description == expected)
    #expect(error?.remedy?.isEmpty == false)
  }

  @Test("A file can hold items of HAProxy's language, constants, groups and a line of its own")
  func own() throws {
    let text = """
      # mine
      encoding json
      prefix "x "
      line  %ci is here

      n   %cp            str
      a   %[src,ipmask(24)]
      no  %[so_name]
      t   "a \\"b\\" \\\\"
      i   -3
      b   true
      l   ["p","q"]
      [g]
      m   message
      w   accepted       ms
      no  %Ta
      []
      e   event
      """
    let program = try NamedFormat(name: "f", file: "f", text: text).compile()
    #expect(
      Self.text(Self.line(program, Samples.record, Samples.context).1)
        == #"x {"n":"45344","a":"127.0.0.0","t":"a \"b\" \\","i":-3,"b":true,"l":["p","q"],"#
        + #""g":{"m":"127.0.0.1 is here","w":1795430374463},"e":"connection.end"}"#)
    #expect(program.moment == .close)
  }

  @Test("The page about formats shows the columns of csv, and a format that compiles")
  func page() throws {
    let url = LogFormatFilesTests.top.appending(path: "docs/log-formats.md")
    let page = try String(contentsOf: url, encoding: .utf8)
    #expect(page.contains("    \(try Self.program("csv").header)\n"))
    let start = try #require(page.range(of: "    encoding json\n"))
    let end = try #require(page.range(of: "\n\n|", range: start.upperBound..<page.endIndex))
    _ = try NamedFormat(
      name: "mine", file: "mine", text: String(page[start.lowerBound..<end.lowerBound])
    ).compile()
    for name in NamedFormat.builtInNames { #expect(page.contains("| `\(name)` |")) }
  }

  @Test("Own items can be named in any format")
  func items() {
    #expect(
      Samples.line("%[weir.reason] %[weir.server_port,add(1)] %[weir.errno] %[weir.accepted]")
        == "normal 5433 - 2026-11-23T10:39:34.463000000Z")
    #expect(Samples.line("%[weir.resaon]").hasSuffix("unknown fetch method 'weir.resaon'"))
  }
}
