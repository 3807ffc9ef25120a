import Kernel
import LogRecords
import Memory

/// Makes the same line again and again: `weir-formats FORMAT ROUNDS`. Prints the line, then the
/// nanoseconds that one took. Benchmarks/formats.py runs it beside Benchmarks/snprintf.c.
@main enum Main {
  static func main() {
    let name = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "tcplog"
    let rounds = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 1 : 1
    guard
      let program = try? NamedFormat.builtIn(name)?.compile(name == "sd" ? .structuredData : .line)
    else { return print("no format '\(name)'") }
    var context = Self.context
    var line = ByteWriter()
    var record = Self.record
    _ = program.render(record, context: &context, limit: 65_535, into: &line)
    var bytes: [UInt8] = []
    bytes.append(line.span)
    print(String(decoding: bytes, as: UTF8.self))
    var total = 0
    let start = Clock.monotonicMicroseconds()
    for round in 0..<rounds {
      // Numbers that change, so that nothing can be made once for all.
      record.client.port = UInt16(40_000 + round % 10_000)
      record.bytesFromServer = UInt64(4096 + round)
      line.removeAll()
      _ = program.render(record, context: &context, limit: 65_535, into: &line)
      total &+= line.count
    }
    let end = Clock.monotonicMicroseconds()
    print("\(Double(end - start) * 1000 / Double(max(1, rounds))) \(total)")
  }

  private static var context: RenderContext {
    var names = LogNames()
    names.frontends = [.init(name: "psql", identifier: 2)]
    names.listeners = [.init(name: "inside", identifier: 1, frontend: 0)]
    names.backends = [.init(name: "psql_nodes", identifier: 3)]
    names.servers = [.init(name: "node1", identifier: 1, backend: 0)]
    var context = RenderContext(names: names, processIdentifier: 7488, hostname: "db.example")
    context.bootIdentifier = "0123456789abcdef0123456789abcdef"
    return context
  }

  private static var record: ConnectionRecord {
    var record = ConnectionRecord()
    record.sequence = 123_456
    record.connection = 38_123
    record.acceptedNanoseconds = 1_795_430_374_463_123_456
    record.emittedNanoseconds = record.acceptedNanoseconds + 2_500_000_000
    record.client = .ipv4(0xC0A8_0117, port: 40_000)
    record.peer = record.client
    record.frontendAddress = .ipv4(0xC0A8_0101, port: 5000)
    record.sourceAddress = .ipv4(0x0A00_0001, port: 60206)
    record.serverAddress = .ipv4(0x0A00_0002, port: 5432)
    record.backend = 0
    record.server = 0
    record.queueMicroseconds = 1_400
    record.connectMicroseconds = 700
    record.dataMicroseconds = 2_497_900
    record.totalMicroseconds = 2_500_000
    record.bytesFromClient = 120
    record.bytesFromServer = 4096
    record.processConnections = 105
    record.frontendConnections = 104
    record.backendConnections = 53
    record.serverConnections = 22
    return record
  }
}
