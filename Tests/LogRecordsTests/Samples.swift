import Kernel
import LogRecords

/// What the tests of this module render.
enum Samples {
  /// Monday, 23 November 2026, 10:39:34.463 UTC.
  static let accepted: UInt64 = 1_795_430_374_463_000_000

  static var names: LogNames {
    var names = LogNames()
    names.frontends = [.init(name: "f", identifier: 2), .init(name: "psql", identifier: 4)]
    names.listeners = [
      .init(name: nil, identifier: 1, frontend: 0),
      .init(name: "inside", identifier: 77, frontend: 0),
    ]
    names.backends = [.init(name: "b", identifier: 3)]
    names.servers = [.init(name: "s", identifier: 1, backend: 0)]
    return names
  }

  static var context: RenderContext {
    RenderContext(
      names: names, processIdentifier: 7488, hostname: "db.example",
      startedNanoseconds: accepted - 60_000_000_000)
  }

  static var record: ConnectionRecord {
    var record = ConnectionRecord()
    record.connection = 38
    record.acceptedNanoseconds = accepted
    record.emittedNanoseconds = accepted + 2_500_000_000
    record.client = .ipv4(0x7F00_0001, port: 45344)
    record.peer = record.client
    record.frontendAddress = .ipv4(0x7F00_0001, port: 5000)
    record.sourceAddress = .ipv4(0x7F00_0001, port: 60206)
    record.serverAddress = .ipv4(0xC0A8_0101, port: 5432)
    record.backend = 0
    record.server = 0
    record.queueMicroseconds = 1_400
    record.connectMicroseconds = 700
    record.dataMicroseconds = 2_497_900
    record.totalMicroseconds = 2_500_000
    record.bytesFromClient = 120
    record.bytesFromServer = 4096
    record.processConnections = 5
    record.frontendConnections = 4
    record.backendConnections = 3
    record.serverConnections = 2
    record.serverQueue = 6
    record.backendQueue = 7
    record.retries = 1
    record.logCounter = 9
    record.requestCounter = 38
    return record
  }

  /// The line of a format for a record; the error where it does not compile.
  static func line(
    _ format: String, _ record: ConnectionRecord = record, context: RenderContext = context,
    kind: FormatProgram.Kind = .line
  ) -> String {
    do {
      let environment = ["HOME": "/root"]
      let program = try FormatProgram(
        compiling: format, kind: kind, environment: { environment[$0] })
      return line(program, record, context: context)
    } catch {
      return "error at \(error.offset): \(error.message)"
        + (error.suggestion.map { " [\($0)]" } ?? "")
    }
  }

  static func line(
    _ program: FormatProgram, _ record: ConnectionRecord = record,
    context: RenderContext = context
  ) -> String {
    var context = context
    var buffer: [UInt8] = []
    program.render(record, context: &context, into: &buffer)
    return String(decoding: buffer, as: UTF8.self)
  }
}
