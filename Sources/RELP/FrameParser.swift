internal import Memory

/// The head of a frame: `NUMBER COMMAND LENGTH`.
package struct RELPFrame: Hashable, Sendable {
  /// The number of the command, or of the one that is answered.
  package let number: TransactionNumber
  /// What it says.
  package let command: RELPCommand
}

/// Reads frames from the bytes of a connection as they come, however they are cut.
///
/// What it keeps of a frame under way is bounded by the limit of its data, and grows with the bytes
/// that came, never with what a frame only announces. After an error it stays there.
package struct FrameParser: ~Copyable {
  /// The most data that librelp takes in a frame, unless told otherwise.
  package static let standardDataLimit = 131_072
  /// Digits of a number.
  static let digitLimit = 9
  /// Letters of a command.
  static let commandLimit = 32

  private enum State: Equatable {
    case number, command, length, data, end, failed(RELPError)
  }

  private let dataLimit: Int
  private var state = State.number
  /// Bytes of the part under way.
  private var count = 0
  private var number: UInt32 = 0
  private var length = 0
  private var word: [UInt8] = []
  private var content = ByteWriter(capacity: 256)
  private var isComplete = false

  /// A parser at the beginning of a connection.
  package init(dataLimit: Int = Self.standardDataLimit) {
    self.dataLimit = dataLimit
    word.reserveCapacity(Self.commandLimit)
  }

  /// The data of the frame that `next` gave last.
  package var data: Span<UInt8> {
    @_lifetime(borrow self) get { content.span }
  }

  /// Reads from `position` on, which is behind the frame afterwards; nil where the bytes end before
  /// the frame does.
  package mutating func next(
    in bytes: Span<UInt8>, from position: inout Int
  ) throws(RELPError) -> RELPFrame? {
    if case .failed(let error) = state { throw error }
    if isComplete { begin() }
    do throws(RELPError) {
      while position < bytes.count {
        if state == .data {
          takeData(bytes, from: &position)
        } else {
          try take(bytes[position])
          position += 1
          if isComplete { return frame }
        }
      }
    } catch {
      state = .failed(error)
      throw error
    }
    return nil
  }

  private var frame: RELPFrame? {
    TransactionNumber(number).map { RELPFrame(number: $0, command: RELPCommand(word.span)) }
  }

  private mutating func begin() {
    isComplete = false
    number = 0
    length = 0
    word.removeAll(keepingCapacity: true)
    content.removeAll()
    enter(.number)
  }

  private mutating func enter(_ next: State) {
    state = next
    count = 0
  }

  private mutating func takeData(_ bytes: Span<UInt8>, from position: inout Int) {
    let more = min(length - content.count, bytes.count - position)
    content.append(bytes.extracting(position..<position + more))
    position += more
    if content.count == length { enter(.end) }
  }

  private mutating func take(_ byte: UInt8) throws(RELPError) {
    switch state {
    case .number:
      if byte == Self.blank, count > 0 { return enter(.command) }
      number = number * 10 + UInt32(try digit(byte, of: .number))
    case .command:
      if byte == Self.blank, count > 0 { return enter(.length) }
      try letter(byte)
    case .length:
      // Where there are no data, no blank stands before them.
      if byte == Self.lineFeed, count > 0, length == 0 {
        isComplete = true
      } else if byte == Self.blank, count > 0, length > 0 {
        guard length <= dataLimit else { throw .dataTooLong(length, limit: dataLimit) }
        enter(.data)
      } else {
        length = length * 10 + Int(try digit(byte, of: .length))
      }
    case .end:
      guard byte == Self.lineFeed else { throw .unexpectedByte(byte, in: .end) }
      isComplete = true
    case .data: break
    case .failed(let error): throw error
    }
  }

  private mutating func digit(_ byte: UInt8, of field: RELPError.Field) throws(RELPError) -> UInt8 {
    guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
      throw .unexpectedByte(byte, in: field)
    }
    guard count < Self.digitLimit else { throw .tooLong(field) }
    count += 1
    return byte - UInt8(ascii: "0")
  }

  private mutating func letter(_ byte: UInt8) throws(RELPError) {
    let lower = byte | 0x20
    guard lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "z") else {
      throw .unexpectedByte(byte, in: .command)
    }
    guard count < Self.commandLimit else { throw .tooLong(.command) }
    count += 1
    word.append(byte)
  }

  private static let blank = UInt8(ascii: " ")
  private static let lineFeed = UInt8(ascii: "\n")
}
