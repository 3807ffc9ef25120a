/// Puts the members of a structured line together: their keys as the encoding writes them.
struct MemberBuilder {
  private var program: FormatProgram
  private let encoding: FormatEncoding
  private var element = "weir@32473"

  /// Begins with a program whose encoding is set.
  init(_ program: FormatProgram) {
    self.program = program
    encoding = program.encoding
  }

  /// Sets the text that each line begins with.
  mutating func setPrefix(_ text: String) { program.prefix = place(Array(text.utf8)) }

  /// Sets the name of the element of structured data.
  mutating func setElement(_ name: String) { element = name }

  /// Opens a group under a key; gives its number.
  mutating func addGroup(_ name: String) -> UInt8 {
    var bytes = key(name)
    bytes.append(encoding.isCBOR ? CBOR.openMap : UInt8(ascii: "{"))
    program.groups.append(place(bytes))
    return UInt8(clamping: program.groups.count)
  }

  /// Adds a member under a key.
  mutating func add(_ name: String, _ member: FormatMember) {
    var member = member
    let isPrefix = member.value == .eventValues
    let key = place(isPrefix ? Array(name.utf8) : key(name))
    (member.keyStart, member.keyEnd) = (key.start, key.end)
    note(member.value)
    program.members.append(member)
    if encoding == .csv { program.header += (program.header.isEmpty ? "" : ",") + name }
  }

  /// Adds a member that is always the same value, as the encoding writes it.
  mutating func add(_ name: String, constant bytes: [UInt8], group: UInt8, isRequired: Bool) {
    let place = place(bytes)
    let value = MemberValue.constant(start: place.start, end: place.end)
    add(name, FormatMember(value: value, group: group, isRequired: isRequired))
  }

  /// Sets the line for people.
  mutating func setMessage(_ message: FormatProgram) {
    program.messages = [message]
    need(message)
  }

  /// Takes over what an item or line needs.
  mutating func need(_ other: FormatProgram) {
    program.moment = max(program.moment, other.moment)
    program.needs.formUnion(other.needs)
  }

  /// Takes over an expression; gives its place.
  mutating func add(_ expression: SampleExpression, of other: FormatProgram) -> Int32 {
    need(other)
    program.expressions.append(expression)
    return Int32(program.expressions.count - 1)
  }

  /// The program with all that stands around its members.
  mutating func finish() -> FormatProgram {
    let isTold = program.members.contains { member in
      if case .field(.truncated, _) = member.value { true } else { false }
    }
    if !isTold { add("truncated", FormatMember(value: .field(.truncated, .plain))) }
    for index in program.members.indices {
      if case .field(.truncated, _) = program.members[index].value {
        program.members[index].isRequired = true
      }
    }
    program.separatorCount = encoding == .structuredData ? 0 : encoding.separator.utf8.count
    let start = program.prefix
    var opening = Array(program.literals[Int(start.start)..<Int(start.end)])
    switch encoding {
    case .json: opening.append(UInt8(ascii: "{"))
    case .cbor: opening = [CBOR.openMap]
    case .structuredData: opening.append("[\(element)")
    case .text, .logfmt, .csv: break
    }
    program.opening = place(opening)
    return program
  }

  /// Sees what a member needs and tells.
  private mutating func note(_ value: MemberValue) {
    switch value {
    case .field(let field, _):
      program.moment = max(program.moment, field.moment)
      program.needs.formUnion(field.needs)
      if field.isOfLogger { program.dependsOnLogger = true }
      if field == .reason { program.toldValues.append(.reason) }
      if field == .errno { program.toldValues.append(.errno) }
      if field == .message || field == .event { program.tellsEvents = true }
      // Its line is that of `human`, which tells of the end.
      if field == .message { program.moment = .close }
    case .alias, .expression, .constant, .null, .eventValues: break
    }
  }

  private mutating func place(_ bytes: [UInt8]) -> FormatProgram.Place {
    let start = Int32(program.literals.count)
    program.literals += bytes
    return .init(start: start, end: Int32(program.literals.count))
  }

  /// A key with its separator before it and what stands between it and its value.
  private func key(_ name: String) -> [UInt8] {
    var bytes: [UInt8] = []
    switch encoding {
    case .json(let isSpaced):
      bytes.append(encoding.separator)
      bytes.append(json: name.utf8Span.span)
      bytes.append(isSpaced ? ": " : ":")
    case .cbor:
      CBOR.appendHead(.text, UInt64(name.utf8.count), &bytes)
      bytes.append(name)
    case .logfmt, .structuredData:
      bytes.append(encoding.separator)
      bytes.append(name)
      bytes.append(UInt8(ascii: "="))
    case .csv: bytes.append(encoding.separator)
    case .text: break
    }
    return bytes
  }
}
