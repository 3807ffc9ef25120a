/// Reads the file of a named format, a line at a time.
struct NamedFormatReader {
  /// A word of a line and where it begins, in bytes.
  struct Word {
    var bytes: [UInt8]
    var offset: Int
    var isQuoted = false
    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  private let format: NamedFormat
  private let kind: FormatProgram.Kind
  private var number = 0
  private var line: [UInt8] = []
  private var builder: MemberBuilder?
  private var encoding = FormatEncoding.text
  private var program: FormatProgram
  private var group: UInt8 = 0
  private var groupNames: [String] = []
  private var keys: Set<String> = []
  private var members = 0
  private var hasValues = false

  init(_ format: NamedFormat, kind: FormatProgram.Kind) {
    self.format = format
    self.kind = kind
    program = FormatProgram(source: "@\(format.name)", kind: kind)
  }

  /// Reads the whole file.
  mutating func read(
    environment: (String) -> String?
  ) throws(NamedFormatError) -> FormatProgram {
    guard format.text.utf8.count <= NamedFormat.bytesLimit else {
      throw NamedFormatError(
        file: format.file,
        message: "a file of a log format may have at most \(NamedFormat.bytesLimit) bytes")
    }
    var text: FormatProgram?
    var isFirst = true
    for bytes in Array(format.text.utf8).split(separator: 10, omittingEmptySubsequences: false) {
      number += 1
      line = Array(bytes)
      if line.last == 13 { line.removeLast() }
      let words = try words()
      guard let first = words.first, line[first.offset] != UInt8(ascii: "#") else { continue }
      if isFirst, first.text == "encoding", !first.isQuoted {
        try readEncoding(words)
        isFirst = false
        continue
      }
      isFirst = false
      if encoding == .text {
        guard text == nil else {
          throw error(
            "a format of text has one line", at: first.offset,
            remedy: "Put all of it on one line, or begin the file with 'encoding json' (or cbor,"
              + " logfmt, csv, sd) and give each value a line: key and item.")
        }
        text = try compile(String(decoding: line, as: UTF8.self), kind, 0, environment)
      } else {
        try readLine(words, environment)
      }
    }
    if encoding != .text { return try finish() }
    guard var text else {
      throw error(
        "there is no format in the file", at: nil, remedy: "Write one, or remove the file.")
    }
    text.source = "@\(format.name)"
    return text
  }

  private mutating func finish() throws(NamedFormatError) -> FormatProgram {
    guard let program = builder?.finish(), members > 0 else {
      throw error(
        "the format names no value", at: nil, remedy: "Add lines of a key and an item each.")
    }
    return program
  }

  private mutating func readEncoding(_ words: [Word]) throws(NamedFormatError) {
    let names = ["text", "json", "cbor", "logfmt", "csv", "sd"]
    guard words.count > 1 else {
      throw error(
        "'encoding' without a name", at: words[0].offset,
        remedy: "Name one of \(names.joined(separator: ", ")).")
    }
    let option = words.count > 2 ? words[2].text : nil
    switch (words[1].text, option) {
    case ("text", nil): encoding = .text
    case ("json", nil): encoding = .json(isSpaced: false)
    case ("json", "spaced"): encoding = .json(isSpaced: true)
    case ("cbor", nil), ("cbor", "hex"): encoding = .cbor(isBinary: false)
    case ("cbor", "binary"): encoding = .cbor(isBinary: true)
    case ("logfmt", nil): encoding = .logfmt
    case ("csv", nil): encoding = .csv
    case ("sd", nil): encoding = .structuredData
    default:
      let isKnown = names.contains(words[1].text)
      let word = isKnown ? words[2] : words[1]
      throw error(
        isKnown
          ? "'\(word.text)' is no way to write \(words[1].text)"
          : "unknown encoding '\(word.text)'",
        at: word.offset, suggestion: nearest(word.text, among: names),
        remedy: "There are: text, json, json spaced, cbor, cbor binary, logfmt, csv, sd.")
    }
    try expectEnd(words, 3)
    if (kind == .structuredData) != (encoding == .structuredData), encoding != .text {
      throw error(
        kind == .structuredData
          ? "'log-format-sd' needs structured data, and '\(format.name)' is \(encoding.name)"
          : "'\(format.name)' is structured data, which stands before a line and is none itself",
        at: words[1].offset,
        remedy: kind == .structuredData
          ? "Use a format whose encoding is sd, such as @sd." : "Use it in 'log-format-sd'.")
    }
    program.encoding = encoding
    builder = encoding == .text ? nil : MemberBuilder(program)
  }

