package import Memory

/// The sending side of a RELP session, without a connection and without a clock.
///
/// Its driver writes what it puts into `output`, gives it what comes in, and asks it how many
/// messages may be sent. A message is settled when the server has acknowledged or refused it and
/// all before it; what is not settled when the connection ends is to be sent again, in order, in
/// another session.
package struct RELPClient: ~Copyable {
  /// The most messages that are under way, unless told otherwise.
  package static let standardWindow = 1024
  /// The most data of a response: offers and a text for people.
  package static let responseLimit = 8192

  /// Where the session stands.
  package enum State: Hashable, Sendable {
    /// Nothing was said yet.
    case idle
    /// The offers are out.
    case opening
    /// Messages may be sent.
    case open
    /// The end was announced to the server; messages under way may still be settled.
    case closing
    /// It is over.
    case ended
  }

  /// What came of bytes from the server.
  package enum Action: Hashable, Sendable {
    /// All bytes are read; there is nothing to do.
    case none
    /// The session stands: messages may be sent.
    case opened
    /// So many of the oldest messages under way are settled: `refused` of them were refused by the
    /// server (a code other than 200), all others were taken.
    case settled(Int, refused: Int)
    /// The server ends the session; open another.
    case ended
  }

  private enum Fate: UInt8 { case underWay, taken, refused }

  /// Where the session stands.
  package private(set) var state = State.idle
  /// Messages under way.
  package private(set) var pending = 0

  private let software: String
  private let window: Int
  private var parser = FrameParser(dataLimit: Self.responseLimit)
  /// The number of the next command.
  private var next = TransactionNumber.first
  /// The fates of the messages under way, by their numbers modulo the window's size.
  private var fates: [Fate]
  private var oldest = 0
  private var closeNumber = TransactionNumber.hint

  /// A session that has not begun.
  package init(
    software: String, window: Int = Self.standardWindow, firstNumber: TransactionNumber = .first
  ) {
    precondition(window > 0 && !firstNumber.isHint)
    self.software = software
    self.window = window
    next = firstNumber
    fates = Array(repeating: .underWay, count: window)
  }

  /// How many messages may be sent now.
  package var room: Int { state == .open ? window - pending : 0 }

  /// Begins the session.
  package mutating func open(into output: inout ByteWriter) {
    precondition(state == .idle, "a session begins once")
    output.append(.open, number: next, text: Offers.text(version: 0, software: software))
    next = next.next
    state = .opening
  }

  /// Sends a message, without a line feed at its end; there must be room.
  package mutating func send(_ message: Span<UInt8>, into output: inout ByteWriter) {
    precondition(room > 0, "a message was sent without room for it")
    output.append(.syslog, number: next, data: message)
    fates[(oldest + pending) % window] = .underWay
    next = next.next
    pending += 1
  }

  /// Announces the end; what is under way may still be settled.
  package mutating func close(into output: inout ByteWriter) {
    guard state == .open else {
      state = .ended
      return
    }
    output.append(.close, number: next)
    closeNumber = next
    next = next.next
    state = .closing
  }

  /// Takes bytes from the server, from `position` on; call it until it says `none`.
  package mutating func receive(
    _ bytes: Span<UInt8>, from position: inout Int
  ) throws(RELPError) -> Action {
    do throws(RELPError) {
      while state != .ended, let frame = try parser.next(in: bytes, from: &position) {
        let action = try take(frame)
        if action != .none { return action }
      }
    } catch {
      state = .ended
      throw error
    }
    return .none
  }

  private mutating func take(_ frame: RELPFrame) throws(RELPError) -> Action {
    switch (frame.command, state) {
    case (.serverClose, .opening), (.serverClose, .open), (.serverClose, .closing):
      state = .ended
      return .ended
    // Hints that are not known mean nothing (RELP specification, "COMMAND SEMANTICS").
    case (.other, _) where frame.number.isHint: return .none
    case (.response, .opening) where frame.number.next == next: return try takeOpen()
    case (.response, .closing) where frame.number == closeNumber:
      state = .ended
      return .ended
    case (.response, .open), (.response, .closing): return try takeResponse(to: frame.number)
    default: throw .unexpectedFrame(frame.command, number: frame.number.value)
    }
  }

  private mutating func takeOpen() throws(RELPError) -> Action {
    let code = try code()
    guard code == 200 else { throw .openRefused(code: code) }
    var start = 0
    while start < parser.data.count, parser.data[start] != UInt8(ascii: "\n") { start += 1 }
    guard let offers = Offers(parser.data.extracting(start...)) else { throw .malformedOffers }
    guard offers.version != nil else { throw .versionMissing }
    guard offers.hasSyslog else { throw .syslogMissing }
    state = .open
    return .opened
  }

  private mutating func takeResponse(to number: TransactionNumber) throws(RELPError) -> Action {
    let first = firstPending
    let place = number.distance(from: first)
    let index = (oldest + place) % window
    guard !number.isHint, place < pending, fates[index] == .underWay else {
      throw .unexpectedFrame(.response, number: number.value)
    }
    fates[index] = try code() == 200 ? .taken : .refused
    return settle()
  }

  /// The number of the oldest message under way.
  private var firstPending: TransactionNumber {
    let behind = pending + (state == .closing ? 1 : 0)
    return next.advanced(by: Int(TransactionNumber.largest) - behind)
  }

  private mutating func settle() -> Action {
    var count = 0
    var refused = 0
    while pending > 0, fates[oldest] != .underWay {
      if fates[oldest] == .refused { refused += 1 }
      oldest = (oldest + 1) % window
      pending -= 1
      count += 1
    }
    return count == 0 ? .none : .settled(count, refused: refused)
  }

  /// The code that a response begins with.
  private borrowing func code() throws(RELPError) -> Int {
    let data = parser.data
    guard data.count >= 3, data.count == 3 || data[3] == UInt8(ascii: " ") || data[3] == 10,
      let code = data.extracting(..<3).decimal
    else { throw .malformedResponse }
    return code
  }
}
