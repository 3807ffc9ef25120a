package import Memory

/// The receiving side of a RELP session, without a connection and without a clock.
///
/// Its driver gives it what comes in, takes each message from `message`, and says when the oldest
/// are answered; answers leave in the order of the messages. The driver writes what is put into
/// `output`, and closes the connection once that is written where `isOver`.
package struct RELPServer: ~Copyable {
  /// The most messages that wait for their answer, unless told otherwise.
  package static let standardWindow = 16_384

  /// Where the session stands.
  package enum State: Hashable, Sendable {
    /// The client has said nothing yet.
    case idle
    /// Messages may come.
    case open
    /// The client wants to end; its messages are answered first.
    case closing
    /// It is over.
    case ended
  }

  /// What came of bytes from the client.
  package enum Action: Hashable, Sendable {
    /// All bytes are read; there is nothing to do but to write the output.
    case none
    /// The session stands.
    case opened
    /// A message came: it lies in `message` until the next call, and wants an answer some time.
    case message
    /// No more messages are taken before some are answered: keep the bytes from `position` on, do
    /// not read more, and call again after an answer.
    case full
    /// The client wants to end. Where no answer is owed it is over.
    case closing
  }

  /// Where the session stands.
  package private(set) var state = State.idle
  /// Messages that wait for their answer.
  package private(set) var pending = 0

  private let software: String
  private let window: Int
  private var parser: FrameParser
  /// The number that the next command must have.
  private var next = TransactionNumber.first

  /// A session that has not begun. A message longer than `messageLimit` bytes ends it.
  package init(
    software: String, window: Int = Self.standardWindow,
    messageLimit: Int = FrameParser.standardDataLimit,
    firstNumber: TransactionNumber = .first
  ) {
    precondition(window > 0 && !firstNumber.isHint)
    self.software = software
    self.window = window
    parser = FrameParser(dataLimit: messageLimit)
    next = firstNumber
  }

  /// The message that came last.
  package var message: Span<UInt8> {
    @_lifetime(borrow self) get { parser.data }
  }

  /// Whether all is said: close the connection once the output is written.
  package var isOver: Bool { state == .ended }

  /// Takes bytes from the client, from `position` on; call it until it says `none` or `full`.
  ///
  /// At an error it is over; what is in `output` may still be written.
  package mutating func receive(
    _ bytes: Span<UInt8>, from position: inout Int, into output: inout ByteWriter
  ) throws(RELPError) -> Action {
    do throws(RELPError) {
      while state == .idle || state == .open {
        guard pending < window else { return .full }
        guard let frame = try parser.next(in: bytes, from: &position) else { return .none }
        let action = try take(frame, into: &output)
        if action != .none { return action }
      }
    } catch {
      if state != .ended { output.append(.serverClose, number: .hint) }
      state = .ended
      throw error
    }
    // What a client says behind its `close` has no meaning.
    position = bytes.count
    return .none
  }

  /// Tells the client that its `count` oldest messages were taken.
  package mutating func acknowledge(_ count: Int = 1, into output: inout ByteWriter) {
    answer(count, "200 OK", into: &output)
  }

  /// Tells the client that its `count` oldest messages were refused for good.
  package mutating func refuse(_ count: Int = 1, into output: inout ByteWriter) {
    answer(count, "500 refused", into: &output)
  }

  /// Tells the client that the connection will be closed; messages without an answer will come
  /// again in another session.
  package mutating func end(into output: inout ByteWriter) {
    if state != .ended { output.append(.serverClose, number: .hint) }
    state = .ended
  }

  private mutating func answer(
    _ count: Int, _ text: String, into output: inout ByteWriter
  ) {
    precondition(count >= 0 && count <= pending, "more messages answered than came")
    guard state != .ended else { return }
    let behind = pending + (state == .closing ? 1 : 0)
    var number = next.advanced(by: Int(TransactionNumber.largest) - behind)
    for _ in 0..<count {
      output.append(.response, number: number, text: text)
      number = number.next
    }
    pending -= count
    if state == .closing, pending == 0 { finish(into: &output) }
  }

  private mutating func finish(into output: inout ByteWriter) {
    let close = next.advanced(by: Int(TransactionNumber.largest) - 1)
    output.append(.response, number: close)
    output.append(.serverClose, number: .hint)
    state = .ended
  }

  private mutating func take(
    _ frame: RELPFrame, into output: inout ByteWriter
  ) throws(RELPError) -> Action {
    if frame.number.isHint {
      // Hints are not answered, and those of a client have no meaning here.
      guard frame.command == .other else { throw .unexpectedFrame(frame.command, number: 0) }
      return .none
    }
    guard frame.number == next else {
      throw .wrongNumber(frame.number.value, expected: next.value)
    }
    switch (frame.command, state) {
    case (.open, .idle):
      try takeOpen(into: &output)
      next = next.next
      return .opened
    case (.syslog, .open):
      next = next.next
      pending += 1
      return .message
    case (.close, .open):
      next = next.next
      state = .closing
      if pending == 0 { finish(into: &output) }
      return .closing
    default: throw .unexpectedFrame(frame.command, number: frame.number.value)
    }
  }

  private mutating func takeOpen(into output: inout ByteWriter) throws(RELPError) {
    guard let offers = Offers(parser.data) else {
      return try refuseOpen("500 offers cannot be read", .malformedOffers, into: &output)
    }
    guard let version = offers.version else {
      return try refuseOpen("500 no common relp_version", .versionMissing, into: &output)
    }
    guard offers.hasSyslog else {
      return try refuseOpen("500 command syslog is required", .syslogMissing, into: &output)
    }
    let text = "200 OK\n" + Offers.text(version: version, software: software)
    output.append(.response, number: next, text: text)
    state = .open
  }

  private func refuseOpen(
    _ text: String, _ error: RELPError, into output: inout ByteWriter
  ) throws(RELPError) {
    output.append(.response, number: next, text: text)
    throw error
  }
}
