/// What is wrong with what the other side of a RELP session said. The session is over then: the
/// connection is to be closed without another word (RELP specification, "ERROR HANDLING").
package enum RELPError: Error, Hashable, Sendable {
  /// The part of a frame that is wrong.
  package enum Field: String, Hashable, Sendable {
    case number = "transaction number"
    case command = "command"
    case length = "data length"
    case end = "line feed at the end"
  }

  /// A frame has a byte that cannot stand in this part of it.
  case unexpectedByte(UInt8, in: Field)
  /// A part of a frame is longer than the protocol allows.
  case tooLong(Field)
  /// A frame announces more data than are taken.
  case dataTooLong(Int, limit: Int)
  /// A frame came that has no place here.
  case unexpectedFrame(RELPCommand, number: UInt32)
  /// A command does not have the number that follows the one before.
  case wrongNumber(UInt32, expected: UInt32)
  /// A response is not `CODE TEXT`.
  case malformedResponse
  /// The server did not let the session begin.
  case openRefused(code: Int)
  /// No version that both sides speak was offered.
  case versionMissing
  /// The server takes no syslog messages, or the client sends none.
  case syslogMissing
  /// The client said no offers that can be read.
  case malformedOffers
}

extension RELPError: CustomStringConvertible {
  /// The error in words, to stand behind "the receiver" or "the sender".
  package var description: String {
    switch self {
    case .unexpectedByte(let byte, let field):
      "sent the byte \(byte) where a frame has its \(field.rawValue)"
    case .tooLong(let field): "sent a frame whose \(field.rawValue) is too long"
    case .dataTooLong(let count, let limit):
      "sent a frame with \(count) bytes of data; \(limit) are taken"
    case .unexpectedFrame(let command, let number):
      "sent '\(command.word)' with number \(number) where it has no place"
    case .wrongNumber(let number, let expected):
      "sent a command with number \(number) after number \(expected - 1)"
    case .malformedResponse: "sent a response without a code"
    case .openRefused(let code): "refused the session with code \(code)"
    case .versionMissing: "offered no RELP version that is spoken here (0 or 1)"
    case .syslogMissing: "did not offer the command 'syslog'"
    case .malformedOffers: "sent offers that cannot be read"
    }
  }
}
