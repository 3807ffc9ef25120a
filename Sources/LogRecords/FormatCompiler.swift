/// Turns the text of a log format into a program: one pass over its bytes.
struct FormatCompiler {
  private let bytes: [UInt8]
  private var position = 0
  private var program: FormatProgram
  /// Flags of all items that follow (`%{+Q}o`). `-` for nothing is the way of every log format.
  private var sharedFlags: FormatFlags = .mandatory
  /// The flags that every `%o` has set.
  private var commonFlags: FormatFlags?
  /// Items that have names, for an encoding of the whole line.
  private var named: [(name: String, value: MemberValue)] = []
  /// Whether the last byte of the line is a space: runs of spaces merge, and none begins a line.
  private var endsInSpace = true

  init(text: String, kind: FormatProgram.Kind) {
    bytes = Array(text.utf8)
    program = FormatProgram(source: text, kind: kind)
  }

  /// Compiles the whole text.
  mutating func compile(environment: (String) -> String?) throws(FormatError) -> FormatProgram {
    guard bytes.count <= FormatCompiler.longestFormat else {
      throw FormatError(
        offset: FormatCompiler.longestFormat,
        message: "a format may have at most \(FormatCompiler.longestFormat) bytes")
    }
    while position < bytes.count {
      let byte = bytes[position]
      if byte != UInt8(ascii: "%") {
        append(byte)
        position += 1
      } else if position + 1 < bytes.count, bytes[position + 1] == byte {
        append(byte)
        position += 2
      } else {
        try compileItem(environment: environment)
      }
    }
    if let flags = commonFlags?.intersection(.encodings), !flags.isEmpty {
      let isBinary = commonFlags?.contains(.binary) ?? false
      encodeLine(flags.contains(.json) ? .json(isSpaced: true) : .cbor(isBinary: isBinary))
      return program
    }
    if program.kind == .structuredData { trimEnd() }
    for (index, item) in program.items.enumerated() {
      if case .literal(let start, let end) = item, end - start == 1 {
        program.items[index] = .byte(program.literals[Int(start)])
      }
    }
    return program
  }

  /// The longest text of a format, in bytes.
  static let longestFormat = 65_536

  private mutating func append(_ byte: UInt8) {
    let isSpace = byte == UInt8(ascii: " ")
    if isSpace && endsInSpace { return }
    endsInSpace = isSpace
    let end = Int32(program.literals.count)
    program.literals.append(byte)
    if case .literal(let start, end)? = program.items.last {
      program.items[program.items.count - 1] = .literal(start: start, end: end + 1)
    } else {
      program.items.append(.literal(start: end, end: end + 1))
    }
  }

  private mutating func trimEnd() {
    guard case .literal(let start, let end)? = program.items.last else { return }
    var last = end
    while last > start, program.literals[Int(last) - 1] == UInt8(ascii: " ") { last -= 1 }
    program.items.removeLast()
    if last > start { program.items.append(.literal(start: start, end: last)) }
  }

  /// An item: `%[(name[:type])][{flags}]alias` or `%[(name[:type])][{flags}][expression]`.
  private mutating func compileItem(environment: (String) -> String?) throws(FormatError) {
    let start = position
    position += 1
    let label = try readLabel(from: start)
    var flags = sharedFlags
    let hasFlags = position < bytes.count && bytes[position] == UInt8(ascii: "{")
    if hasFlags { try readFlags(into: &flags) }
    guard position < bytes.count else {
      throw FormatError(offset: start, message: "truncated line after '\(text(start, position))'")
    }
    let count = program.items.count
    if bytes[position] == UInt8(ascii: "[") {
      try compileExpression(flags, environment: environment)
    } else {
      try compileAlias(flags, from: start, hasFlags: hasFlags)
    }
    // What has no name cannot be told under an encoding of the whole line.
    if let label, !label.name.isEmpty, let last = lastValue {
      named.append((label.name, last.with(label.type)))
    }
    if let type = label?.type, case .encoded(let index)? = program.items.last {
      program.members[Int(index)].value = program.members[Int(index)].value.with(type)
    }
    lastValue = nil
    // What prints nothing bears no label either.
    if let label, program.items.count > count {
      program.labels.append(
        .init(item: program.items.count - 1, name: label.name, type: label.type))
    }
  }

  /// The value of the item that was compiled last.
  private var lastValue: MemberValue?

  /// Makes the whole line one object of the items that have names.
  private mutating func encodeLine(_ encoding: FormatEncoding) {
    program.items = []
    program.labels = []
    program.members = []
    program.encoding = encoding
    var builder = MemberBuilder(program)
    for (name, value) in named {
      builder.add(name, FormatMember(value: value, isOptional: false))
    }
    program = builder.finish()
  }

