internal import Memory

/// Messages that wait for a sink, first in, first out, in one row of bytes.
///
/// They lie one after the other, so that a batch is sent as it lies. What was sent is left in
/// place until it is half of the row; so a byte is moved at most once, on average.
struct MessageQueue {
  /// The most messages that wait.
  static let messageLimit = 16_384
  /// The most bytes that wait.
  static let byteLimit = 4 << 20

  private let messageLimit: Int
  private let byteLimit: Int
  private var bytes: [UInt8] = []
  private var sentBytes = 0
  private var lengths: [UInt32] = []
  private var sentMessages = 0
  /// What of the oldest was written already and only waits to be acknowledged: it takes no room.
  var inFlight = (messages: 0, bytes: 0)
  /// How many messages were taken away since the beginning.
  private(set) var removedCount: UInt64 = 0

  /// An empty queue.
  init(messageLimit: Int = Self.messageLimit, byteLimit: Int = Self.byteLimit) {
    self.messageLimit = messageLimit
    self.byteLimit = byteLimit
  }

  /// How many messages wait.
  var count: Int { lengths.count - sentMessages }
  /// Whether none waits.
  var isEmpty: Bool { count == 0 }
  /// How many bytes wait.
  var byteCount: Int { bytes.count - sentBytes }

  /// Adds a message, or does nothing and says false where a limit would be passed.
  mutating func append(_ message: [UInt8]) -> Bool { append(message.span) }

  /// Adds a message that lies elsewhere.
  mutating func append(_ message: Span<UInt8>) -> Bool {
    guard hasRoom(message.count),
      let length = UInt32(exactly: message.count)
    else { return false }
    bytes.append(message)
    lengths.append(length)
    return true
  }

  /// Adds a message without its final newline behind its length (RFC 6587 3.4.1).
  mutating func appendCounted(_ message: Span<UInt8>) -> Bool {
    let isLine = message.count > 0 && message[message.count - 1] == UInt8(ascii: "\n")
    let count = isLine ? message.count - 1 : message.count
    let start = bytes.count
    bytes.append(contentsOf: String(count).utf8)
    bytes.append(UInt8(ascii: " "))
    let length = bytes.count - start + count
    // The length's digits are there already.
    guard hasRoom(length - (bytes.count - start)), let told = UInt32(exactly: length) else {
      bytes.removeLast(bytes.count - start)
      return false
    }
    bytes.append(message.extracting(0..<count))
    lengths.append(told)
    return true
  }

  private func hasRoom(_ size: Int) -> Bool {
    count - inFlight.messages < messageLimit && byteCount - inFlight.bytes + size <= byteLimit
  }

  /// Whether a message of this size could be added if nothing waited.
  func canHold(_ size: Int) -> Bool { messageLimit > 0 && size <= byteLimit }

  /// Whether it is at least so many quarters full, by messages or bytes.
  func isFilled(quarters: Int) -> Bool {
    count - inFlight.messages >= messageLimit / 4 * quarters
      || byteCount - inFlight.bytes >= byteLimit / 4 * quarters
  }

  /// Whether a message of so many bytes fits in with an eighth of the queue left; into an empty one
  /// it always does, since waiting would not help.
  func hasRoom(for length: Int) -> Bool {
    isEmpty
      || (count - inFlight.messages < messageLimit - messageLimit / 8
        && byteCount - inFlight.bytes + length <= byteLimit - byteLimit / 8)
  }

  /// The bytes of the messages that wait, the oldest first.
  var waitingBytes: Span<UInt8> {
    @_lifetime(borrow self)
    get { bytes.span.extracting(sentBytes..<bytes.count) }
  }

  /// The lengths of the messages that wait, the oldest first.
  var waitingLengths: Span<UInt32> {
    @_lifetime(borrow self)
    get { lengths.span.extracting(sentMessages..<lengths.count) }
  }

  /// Takes the `number` oldest messages away.
  mutating func removeFirst(_ number: Int) {
    precondition(number >= 0 && number <= count, "more messages taken than waited")
    for index in sentMessages..<(sentMessages + number) { sentBytes += Int(lengths[index]) }
    sentMessages += number
    removedCount &+= UInt64(number)
    if isEmpty {
      bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 18)
      lengths.removeAll(keepingCapacity: true)
      sentBytes = 0
      sentMessages = 0
    } else if sentBytes * 2 >= bytes.count {
      bytes.removeSubrange(..<sentBytes)
      lengths.removeSubrange(..<sentMessages)
      sentBytes = 0
      sentMessages = 0
    }
  }
}
