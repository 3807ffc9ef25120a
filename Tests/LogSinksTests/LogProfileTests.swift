import LogRecords
import Testing

@testable import LogSinks

@Suite("Profiles of logging")
struct LogProfileTests {
  private func format(_ text: String) throws -> FormatProgram { try FormatProgram(compiling: text) }

  private func record(
    _ origin: ConnectionRecord.Origin, _ event: ConnectionRecord.Event, port: UInt16 = 9
  ) -> ConnectionRecord {
    var record = ConnectionRecord()
    record.origin = origin
    record.event = event
    record.client = .ipv4(0x7F00_0001, port: port)
    return record
  }

  private static let all: [(ConnectionRecord.Origin, ConnectionRecord.Event)] = [
    (.accept, .start), (.connect, .interim), (.interim, .interim), (.close, .end),
    (.sessionError, .error),
  ]

  /// What two loggers of one frontend get of a record of each step: one with a profile, one without.
  private func lines(
    _ profile: LogProfileSettings, expected: (Int, Int),
    logger change: (inout LoggerSettings) -> Void = { _ in }
  ) throws -> (own: [String], plain: [String], ledgers: [SinkLedger]) {
    let (own, plain) = (DatagramReceiver(), DatagramReceiver())
    var names = LogNames()
    names.frontends = [.init(name: "f", identifier: 2)]
    names.listeners = [.init(name: nil, identifier: 1, frontend: 0)]
    var settings = LogPipeline.Settings(names: names)
    settings.processIdentifier = 7
    settings.profiles = [profile]
    var logs = ProxyLogSettings()
    logs.format = try format("shared %OG")
    logs.errorFormat = try format("failed %OG")
    for receiver in [own, plain] {
      var logger = LoggerSettings(
        target: .udp(.internet(.ipv4(0x7F00_0001, port: receiver.port))), facility: .local0)
      logger.format = .raw
      if receiver === own {
        logger.profile = profile.name
        change(&logger)
      }
      logs.loggers.append(logger)
    }
    settings.frontends = [logs]
    let pipeline = try LogPipeline(settings)
    for (origin, event) in Self.all { pipeline.writer(0).write(record(origin, event)) }
    pipeline.stop()
    pipeline.run()
    func texts(_ receiver: DatagramReceiver, _ count: Int) -> [String] {
      let lines = receiver.take(count)
      #expect(receiver.next(milliseconds: 0) == nil)
      return lines.map { String($0.dropLast()) }
    }
    return (texts(own, expected.0), texts(plain, expected.1), pipeline.ledger())
  }

  private static let shared = [
    "shared txn_accept", "shared txn_connect", "shared txn_interim", "shared txn_close",
    "failed sess_error",
  ]

  @Test("a step of its own goes before `any`, and others of the proxy are not touched")
  func specific() throws {
    var profile = LogProfileSettings(name: "p")
    var any = LogProfileSettings.Rule()
    any.format = try format("any %OG")
    var close = LogProfileSettings.Rule()
    close.format = try format("closed %ci")
    var error = LogProfileSettings.Rule()
    error.format = try format("error %cp")
    profile.rules = [.any: any, .close: close, .error: error]
    let lines = try lines(profile, expected: (5, 5))
    #expect(
      lines.own == [
        "any txn_accept", "any txn_connect", "any txn_interim", "closed 127.0.0.1", "error 9",
      ])
    #expect(lines.plain == Self.shared)
  }

  @Test("a step that is dropped is not accepted, and not counted for the sample")
  func drop() throws {
    var profile = LogProfileSettings(name: "p")
    var drops = LogProfileSettings.Rule()
    drops.drops = true
    profile.rules = [.accept: drops, .interim: drops]
    let lines = try lines(profile, expected: (2, 5)) {
      $0.sample = LoggerSettings.Sample(ranges: [1...1, 3...3], size: 3)
    }
    #expect(lines.own == ["shared txn_connect", "failed sess_error"])
    #expect(lines.plain == Self.shared)
    #expect(lines.ledgers.map(\.accepted) == [2, 5])
    #expect(lines.ledgers.map(\.dropped) == [0, 0])
  }

  @Test("its tag and structured data stand in the proxy's place")
  func tagAndStructuredData() throws {
    var profile = LogProfileSettings(name: "p")
    profile.tag = "audit"
    var rule = LogProfileSettings.Rule()
    rule.structuredData = try FormatProgram(
      compiling: "[p@1 step=\"%OG\"]", kind: .structuredData)
    profile.rules = [.close: rule]
    let lines = try lines(profile, expected: (5, 5)) { $0.format = .rfc5424 }
    #expect(lines.own.allSatisfy { $0.contains(" audit 7 ") } == true)
    #expect(
      lines.own.map { $0.contains("[p@1 step=\"txn_close\"] shared txn_close") }
        == [false, false, false, true, false])
  }

  @Test("an open connection's line of HAProxy's shape begins with a word of its own; others stay")
  func interimWord() throws {
    func line(_ program: FormatProgram) -> String {
      var context = RenderContext(names: LogNames(), processIdentifier: 1, hostname: "h")
      var bytes: [UInt8] = []
      program.interim.render(record(.interim, .interim), context: &context, into: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(line(.tcplog).hasPrefix("interim 127.0.0.1:9 ["))
    #expect(line(try format("%ci:%cp [%t] mine %B")).hasPrefix("interim 127.0.0.1:9 ["))
    for text in ["{\"a\":%cp}", "%ci %cp", "<%OG>", "x %ci:%cp [%t]", "%ci:%cp [x"] {
      #expect(try !line(format(text)).contains("interim "))
    }
  }
}
