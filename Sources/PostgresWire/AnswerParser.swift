/// Reads a server's first message from the bytes as they come.
///
/// Give it bytes until it answers; at the end of the stream ask `finish`. Any bytes may be given;
/// at most `lengthLimit` are kept.
package struct AnswerParser: Sendable {
  /// The longest message that is read, in bytes; ErrorResponse messages are far shorter.
  package static let lengthLimit = 16_384

  private static let authentication = UInt8(ascii: "R")
  private static let errorResponse = UInt8(ascii: "E")
  private static let negotiation = UInt8(ascii: "v")

  private var bytes: [UInt8] = []

  /// A parser that has seen nothing.
  package init() {}

  /// Whether no byte has come yet.
  package var isEmpty: Bool { bytes.isEmpty }

  /// Takes more bytes; the answer, as soon as there is one. Bytes behind it are dropped.
  package mutating func feed(_ more: Span<UInt8>) -> ServerAnswer? {
    var index = 0
    while index < more.count, bytes.count < Self.lengthLimit {
      bytes.append(more[index])
      index += 1
    }
    return answer(isEnd: false)
  }

  /// What the bytes are worth when no more come.
  package func finish() -> ServerAnswer {
    if let answer = answer(isEnd: true) { return answer }
    if bytes.isEmpty { return .invalid("the connection was closed without an answer") }
    return .invalid("the connection was closed within a message, after \(bytes.count) bytes")
  }

  private func answer(isEnd: Bool) -> ServerAnswer? {
    let span = bytes.span
    guard let type = bytes.first else { return nil }
    guard [Self.authentication, Self.errorResponse, Self.negotiation].contains(type) else {
      return .invalid("a message that begins with \(Self.describe(type))")
    }
    guard let length = span.bigEndian32(at: 1) else { return nil }
    if type == Self.errorResponse, length < 8 || length >= Self.lengthLimit {
      return plainError(isEnd: isEnd)
    }
    guard length >= 8, length < Self.lengthLimit else {
      return .invalid("a message of type \(Self.describe(type)) and length \(length)")
    }
    if type == Self.authentication {
      return span.bigEndian32(at: 5).map { .authentication(method: $0) }
    }
    guard bytes.count >= 1 + Int(length) else { return nil }
    if type == Self.negotiation { return .negotiation }
    return fields(span.extracting(5..<1 + Int(length)))
  }

  private func fields(_ body: Span<UInt8>) -> ServerAnswer {
    var error = ServerError()
    var localSeverity = ""
    var position = 0
    while position < body.count, body[position] != 0 {
      let field = body[position]
      position += 1
      guard let value = body.text(from: &position) else {
        return .invalid("an ErrorResponse with a field that does not end")
      }
      switch field {
      case UInt8(ascii: "S"): localSeverity = Self.clean(value)
      case UInt8(ascii: "V"): error.severity = Self.clean(value)
      case UInt8(ascii: "C"): error.code = Self.clean(value)
      case UInt8(ascii: "M"): error.message = Self.clean(value)
      default: break
      }
    }
    guard position < body.count else { return .invalid("an ErrorResponse without its end") }
    if error.severity.isEmpty { error.severity = localSeverity }
    guard !error.message.isEmpty || error.code != nil else {
      return .invalid("an ErrorResponse without a message")
    }
    return .error(error)
  }

  /// A server that cannot start a process for us sends an E and plain text without a length.
  private func plainError(isEnd: Bool) -> ServerAnswer? {
    // What stands behind the end of the text is not looked at, however much of it came along.
    let text = bytes.dropFirst().prefix { $0 != 0 }
    guard !text.isEmpty, text.allSatisfy({ $0 >= 0x20 || $0 == 9 || $0 == 10 || $0 == 13 })
    else { return .invalid("an ErrorResponse of an impossible length") }
    let hasEnd = text.count < bytes.count - 1
    guard isEnd || hasEnd || bytes.count >= Self.lengthLimit else { return nil }
    var error = ServerError()
    error.severity = "FATAL"
    error.message = Self.clean(String(decoding: text, as: UTF8.self))
    return error.message.isEmpty ? .invalid("an ErrorResponse without a message") : .error(error)
  }

  /// Text fit for a line of a log: control characters become blanks, blanks at the ends go.
  private static func clean(_ text: String) -> String {
    var clean = String.UnicodeScalarView()
    var size = 0
    for scalar in text.unicodeScalars {
      size += String(scalar).utf8.count
      if size > ServerError.messageLimit { break }
      let isControl = scalar.properties.generalCategory == .control
      clean.append(isControl ? " " : scalar)
    }
    let line = String(clean)
    let trimmed = line.drop { $0 == " " }
    return String(
      trimmed[..<(trimmed.lastIndex { $0 != " " }.map(trimmed.index(after:)) ?? trimmed.startIndex)]
    )
  }

  private static func describe(_ byte: UInt8) -> String {
    if byte > 0x20, byte < 0x7F { return "'\(Character(UnicodeScalar(byte)))'" }
    let digits = String(byte, radix: 16, uppercase: true)
    return "0x" + (digits.count < 2 ? "0" : "") + digits
  }
}