  private mutating func readLabel(
    from start: Int
  ) throws(FormatError) -> (name: String, type: FormatProgram.Label.OutputType?)? {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "(") else { return nil }
    let first = position + 1
    guard let close = bytes[first...].firstIndex(of: UInt8(ascii: ")")) else {
      throw FormatError(
        offset: start, message: "truncated line after '\(text(first, bytes.count))'")
    }
    position = close + 1
    let parts = text(first, close).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    if let odd = name.utf8.firstIndex(where: { !isNameByte($0) }) {
      let offset = first + name.utf8.distance(from: name.utf8.startIndex, to: odd)
      throw FormatError(
        offset: offset,
        message: "invalid character in custom name near '\(text(offset, offset + 1))' at position "
          + "\(offset) line : '\(program.source)'")
    }
    guard parts.count == 2 else { return (name, nil) }
    guard let type = FormatProgram.Label.OutputType(rawValue: String(parts[1])) else {
      throw FormatError(
        offset: first, message: "unexpected output type '\(parts[1])': it is str, sint or bool",
        suggestion: nearest(String(parts[1]), among: ["str", "sint", "bool"]))
    }
    return (name, type)
  }

  private mutating func readFlags(into flags: inout FormatFlags) throws(FormatError) {
    let first = position + 1
    guard let close = bytes[first...].firstIndex(of: UInt8(ascii: "}")) else {
      throw FormatError(
        offset: position, message: "truncated line after '\(text(first, bytes.count))'")
    }
    var cursor = first
    while cursor < close {
      let end = bytes[cursor..<close].firstIndex(of: UInt8(ascii: ",")) ?? close
      try readFlag(cursor, end, into: &flags)
      cursor = end + 1
    }
    position = close + 1
  }

  private mutating func readFlag(
    _ start: Int, _ end: Int, into flags: inout FormatFlags
  ) throws(FormatError) {
    var word = text(start, end)
    word.removeAll { $0 == " " }
    guard let sign = word.first else { return }
    let name = String(sign == "+" || sign == "-" ? word.dropFirst() : word[...])
    guard let flag = FormatFlags(name: name) else {
      if !name.isEmpty {
        let known = ["Q", "X", "E", "bin", "json", "cbor"]
        warn(start, "unknown flag '\(name)' has no effect", nearest(name, among: known))
      }
      return
    }
    switch sign {
    // Of two encodings the first stays.
    case "+" where FormatFlags.encodings.contains(flag) && !flags.isDisjoint(with: .encodings):
      break
    case "+": flags.insert(flag)
    case "-" where flag != .mandatory: flags.remove(flag)
    case "-": break
    default: warn(start, "flag '\(name)' has no effect without + or - before it", "+\(name)")
    }
  }

  private mutating func compileAlias(
    _ flags: FormatFlags, from start: Int, hasFlags: Bool
  ) throws(FormatError) {
    let first = position
    while position < bytes.count, isLetter(bytes[position]) { position += 1 }
    let name = text(first, position)
    guard !name.isEmpty else {
      if hasFlags {
        throw FormatError(
          offset: start,
          message: "parse argument modifier without alias name near '\(text(start, position))'")
      }
      throw FormatError(
        offset: start,
        message: "unexpected alias name near '\(text(first, first + 1))' at position \(start + 1) "
          + "line : '\(program.source)'. Maybe you want to write a single '%', use the syntax "
          + "'%%'")
    }
    if name == "o" {
      sharedFlags = flags
      commonFlags = commonFlags?.intersection(flags) ?? flags
      return
    }
    guard let alias = FormatAlias(name: name) else {
      throw FormatError(
        offset: start,
        message: "no such format alias '\(name)'. If you wanted to emit the '%' character "
          + "verbatim, you need to use '%%'",
        suggestion: nearest(name, among: FormatAlias.table.map(\.name)))
    }
    try add(alias, flags, at: start)
  }

  private mutating func add(
    _ alias: FormatAlias, _ flags: FormatFlags, at start: Int
  ) throws(FormatError) {
    let description = alias.description
    if description.isHTTPOnly {
      warn(start, "format alias '\(description.name)' is reserved for HTTP mode", nil)
    }
    program.moment = max(program.moment, description.moment)
    switch alias {
    case .uniqueIdentifier:
      try needUniqueIdentifier(at: start)
    case .frontendAddress, .frontendPort: program.needs.insert(.frontendAddress)
    case .sourceAddress, .sourcePort: program.needs.insert(.sourceAddress)
    default: break
    }
    if description.kind == .capture {
      lastValue = .null
      return
    }
    append(.alias(alias, flags, nil), or: .alias(alias, flags), flags)
  }

  /// Appends an item, with an encoding where it has one of its own.
  private mutating func append(
    _ value: MemberValue, or item: FormatProgram.Item, _ flags: FormatFlags
  ) {
    lastValue = value
    if flags.isDisjoint(with: .encodings) {
      program.items.append(item)
    } else {
      program.items.append(.encoded(Int32(program.members.count)))
      program.members.append(FormatMember(value: value, isOptional: false))
    }
    endsInSpace = false
  }

  private mutating func needUniqueIdentifier(at start: Int) throws(FormatError) {
    if program.kind == .uniqueIdentifier {
      throw FormatError(offset: start, message: "unique-id-format may not contain the unique id")
    }
    program.needs.insert(.uniqueIdentifier)
  }

  private mutating func compileExpression(
    _ flags: FormatFlags, environment: (String) -> String?
  ) throws(FormatError) {
    let start = position
    var parser = ExpressionParser(bytes: bytes, position: position + 1)
    let expression = try parser.parse(environment: environment)
    position = parser.position
    if expression.fetch == .record(.uniqueIdentifier) { try needUniqueIdentifier(at: start) }
    program.moment = max(program.moment, expression.moment)
    program.needs.formUnion(expression.needs)
    let index = Int32(program.expressions.count)
    program.expressions.append(expression)
    append(.expression(index, flags, nil), or: .expression(index, flags), flags)
  }

  private mutating func warn(_ offset: Int, _ message: String, _ suggestion: String?) {
    program.warnings.append(.init(offset: offset, message: message, suggestion: suggestion))
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  private func text(_ start: Int, _ end: Int) -> String {
    String(decoding: bytes[min(start, bytes.count)..<min(end, bytes.count)], as: UTF8.self)
  }
}
