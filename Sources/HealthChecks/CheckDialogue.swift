package import Kernel
internal import PostgresWire

/// One check's talk with a server: what happened goes in, what to do comes out.
package struct CheckDialogue: Sendable {
  /// What to do next.
  package enum Action: Hashable, Sendable {
    /// Wait for more.
    case wait
    /// Send these bytes, then wait for an answer.
    case send([UInt8])
    /// The check has ended so; close the connection in this manner.
    case finish(CheckStatus, String, sqlState: String?, Closing)
  }

  /// How a connection is closed.
  package enum Closing: Hashable, Sendable {
    /// By RST, so that the server's side of it is gone at once and leaves no TIME_WAIT here.
    case reset
    /// By FIN.
    case plain
    /// These bytes are sent, then a FIN; what still comes is read, so that no RST disturbs the
    /// server, which would log it.
    case drain([UInt8])
  }

  private enum State: Sendable { case connecting, answering, ended }

  private let settings: CheckSettings
  private var state = State.connecting
  private var parser = AnswerParser()

  /// A dialogue before its connection.
  package init(_ settings: CheckSettings) { self.settings = settings }

  /// The connection stands; after any PROXY header it is the dialogue's turn.
  package mutating func connected() -> Action {
    guard state == .connecting else { return .wait }
    guard case .postgres(let user) = settings.dialogue else {
      return end(.layer4Passed, "", .reset)
    }
    state = .answering
    return .send(
      StartupPacket.startup(major: 3, minor: 0, parameters: [.init("user", user)]).encoded())
  }

  /// Bytes have come from the server.
  package mutating func received(_ bytes: Span<UInt8>) -> Action {
    guard state == .answering, let answer = parser.feed(bytes) else { return .wait }
    if answer == .negotiation {
      // The server speaks PostgreSQL and would go on: a pass, as for an authentication request.
      return end(.layer7Passed, Self.passText, .plain)
    }
    return judge(answer)
  }

  /// The server has closed its side.
  package mutating func ended() -> Action {
    switch state {
    case .connecting: return connected()
    case .answering: return judge(parser.finish())
    case .ended: return .wait
    }
  }

  /// A call on the socket has failed.
  package mutating func failed(_ errno: Errno) -> Action {
    switch state {
    case .connecting:
      let isKnown =
        errno == .connectionRefused || errno == .timedOut || errno == .hostUnreachable
        || errno == .connectionReset
      let words = isKnown ? errno.words : "General socket error (\(errno.words))"
      return end(.layer4Failed, words + stepText, .plain)
    case .answering: return end(.socketError, errno.words, .plain)
    case .ended: return .wait
    }
  }

  /// The source address could not be bound.
  package mutating func failedToBind(_ errno: Errno) -> Action {
    end(.layer4Failed, "Can't bind to source address (\(errno.words))" + stepText, .plain)
  }

  /// No socket could be had.
  package mutating func failedToOpen(_ errno: Errno) -> Action {
    end(.socketError, "Can't create a socket (\(errno.words))", .plain)
  }

  /// The time of this phase is over.
  package mutating func timedOut() -> Action {
    switch state {
    case .connecting:
      return end(.layer4Timeout, stepText, .plain)
    case .answering: return end(.layer7Timeout, "", .plain)
    case .ended: return .wait
    }
  }

  private static let passText = "PostgreSQL server is ok"

  /// HAProxy's words for where a tcp-check stood.
  private var stepText: String {
    guard settings.dialogue == .tcpCheck else { return "" }
    guard let rule = settings.connectRule else { return " at initial connection step of tcp-check" }
    return " at step 1 of tcp-check (\(rule))"
  }

  private mutating func judge(_ answer: ServerAnswer) -> Action {
    switch answer {
    case .authentication(let method):
      // Where a proof is awaited, PostgreSQL takes a silent end for a client that changed its
      // mind, but complains of any message other than the proof.
      let closing: Closing = method == 0 ? .drain(ClientMessage.terminate) : .plain
      return end(.layer7Passed, Self.passText, closing)
    case .negotiation: return end(.layer7Passed, Self.passText, .plain)
    case .error(let error):
      return end(.layer7Invalid, error.message, .plain, sqlState: error.code)
    case .invalid(let words):
      return parser.isEmpty
        ? end(.layer7Invalid, words, .plain)
        : end(.layer7Wrong, "PostgreSQL unknown error: \(words)", .plain)
    }
  }

  private mutating func end(
    _ status: CheckStatus, _ information: String, _ closing: Closing, sqlState: String? = nil
  ) -> Action {
    guard state != .ended else { return .wait }
    state = .ended
    return .finish(status, information, sqlState: sqlState, closing)
  }
}