  private mutating func readLine(
    _ words: [Word], _ environment: (String) -> String?
  ) throws(NamedFormatError) {
    let first = words[0]
    if line[first.offset] == UInt8(ascii: "["), first.bytes.last == UInt8(ascii: "]") {
      return try readGroup(first)
    }
    if !first.isQuoted {
      switch first.text {
      case "encoding":
        throw error("'encoding' stands twice", at: first.offset, remedy: "Remove this line.")
      case "prefix": return try readPrefix(words)
      case "element": return try readElement(words)
      case "line": return try readMessage(words, environment)
      default: break
      }
    }
    try readMember(words, environment)
  }

  private mutating func readGroup(_ word: Word) throws(NamedFormatError) {
    let name = String(word.text.dropFirst().dropLast())
    guard !name.isEmpty else {
      group = 0
      return
    }
    switch encoding {
    case .json, .cbor: break
    default:
      throw error(
        "\(encoding.name) has no groups", at: word.offset,
        remedy: "Put the name of the group before the keys: '\(name).key'.")
    }
    guard !groupNames.contains(name), !keys.contains(name),
      groupNames.count < NamedFormat.groupLimit
    else {
      throw error(
        "the key '\(name)' stands twice, or there are more than \(NamedFormat.groupLimit) groups",
        at: word.offset, remedy: "Put all lines of a group together.")
    }
    groupNames.append(name)
    group = builder?.addGroup(name) ?? 0
  }

  private mutating func readPrefix(_ words: [Word]) throws(NamedFormatError) {
    guard words.count == 2, words[1].isQuoted, members == 0 else {
      throw error(
        "'prefix' is one text in quotes, before the first value", at: words[0].offset,
        remedy: "Write: prefix \"@cee: \"")
    }
    guard words[1].bytes.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
      throw error("a prefix is on one line", at: words[1].offset, remedy: "Remove control bytes.")
    }
    if encoding == .structuredData {
      throw error("structured data has no prefix", at: words[0].offset, remedy: "Remove this line.")
    }
    builder?.setPrefix(words[1].text)
  }

  private mutating func readElement(_ words: [Word]) throws(NamedFormatError) {
    guard encoding == .structuredData, words.count == 2, members == 0,
      FormatKeys.isName(words[1].bytes)
    else {
      throw error(
        "'element' is the name of the element of structured data, at most 32 characters",
        at: words[0].offset, remedy: "Write: element NAME@NUMBER, before the first value.")
    }
    builder?.setElement(words[1].text)
  }

  private mutating func readMessage(
    _ words: [Word], _ environment: (String) -> String?
  ) throws(NamedFormatError) {
    guard words.count > 1 else {
      throw error(
        "'line' without a format", at: words[0].offset, remedy: "Write: line %ci:%cp %b/%s …")
    }
    let start = words[0].offset + words[0].bytes.count
    let text = String(decoding: line[start...], as: UTF8.self)
    let message = try compile(text, .line, start, environment)
    guard !message.isStructured else {
      throw error("'line' is text", at: words[1].offset, remedy: "Remove the encoding.")
    }
    builder?.setMessage(message)
  }

  private mutating func readMember(
    _ words: [Word], _ environment: (String) -> String?
  ) throws(NamedFormatError) {
    guard words.count > 1 else {
      throw error(
        "the key '\(words[0].text)' has no item", at: words[0].offset,
        remedy: "Write a key, an item and, where wanted, a unit: client_port  client_port")
    }
    let (key, item) = (words[0].text, words[1])
    members += 1
    guard members <= NamedFormat.memberLimit else {
      throw error(
        "more than \(NamedFormat.memberLimit) values", at: words[0].offset,
        remedy: "Leave some out.")
    }
    if item.text == "values", !item.isQuoted { return try readValues(words) }
    try check(key: words[0])
    let isRequired = words.count > 2 && words[words.count - 1].text == "required"
    let rest = words[2...].dropLast(isRequired ? 1 : 0)
    if let constant = try constant(item) {
      try expectEnd(Array(words.prefix(2) + rest), 2)
      builder?.add(key, constant: constant, group: group, isRequired: isRequired)
      return
    }
    let value = try value(item, rest.first, environment)
    try expectEnd(Array(words.prefix(2) + rest), 3)
    builder?.add(key, FormatMember(value: value, group: group, isRequired: isRequired))
  }

