/// What a PostgreSQL server says first, after a start-up message.
package enum ServerAnswer: Hashable, Sendable {
  /// It asks for a proof of identity, or for none: AuthenticationOk has the method 0.
  case authentication(method: UInt32)
  /// It refuses (ErrorResponse).
  case error(ServerError)
  /// It offers an older minor version of the protocol (NegotiateProtocolVersion); an
  /// authentication request follows.
  case negotiation
  /// This is not PostgreSQL, or not all of an answer: what is wrong with it.
  case invalid(String)
}

/// An ErrorResponse: the fields that a proxy has a use for.
package struct ServerError: Hashable, Sendable {
  /// FATAL, ERROR or PANIC, not translated where the server says it so (9.6 and later).
  package var severity = ""
  /// The SQLSTATE, five letters and digits; nil from servers that cannot even send a message.
  package var code: String?
  /// The primary message, without control characters and cut to `messageLimit` bytes.
  package var message = ""

  /// The longest message that is kept, in bytes of UTF-8.
  package static let messageLimit = 512

  /// An error without words.
  package init() {}
}

/// The messages that a client of a check sends on its own.
package enum ClientMessage {
  /// Ends the session (Terminate).
  package static let terminate: [UInt8] = [0x58, 0, 0, 0, 4]
}
