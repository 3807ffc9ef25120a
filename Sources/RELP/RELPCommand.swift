/// What a frame says.
package enum RELPCommand: Hashable, Sendable {
  /// Begins a session, with offers.
  case open
  /// A message.
  case syslog
  /// Ends a session.
  case close
  /// The answer to a command.
  case response
  /// The server will close the connection: a hint.
  case serverClose
  /// Something else, which the protocol allows for.
  case other

  /// Its word in a frame.
  package var word: String {
    switch self {
    case .open: "open"
    case .syslog: "syslog"
    case .close: "close"
    case .response: "rsp"
    case .serverClose: "serverclose"
    case .other: "(an unknown command)"
    }
  }

  private static let known = [Self.open, .syslog, .close, .response, .serverClose]

  /// The command of this word.
  init(_ word: Span<UInt8>) { self = Self.known.first { word.says($0.word) } ?? .other }
}

extension Span<UInt8> {
  /// Whether these bytes are this text.
  func says(_ text: String) -> Bool {
    let other = text.utf8.span
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }
}