  private mutating func readValues(_ words: [Word]) throws(NamedFormatError) {
    guard words[0].bytes.last == UInt8(ascii: "*"), words.count == 2, encoding != .csv, !hasValues
    else {
      throw error(
        encoding == .csv
          ? "csv has no place for the values of events"
          : "'values' is once the item of a key with *",
        at: words[0].offset, remedy: encoding == .csv ? "Remove this line." : "Write: weir.* values"
      )
    }
    let prefix = Array(words[0].bytes.dropLast())
    let longest = LogEventField.table.map(\.name.utf8.count).max() ?? 0
    guard prefix.isEmpty || FormatKeys.isKey(prefix, encoding, limit: 32 - longest) else {
      throw error(
        "the key '\(words[0].text)' is none in \(encoding.name)", at: words[0].offset,
        remedy: "Use a shorter one, of letters, digits, '.', '_' and '-'.")
    }
    hasValues = true
    builder?.add(
      String(decoding: prefix, as: UTF8.self), FormatMember(value: .eventValues, group: group))
  }

  private mutating func check(key word: Word) throws(NamedFormatError) {
    guard FormatKeys.isKey(word.bytes, encoding, limit: 32) else {
      throw error(
        "the key '\(word.text)' is none in \(encoding.name)", at: word.offset,
        remedy: encoding == .structuredData
          ? "Use at most 32 characters of printable ASCII without '=', ']', '\"' and spaces."
          : "Use printable characters without '=', '\"', ',' and spaces.")
    }
    let whole = "\(group)/\(word.text)"
    guard keys.insert(whole).inserted, group != 0 || !groupNames.contains(word.text) else {
      throw error(
        "the key '\(word.text)' stands twice", at: word.offset, remedy: "Remove one of them.")
    }
  }

  /// The value of an item, in the style of the word after it.
  private mutating func value(
    _ item: Word, _ style: Word?, _ environment: (String) -> String?
  ) throws(NamedFormatError) -> MemberValue {
    if item.bytes.first == UInt8(ascii: "%") { return try haproxyItem(item, style, environment) }
    guard let field = RecordField(item: item.text) else {
      let known = RecordField.allCases.map(\.item)
      throw error(
        "unknown item '\(item.text)'", at: item.offset,
        suggestion: nearest(item.text, among: known),
        remedy: "docs/fields.md lists the items; a text stands in quotes, and an item of HAProxy's"
          + " language begins with %.")
    }
    guard let style else { return .field(field, .plain) }
    guard let known = FieldStyle(rawValue: style.text), field.allows(known) else {
      let styles = FieldStyle.allCases.filter { $0 != .plain && field.allows($0) }.map(\.rawValue)
      throw error(
        "'\(item.text)' has no unit or type '\(style.text)'", at: style.offset,
        suggestion: nearest(style.text, among: styles),
        remedy: styles.isEmpty
          ? "Leave it out." : "There are: \(styles.joined(separator: ", ")).")
    }
    return .field(field, known)
  }

  private mutating func haproxyItem(
    _ item: Word, _ style: Word?, _ environment: (String) -> String?
  ) throws(NamedFormatError) -> MemberValue {
    let program = try compile(item.text, .line, item.offset, environment)
    var type: FormatProgram.Label.OutputType?
    if let style {
      guard let known = FormatProgram.Label.OutputType(rawValue: style.text) else {
        throw error(
          "unexpected output type '\(style.text)'", at: style.offset,
          suggestion: nearest(style.text, among: ["str", "sint", "bool"]),
          remedy: "There are: str, sint, bool.")
      }
      type = known
    }
    guard program.items.count == 1, !program.isStructured else {
      throw error(
        "'\(item.text)' is not one item", at: item.offset,
        remedy: "Give each item a line; a text stands in quotes.")
    }
    switch program.items[0] {
    case .alias(let alias, let flags):
      builder?.need(program)
      return .alias(alias, flags, type)
    case .expression(let index, let flags):
      let place = builder?.add(program.expressions[Int(index)], of: program) ?? 0
      return .expression(place, flags, type)
    default:
      throw error(
        "'\(item.text)' is not an item, or has an encoding of its own", at: item.offset,
        remedy: "The encoding is that of the file: remove it from the item.")
    }
  }

