/// Why a condition cannot be evaluated, and where in its text.
package struct ConditionError: Error, Hashable, Sendable {
  /// What is wrong, in HAProxy's words.
  package var message: String
  /// The offset in the condition's text, in bytes.
  package var offset: Int
}

/// Evaluates the expressions of `.if`, `.elif` and `weir -cc` (HAProxy's manual, 2.4).
///
///     disjunction = conjunction { "||" conjunction }
///     conjunction = term { "&&" term }
///     term        = "!" term | "(" disjunction ")" | integer | predicate [ "(" arguments ")" ]
///
/// The whole text is parsed whatever its value is, so that a mistake in the part that does not
/// matter today is found today.
package struct Condition {
  private let bytes: [UInt8]
  private let facts: ConditionFacts
  private let environment: [String: String]
  private var index = 0
  private var depth = 0

  /// The predicates, with the least and greatest number of their arguments.
  package static let predicates: [(name: String, arguments: ClosedRange<Int>)] = [
    ("awslc_api_atleast", 0...1), ("awslc_api_before", 0...1), ("defined", 0...1),
    ("enabled", 0...1), ("feature", 0...1), ("openssl_version_atleast", 0...1),
    ("openssl_version_before", 0...1), ("ssllib_name_startswith", 0...1), ("streq", 2...2),
    ("strneq", 2...2), ("strstr", 2...2), ("version_atleast", 0...1), ("version_before", 0...1),
  ]

  /// The value of a condition; the empty text is false.
  package static func evaluate(
    _ text: String, facts: ConditionFacts, environment: [String: String]
  ) throws(ConditionError) -> Bool {
    var condition = Condition(
      bytes: Array(text.utf8), facts: facts, environment: environment)
    guard !condition.bytes.isEmpty else { return false }
    let value = try condition.disjunction()
    condition.skipBlanks()
    if condition.index < condition.bytes.count {
      throw ConditionError(
        message: "unexpected character '\(condition.characterHere)' at the end of conditional"
          + " expression '\(text)'", offset: condition.index)
    }
    return value
  }

  private init(bytes: [UInt8], facts: ConditionFacts, environment: [String: String]) {
    self.bytes = bytes
    self.facts = facts
    self.environment = environment
  }

  private var here: UInt8? { index < bytes.count ? bytes[index] : nil }
  private var characterHere: Character { text(from: index).first ?? " " }

  private func text(from offset: Int) -> String {
    String(decoding: bytes[min(offset, bytes.count)...], as: UTF8.self)
  }

  private mutating func skipBlanks() {
    while here == Ascii.space || here == Ascii.tab { index += 1 }
  }

  private mutating func take(_ token: StaticString) -> Bool {
    skipBlanks()
    let wanted = Array("\(token)".utf8)
    guard bytes[index...].starts(with: wanted) else { return false }
    index += wanted.count
    return true
  }

  private mutating func disjunction() throws(ConditionError) -> Bool {
    var value = try conjunction()
    while take("||") {
      let right = try conjunction()
      value = value || right
    }
    return value
  }

  private mutating func conjunction() throws(ConditionError) -> Bool {
    var value = try term()
    while take("&&") {
      let right = try term()
      value = value && right
    }
    return value
  }

  private mutating func term() throws(ConditionError) -> Bool {
    skipBlanks()
    let start = index
    depth += 1
    defer { depth -= 1 }
    guard depth <= ConfigSource.Limit.conditionDepth else {
      throw ConditionError(message: "too many nested conditional expressions", offset: start)
    }
    if take("!") { return try !term() }
    if take("(") {
      let value = try disjunction()
      guard take(")") else {
        throw ConditionError(
          message: "expected ')' after conditional expression '\(text(from: start))'",
          offset: start)
      }
      return value
    }
    if let value = integer() { return value }
    return try predicate()
  }

  /// An integer, with or without sign, decimal or hexadecimal; true unless it is zero.
  private mutating func integer() -> Bool? {
    var cursor = index
    if cursor < bytes.count,
      bytes[cursor] == UInt8(ascii: "-") || bytes[cursor] == UInt8(ascii: "+")
    {
      cursor += 1
    }
    var isHexadecimal = false
    if cursor + 2 < bytes.count, bytes[cursor] == UInt8(ascii: "0"),
      bytes[cursor + 1] | 0x20 == UInt8(ascii: "x"), Ascii.hexValue(bytes[cursor + 2]) != nil
    {
      isHexadecimal = true
      cursor += 2
    }
    let digits = cursor
    var isZero = true
    while cursor < bytes.count,
      isHexadecimal ? Ascii.hexValue(bytes[cursor]) != nil : Ascii.isDigit(bytes[cursor])
    {
      if bytes[cursor] != UInt8(ascii: "0") { isZero = false }
      cursor += 1
    }
    guard cursor > digits else { return nil }
    index = cursor
    return !isZero
  }

  private mutating func predicate() throws(ConditionError) -> Bool {
    let start = index
    while let byte = here,
      Ascii.isLetter(byte) || Ascii.isDigit(byte) || byte == Ascii.underscore
    {
      index += 1
    }
    let name = String(decoding: bytes[start..<index], as: UTF8.self)
    guard let (_, counts) = Self.predicates.first(where: { $0.name == name }) else {
      throw ConditionError(
        message: "unparsable conditional expression '\(text(from: start))'"
          + suggestion(for: name, among: Self.predicates.map(\.name)), offset: start)
    }
    var arguments: [String] = []
    if here == UInt8(ascii: "(") {
      index += 1
      arguments = try self.arguments(of: name, limit: counts.upperBound)
    }
    guard arguments.count >= counts.lowerBound else {
      throw ConditionError(
        message: "missing arguments (got \(arguments.count)/\(counts.lowerBound)), type 'string'"
          + " expected in argument \(arguments.count) of predicate '\(name)' used in conditional"
          + " expression", offset: start)
    }
    return value(of: name, arguments)
  }

  /// Reads arguments up to the closing parenthesis. Within one, quotes and backslashes protect
  /// commas and parentheses once more; blanks are part of it.
  private mutating func arguments(
    of name: String, limit: Int
  ) throws(ConditionError) -> [String] {
    var arguments: [String] = []
    var current: [UInt8] = []
    var quote: UInt8?
    while let byte = here {
      let offset = index
      index += 1
      switch byte {
      case Ascii.backslash where quote != Ascii.apostrophe && here != nil:
        current.append(here ?? byte)
        index += 1
      case Ascii.quote where quote == nil, Ascii.apostrophe where quote == nil: quote = byte
      case quote: quote = nil
      case UInt8(ascii: ",") where quote == nil:
        arguments.append(String(decoding: current, as: UTF8.self))
        current = []
        guard arguments.count < limit else {
          throw ConditionError(
            message: "expected ')' before '\(text(from: offset))' in argument"
              + " \(arguments.count) of predicate '\(name)' used in conditional expression",
            offset: offset)
        }
      case UInt8(ascii: ")") where quote == nil:
        arguments.append(String(decoding: current, as: UTF8.self))
        return arguments
      default: current.append(byte)
      }
    }
    throw ConditionError(
      message: "expected ')' in argument \(arguments.count + 1) of predicate '\(name)' used in"
        + " conditional expression", offset: index)
  }

  private func value(of name: String, _ arguments: [String]) -> Bool {
    let first = arguments.first ?? ""
    let second = arguments.count > 1 ? arguments[1] : ""
    switch name {
    case "defined": return environment[first] != nil
    case "feature": return facts.features.contains(first)
    case "enabled": return facts.enabledOptions.contains(first)
    case "streq": return first == second
    case "strneq": return first != second
    case "strstr": return second.isEmpty || first.contains(second)
    case "version_atleast": return facts.version >= LanguageVersion(first)
    case "version_before": return facts.version < LanguageVersion(first)
    // The others ask about a TLS library, and there is none.
    default: return false
    }
  }
}
