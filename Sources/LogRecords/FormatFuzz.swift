internal import Kernel

/// The entry for fuzzing the format compiler.
package enum FormatFuzz {
  /// Compiles any bytes as a format, and renders a fixed record by it: must never trap. Gives the
  /// line, nil where the format does not compile.
  @discardableResult
  package static func run(_ bytes: [UInt8]) -> [UInt8]? {
    let text = String(decoding: bytes, as: UTF8.self)
    let kinds: [FormatProgram.Kind] = [.line, .structuredData, .uniqueIdentifier]
    let kind = kinds[(bytes.first.map(Int.init) ?? 0) % kinds.count]
    guard let program = try? FormatProgram(compiling: text, kind: kind) else { return nil }
    var names = LogNames()
    names.frontends = [.init(name: "f", identifier: 2)]
    names.listeners = [.init(name: nil, identifier: 1, frontend: 0)]
    names.backends = [.init(name: "b", identifier: 3)]
    names.servers = [.init(name: "s", identifier: 1, backend: 0)]
    var context = RenderContext(names: names, processIdentifier: 1, hostname: "host")
    var record = ConnectionRecord()
    record.client = .ipv4(0x7F00_0001, port: 45344)
    record.frontendAddress = .ipv6(high: 0x2001_0db8_0000_0000, low: 1, port: 5000)
    record.backend = 0
    record.server = 0
    record.queueMicroseconds = .max
    record.connectMicroseconds = .max
    record.dataMicroseconds = 1
    record.acceptedNanoseconds = 1_795_430_374_463_000_000
    record.emittedNanoseconds = .max
    record.bytesFromServer = .max
    var buffer: [UInt8] = []
    program.render(record, context: &context, into: &buffer)
    record.backend = 7
    record.server = .max
    record.totalMicroseconds = .min
    record.acceptedNanoseconds = .max
    program.render(record, context: &context, into: &buffer)
    return buffer
  }
}