  /// A constant in the file's encoding; nil where the word is none.
  private func constant(_ word: Word) throws(NamedFormatError) -> [UInt8]? {
    var bytes: [UInt8] = []
    if word.isQuoted {
      encoding.append(text: word.bytes.span, &bytes)
      return bytes
    }
    if word.bytes.first == UInt8(ascii: "[") {
      let texts = word.text.dropFirst().dropLast().split(separator: ",")
      let isList =
        word.text.hasSuffix("]") && !texts.isEmpty
        && texts.allSatisfy { text in
          text.utf8.count > 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
            && FormatKeys.isName(Array(text.utf8.dropFirst().dropLast()))
        }
      guard isList else {
        throw error(
          "a list is words in quotes", at: word.offset, remedy: "Write: [\"network\",\"session\"]")
      }
      encoding.append(list: texts.map { String($0.dropFirst().dropLast()) }, &bytes)
      return bytes
    }
    switch word.text {
    case "true", "false": encoding.append(truth: word.text == "true", &bytes)
    default:
      guard let number = Int64(word.text) else { return nil }
      encoding.append(signed: number, &bytes)
    }
    return bytes
  }

  private mutating func compile(
    _ text: String, _ kind: FormatProgram.Kind, _ offset: Int, _ environment: (String) -> String?
  ) throws(NamedFormatError) -> FormatProgram {
    do throws(FormatError) {
      return try FormatProgram(compiling: text, kind: kind, environment: environment)
    } catch {
      throw NamedFormatError(
        file: format.file, line: number, column: offset + error.offset + 1, message: error.message,
        suggestion: error.suggestion,
        remedy: "docs/fields.md lists the aliases and expressions of formats.")
    }
  }

  private func expectEnd(_ words: [Word], _ count: Int) throws(NamedFormatError) {
    guard words.count > count else { return }
    throw error(
      "'\(words[count].text)' is too much", at: words[count].offset,
      remedy: "Remove it, or put quotes around a text with spaces.")
  }

  private func error(
    _ message: String, at offset: Int?, suggestion: String? = nil, remedy: String
  ) -> NamedFormatError {
    NamedFormatError(
      file: format.file, line: offset == nil ? nil : number, column: offset.map { $0 + 1 },
      message: message, suggestion: suggestion, remedy: remedy)
  }

  /// The words of a line: between spaces, or in double quotes with `\"` and `\\`; an item of
  /// HAProxy's language goes on within its brackets.
  private func words() throws(NamedFormatError) -> [Word] {
    var words: [Word] = []
    var place = 0
    while place < line.count, words.count < 32 {
      if line[place] == 32 || line[place] == 9 {
        place += 1
        continue
      }
      var word = Word(bytes: [], offset: place)
      if line[place] == UInt8(ascii: "\"") {
        word.isQuoted = true
        place += 1
        while place < line.count, line[place] != UInt8(ascii: "\"") {
          if line[place] == UInt8(ascii: "\\"), place + 1 < line.count { place += 1 }
          word.bytes.append(line[place])
          place += 1
        }
        guard place < line.count || encoding == .text else {
          throw error("a quote is not closed", at: word.offset, remedy: "Close it on this line.")
        }
        place += 1
      } else {
        var depth = 0
        let nests = line[place] == UInt8(ascii: "%")
        while place < line.count, depth > 0 || (line[place] != 32 && line[place] != 9) {
          if nests, line[place] == UInt8(ascii: "[") { depth += 1 }
          if nests, line[place] == UInt8(ascii: "]") { depth -= 1 }
          word.bytes.append(line[place])
          place += 1
        }
      }
      words.append(word)
    }
    return words
  }
}

/// Which bytes a key may have.
enum FormatKeys {
  /// Whether it is a SD-NAME of RFC 5424: at most 32 characters of printable ASCII.
  static func isName(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty && bytes.count <= 32 && bytes.allSatisfy(isPlain)
  }

  /// Whether it is a key in an encoding.
  static func isKey(_ bytes: [UInt8], _ encoding: FormatEncoding, limit: Int) -> Bool {
    guard !bytes.isEmpty, bytes.count <= 255 else { return false }
    switch encoding {
    case .json, .cbor: return UTF8Check.isValid(bytes.span) && bytes.allSatisfy { $0 >= 32 }
    case .structuredData: return bytes.count <= limit && bytes.allSatisfy(isPlain)
    case .logfmt, .csv, .text: return bytes.allSatisfy(isPlain)
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "="), UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: ","),
      UInt8(ascii: "\\"):
      false
    default: byte > 32 && byte < 127
    }
  }
}

extension RecordField {
  /// Whether a style says how to write it.
  func allows(_ style: FieldStyle) -> Bool {
    switch style {
    case .plain: true
    case .string: kind == .integer || kind == .duration
    case .rfc3339: kind == .time
    case .seconds, .milliseconds, .microseconds, .nanoseconds: kind == .time || kind == .duration
    case .qualified: self == .event
    }
  }
}
