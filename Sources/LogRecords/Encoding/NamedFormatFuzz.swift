internal import Kernel

/// The entry for fuzzing files of named formats and the encodings.
package enum NamedFormatFuzz {
  /// A structured line without the prefix of its format.
  package struct Line {
    /// How it is encoded.
    package var encoding: FormatEncoding
    /// Its bytes.
    package var bytes: [UInt8]
    /// How many columns CSV has.
    package var columns: Int
  }

  /// Reads any bytes as the file of a format, and tells a record and an event in it, at several
  /// lengths: must never trap. What follows a NUL are the texts of the event and the unique id.
  package static func run(_ input: [UInt8]) -> [Line] {
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let said = String(decoding: parts.count > 1 ? Array(parts[1]) : [], as: UTF8.self)
    let format = NamedFormat(
      name: "fuzz", file: "fuzz", text: String(decoding: parts.first ?? [], as: UTF8.self))
    let programs = [FormatProgram.Kind.line, .structuredData].compactMap { try? format.compile($0) }
    guard let program = programs.first else { return [] }
    var names = LogNames()
    names.frontends = [.init(name: "f", identifier: 2)]
    names.listeners = [.init(name: said, identifier: 1, frontend: 0)]
    names.backends = [.init(name: said, identifier: 3)]
    names.servers = [.init(name: "s", identifier: 1, backend: 0)]
    var context = RenderContext(names: names, processIdentifier: 1, hostname: said)
    context.bootIdentifier = "run"
    context.logger = LoggerFacts(facility: .local7, sampleTaken: 1, sampleSize: 3)
    context.uniqueIdentifier = try? FormatProgram(
      compiling: "%[hostname]%rt", kind: .uniqueIdentifier)
    var record = ConnectionRecord()
    record.client = .ipv4(0x7F00_0001, port: 45344)
    record.frontendAddress = .ipv6(high: 0x2001_0DB8_0000_0000, low: 1, port: 5000)
    record.backend = 0
    record.server = 0
    record.queueMicroseconds = .max
    record.connectMicroseconds = .max
    record.dataMicroseconds = .min
    record.acceptedNanoseconds = 1_795_430_374_463_000_000
    record.emittedNanoseconds = .max
    record.bytesFromServer = .max
    record.bytesFromClient = 3
    record.totalMicroseconds = .max
    let event = LogEvent(
      .serverDown, text: said, backend: 0,
      values: [.text(.checkInformation, said), .integer(.checkDuration, -1)], nanoseconds: 1)
    var lines: [Line] = []
    func keep(_ outcome: RenderOutcome, _ bytes: [UInt8], _ prefix: Int) {
      guard outcome != .nothing, program.isStructured else { return }
      let columns = program.header.utf8.filter { $0 == UInt8(ascii: ",") }.count + 1
      lines.append(
        Line(
          encoding: program.encoding, bytes: Array(bytes.dropFirst(prefix)),
          columns: program.tellsEvents || prefix == ownPrefix ? columns : 0))
    }
    let ownPrefix = Int(program.prefix.end - program.prefix.start)
    for limit in [Int.max, 600, 150, 40, 0] {
      for number in 0..<2 {
        record.backend = number == 0 ? 0 : 9
        record.event = number == 0 ? .end : .error
        var bytes: [UInt8] = []
        let outcome = program.render(record, context: &context, limit: limit, into: &bytes)
        precondition(outcome == .nothing || bytes.count <= limit || !program.isStructured)
        keep(outcome, bytes, ownPrefix)
      }
      var bytes: [UInt8] = []
      let outcome = program.render(event, context: &context, limit: limit, into: &bytes)
      if program.tellsEvents { keep(outcome, bytes, ownPrefix) }
    }
    return lines
  }
}
