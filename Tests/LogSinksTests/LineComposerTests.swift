import Foundation
import Kernel
import LogRecords
import Memory
import Testing

@testable import LogSinks

/// Lines for loggers of every kind.
@Suite("Lines of loggers")
struct LineComposerTests {
  private static var names: LogNames {
    var names = LogNames()
    names.frontends = [.init(name: "f", identifier: 2)]
    names.listeners = [.init(name: nil, identifier: 1, frontend: 0)]
    names.backends = [.init(name: "b", identifier: 3)]
    names.servers = [.init(name: "s", identifier: 1, backend: 0)]
    return names
  }

  private static var record: ConnectionRecord {
    var record = ConnectionRecord()
    record.client = .ipv4(0x7F00_0001, port: 4000)
    record.backend = 0
    record.server = 0
    record.acceptedNanoseconds = 1_795_430_374_463_000_000
    record.emittedNanoseconds = 1_795_430_374_463_000_000
    record.sequence = 7
    return record
  }

  private static func make(
    _ settings: ProxyLogSettings, tag: String = "weir", host: String? = nil,
    _ change: (inout LoggerSettings) -> Void, event: LogEvent? = nil
  ) -> (String, LineComposer.Outcome) {
    var loggerSettings = LoggerSettings(target: .descriptor(1), facility: .local0)
    loggerSettings.format = .raw
    change(&loggerSettings)
    let formats = LineFormats(settings)
    var logger = Logger(
      loggerSettings, destination: .sink(0), ring: nil, tag: tag, hostName: host)
    if formats.isStructured { logger.eventFormat = formats.line }
    var context = RenderContext(names: names, processIdentifier: 7, hostname: "here")
    context.bootIdentifier = "run"
    var composer = LineComposer(context)
    let outcome: LineComposer.Outcome
    if let event {
      outcome = composer.compose(event, for: &logger)
    } else {
      composer.begin(with: formats)
      let record = record
      let isMade = composer.makeText(record, with: formats, nil)
      #expect(isMade)
      outcome = composer.compose(record, with: formats, nil, for: &logger)
    }
    var bytes: [UInt8] = []
    let span = composer.line.span
    for index in span.indices { bytes.append(span[index]) }
    return (String(decoding: bytes, as: UTF8.self), outcome)
  }

  private static func settings(_ name: String?) throws -> ProxyLogSettings {
    var settings = ProxyLogSettings()
    settings.format = try name.map { try NamedFormat.compile($0, folders: []) } ?? .tcplog
    return settings
  }

  @Test("A line of JSON under len loses fields and stays whole; text is cut; too little is nothing")
  func length() throws {
    let ecs = try Self.settings("ecs")
    let (whole, first) = Self.make(ecs, { $0.length = 4096 })
    #expect(first == .whole)
    _ = try JSONSerialization.jsonObject(with: Data(whole.utf8))
    let (shorter, second) = Self.make(ecs, { $0.length = 300 })
    #expect(second == .shortened)
    #expect(shorter.utf8.count <= 300 && shorter.hasSuffix("}\n"))
    let object = try JSONSerialization.jsonObject(with: Data(shorter.utf8)) as? [String: Any]
    #expect(object?["weir.truncated"] as? Bool == true)
    #expect(
      Self.make(
        ecs,
        {
          $0.length = 80; $0.format = .rfc5424
        }
      ).1 == .impossible)
    let (text, third) = Self.make(
      try Self.settings(nil),
      {
        $0.length = 80; $0.format = .local
      })
    #expect(third == .shortened)
    #expect(text.utf8.count == 80)
  }

  @Test("A logger's own facility, lowest level and sample stand in its lines")
  func logger() throws {
    let otel = try Self.settings("otel")
    let (line, _) = Self.make(otel) {
      $0.length = 4096
      $0.facility = .daemon
      $0.sample = .init(ranges: [1...1, 3...3], size: 5)
      $0.minimumLevel = .debug
    }
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    let attributes = object?["Attributes"] as? [String: Any]
    #expect(object?["SeverityNumber"] as? Int == 5)
    #expect(attributes?["syslog.facility"] as? Int == 3)
    #expect(attributes?["syslog.severity"] as? Int == 7)
    #expect(attributes?["weir.sample_rate"] as? Double == 0.4)
  }

  @Test("All fields stand in one element of RFC 5424, with the name of the event before it")
  func allFields() throws {
    let (line, outcome) = Self.make(try Self.settings(nil), host: "h") {
      $0.format = .rfc5424
      $0.hasAllFields = true
      $0.length = 4096
    }
    #expect(outcome == .whole)
    #expect(
      line.hasPrefix("<134>1 2026-11-23T10:39:34.463000+00:00 h weir 7 connection.end [weir@32473 ")
    )
    #expect(line.contains(" client_port=\"4000\" "))
    #expect(line.contains("\"] 127.0.0.1:4000 ["))
    let (short, second) = Self.make(try Self.settings(nil)) {
      $0.format = .rfc5424
      $0.hasAllFields = true
      $0.length = 300
    }
    #expect(second == .shortened)
    #expect(short.contains(" truncated=\"true\"] 127.0.0.1:4000 ["))
    #expect(short.hasSuffix(" 0/0\n"))
    let (plain, _) = Self.make(try Self.settings(nil)) { $0.format = .rfc5424 }
    #expect(
      plain.hasPrefix("<134>1 2026-11-23T10:39:34.463000+00:00 - weir 7 - - 127.0.0.1:4000 ["))
  }

  @Test("Fields of RFC 5424's header keep to their limits and to printable ASCII")
  func header() throws {
    let tag = String(repeating: "t", count: 60)
    let host = "hé st" + String(repeating: "h", count: 300)
    let (line, _) = Self.make(try Self.settings(nil), tag: tag, host: host) {
      $0.format = .rfc5424
      $0.length = 4096
    }
    let words = line.split(separator: " ")
    #expect(words[2].utf8.count == 255)
    #expect(words[2].hasPrefix("h___sth"))
    #expect(words[3] == tag.prefix(48))
  }

  @Test("Events of a structured format are valid in it, under every length")
  func events() throws {
    let event = LogEvent(
      .serverDown, text: "Server b/s is DOWN \"\u{1}", backend: 0, server: 0,
      values: [.text(.checkInformation, "é\"\\")], nanoseconds: 1_795_430_374_463_000_000)
    for name in ["ecs", "otel", "cee"] {
      let settings = try Self.settings(name)
      for length in [150, 200, 300, 4096] {
        let (line, outcome) = Self.make(settings, { $0.length = length }, event: event)
        guard outcome != .impossible else { continue }
        let start = try #require(line.firstIndex(of: "{"))
        _ = try JSONSerialization.jsonObject(with: Data(line[start...].utf8))
        #expect(line.utf8.count <= length)
      }
    }
    let (text, _) = Self.make(try Self.settings(nil), { $0.length = 4096 }, event: event)
    #expect(text == "Server b/s is DOWN \"#01\n")
  }

  @Test("A failure before a connection began is told in a structured format too")
  func failure() throws {
    var settings = try Self.settings("logfmt")
    #expect(LineFormats(settings).box(of: .sessionError).isStructured)
    settings.errorFormat = .tcplog
    #expect(!LineFormats(settings).box(of: .sessionError).isStructured)
    #expect(!LineFormats(try Self.settings(nil)).box(of: .sessionError).isStructured)
  }
}
