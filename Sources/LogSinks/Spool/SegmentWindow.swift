internal import Kernel
package import Memory

/// The records of a segment, found one after the other in bytes that are brought piece by piece.
///
/// What is no valid record is passed over, a byte at a time where need be, until the next valid one:
/// a flipped byte costs the record it is in and no other. Records are numbered without gaps, so what
/// was passed over is counted by the next number.
package struct SegmentWindow: ~Copyable {
  /// What there is at the place of reading.
  package enum Step: Equatable {
    /// A record; its message is `message` until `advance`.
    case record(sequence: UInt64)
    /// More bytes are needed: bring some, or say that there are none.
    case more
    /// There are no more records.
    case end
  }

  /// Room for some records of the greatest length.
  static let capacity = 2 * (SpoolFormat.messageLimit + SpoolFormat.recordBytes)

  /// The bytes, for who brings them.
  package var buffer: ByteBuffer
  /// Records that were passed over since they are damaged.
  package private(set) var damaged: UInt64 = 0
  /// Where in the file the place of reading is.
  package private(set) var offset: Int
  private var salt: UInt32
  /// The number that the next record has, if none is damaged.
  private var expected: UInt64
  /// The length of the record at the place of reading, once it was found valid.
  private var length: Int?

  /// A window on the records of a segment, before its first.
  package init(_ name: SpoolFormat.SegmentName, capacity: Int = Self.capacity) {
    buffer = ByteBuffer(capacity: capacity)
    salt = name.salt
    expected = name.first
    offset = SpoolFormat.headerBytes
  }

  /// Goes before the first record of another segment.
  package mutating func begin(_ name: SpoolFormat.SegmentName) {
    buffer.removeAll()
    salt = name.salt
    expected = name.first
    offset = SpoolFormat.headerBytes
    damaged = 0
    length = nil
  }

  /// Where in the file the bytes to be brought next are.
  package var end: Int { offset + buffer.count }

  /// The number that the next record has, if none is damaged.
  package var next: UInt64 { expected }

  /// The message of the record at the place of reading.
  package var message: Span<UInt8> {
    @_lifetime(borrow self) get {
      let start = SpoolFormat.recordBytes
      return buffer.bytes.extracting(start..<start + (length ?? 0))
    }
  }

  /// Looks for the next record. `isLast` says that no more bytes come.
  package mutating func step(isLast: Bool) -> Step {
    if length != nil { return .record(sequence: expected) }
    var place = 0
    while true {
      switch look(at: place) {
      case .valid(let sequence, let count):
        pass(place)
        damaged += sequence - expected
        expected = sequence
        length = count
        return .record(sequence: sequence)
      case .cut where !isLast:
        pass(place)
        buffer.moveToFront()
        return .more
      case .cut, .none:
        guard place < buffer.count else {
          pass(place)
          return isLast ? .end : .more
        }
        place = nextMark(behind: place)
      }
    }
  }

  /// Passes the record at the place of reading.
  package mutating func advance() {
    guard let count = length else { return }
    pass(SpoolFormat.recordBytes + count)
    expected += 1
    length = nil
  }

  private mutating func pass(_ count: Int) {
    buffer.consumed(count)
    offset += count
  }

  private enum Look { case valid(UInt64, Int), cut, none }

  /// What is at this place of the bytes.
  private func look(at place: Int) -> Look {
    let bytes = buffer.bytes.extracting(place...)
    for index in SpoolFormat.mark.indices {
      guard index < bytes.count else { return .cut }
      guard bytes[index] == SpoolFormat.mark[index] else { return .none }
    }
    guard bytes.count >= SpoolFormat.recordBytes else { return .cut }
    let count = Int(bytes.littleEndian32(at: 4))
    let sequence = bytes.littleEndian64(at: 8)
    guard count <= SpoolFormat.messageLimit, sequence >= expected,
      sequence - expected <= UInt64(UInt32.max)
    else { return .none }
    let end = SpoolFormat.recordBytes + count
    guard end <= bytes.count else { return .cut }
    let head = Checksum.crc32c(bytes.extracting(4..<16), after: salt)
    let whole = Checksum.crc32c(bytes.extracting(SpoolFormat.recordBytes..<end), after: head)
    return whole == bytes.littleEndian32(at: 16) ? .valid(sequence, count) : .none
  }

  /// The next place behind this one where a record may begin; the end where there is none.
  private func nextMark(behind place: Int) -> Int {
    let bytes = buffer.bytes
    let first = SpoolFormat.mark[0]
    var index = place + 1
    while index < bytes.count, bytes[index] != first { index += 1 }
    return index
  }
}
