/// Reads a `%[…]`: a fetch, converters after commas, arguments in parentheses.
struct ExpressionParser {
  private let bytes: [UInt8]
  /// Where reading stands: after the closing bracket, once `parse` has returned.
  private(set) var position: Int

  /// The most converters of an expression.
  private static let longestChain = 64

  init(bytes: [UInt8], position: Int) {
    self.bytes = bytes
    self.position = position
  }

  /// Reads the expression and the bracket after it.
  mutating func parse(
    environment: (String) -> String?
  ) throws(FormatError) -> SampleExpression {
    let start = position
    let name = readName()
    guard !name.isEmpty else { throw wrap("missing fetch method", start, at: start) }
    var expression: SampleExpression
    do throws(FormatError) {
      let arguments = try readArguments(owner: "fetch method '\(name)'", offset: start)
      expression = try SampleCatalog.fetch(name, arguments, environment: environment)
    } catch {
      throw wrap(error, start)
    }
    while position < bytes.count, bytes[position] == UInt8(ascii: ",") {
      position += 1
      let place = position
      let name = readName()
      do throws(FormatError) {
        let arguments = try readArguments(owner: "converter '\(name)'", offset: place)
        let converter = try SampleCatalog.converter(name, arguments)
        guard expression.type.converts(to: converter.input) else {
          throw FormatError(offset: place, message: "converter '\(name)' cannot be applied")
        }
        guard expression.converters.count < Self.longestChain else {
          throw FormatError(
            offset: place, message: "more than \(Self.longestChain) converters in a row")
        }
        expression.converters.append(converter)
        expression.type = converter.output
      } catch {
        throw wrap(error, start)
      }
    }
    guard position < bytes.count else {
      throw FormatError(offset: start - 1, message: "missing ']' after '\(text(start, position))'")
    }
    guard bytes[position] == UInt8(ascii: "]") else {
      throw FormatError(
        offset: position,
        message: "expected ']' after '\(text(start, position))', but found "
          + "'\(text(position, position + 1))'")
    }
    position += 1
    return expression
  }

  private mutating func readName() -> String {
    let start = position
    while position < bytes.count, isNameByte(bytes[position]) { position += 1 }
    return text(start, position)
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Arguments: quotes hold commas and parentheses, a backslash holds the next byte where that is
  /// one of `n r t \ ' "` or a space.
  private mutating func readArguments(
    owner: String, offset: Int
  ) throws(FormatError) -> SampleArguments {
    var arguments = SampleArguments(owner: owner, offset: offset, list: [])
    guard position < bytes.count, bytes[position] == UInt8(ascii: "(") else { return arguments }
    position += 1
    var current = SampleArguments.Argument(bytes: [], offset: position)
    var quote: UInt8?
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if let open = quote, byte == open {
        quote = nil
      } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if quote == nil, byte == UInt8(ascii: ",") {
        arguments.list.append(current)
        current = .init(bytes: [], offset: position)
      } else if quote == nil, byte == UInt8(ascii: ")") {
        if !arguments.list.isEmpty || !current.bytes.isEmpty { arguments.list.append(current) }
        return arguments
      } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'"), let escaped = readEscape() {
        current.bytes.append(escaped)
      } else {
        current.bytes.append(byte)
      }
    }
    throw FormatError(offset: offset, message: "\(owner) : expected ')'")
  }

  private mutating func readEscape() -> UInt8? {
    guard position < bytes.count else { return nil }
    let byte: UInt8
    switch bytes[position] {
    case UInt8(ascii: "n"): byte = 10
    case UInt8(ascii: "r"): byte = 13
    case UInt8(ascii: "t"): byte = 9
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: " "):
      byte = bytes[position]
    default: return nil
    }
    position += 1
    return byte
  }

  private func wrap(_ error: FormatError, _ start: Int) -> FormatError {
    var wrapped = wrap(error.message, start, at: error.offset)
    wrapped.suggestion = error.suggestion
    return wrapped
  }

  /// HAProxy's words around an error within an expression.
  private func wrap(_ message: String, _ start: Int, at offset: Int) -> FormatError {
    let end = bytes[min(start, bytes.count)...].firstIndex(of: UInt8(ascii: "]")) ?? bytes.count
    return FormatError(
      offset: offset,
      message: "failed to parse sample expression <\(text(start, end))> : \(message)")
  }

  private func text(_ start: Int, _ end: Int) -> String {
    String(
      decoding: bytes[min(start, bytes.count)..<min(max(start, end), bytes.count)], as: UTF8.self)
  }
}
