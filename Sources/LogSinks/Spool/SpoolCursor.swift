internal import Kernel
internal import Memory

/// What of a spool is delivered: all records before `next`. It is a file of two places that are
/// written in turn, so that one of them is whole at any moment.
///
///     place = mark "WCUR", turn u64, next u64, CRC-32C of the mark and both u32
struct SpoolCursor {
  static let fileName = "cursor"
  private static let mark = Array("WCUR".utf8)
  private static let placeBytes = 24

  /// The number of the oldest record that is not delivered.
  private(set) var next: UInt64 = 0
  private var turn: UInt64 = 0
  private var isSaved = true

  /// A cursor before the first record.
  init() {}

  /// Reads what was saved; where neither place is whole, the cursor is before the first record.
  init(_ bytes: Span<UInt8>) {
    for place in 0..<2 {
      let start = place * Self.placeBytes
      guard bytes.count >= start + Self.placeBytes else { return }
      let slot = bytes.extracting(start..<start + Self.placeBytes)
      guard slot.littleEndian32(at: 20) == Checksum.crc32c(slot.extracting(..<20)),
        slot.littleEndian32(at: 0) == Self.mark.span.littleEndian32(at: 0)
      else { continue }
      let written = slot.littleEndian64(at: 4)
      if written >= turn { (turn, next) = (written, slot.littleEndian64(at: 12)) }
    }
  }

  /// Moves on; it never goes back.
  mutating func advance(to sequence: UInt64) {
    guard sequence > next else { return }
    next = sequence
    isSaved = false
  }

  /// Writes it where it moved since the last time.
  mutating func save(to file: borrowing StorageFile, with room: inout ByteWriter) throws(Errno) {
    guard !isSaved else { return }
    turn += 1
    room.removeAll()
    room.append(contentsOf: Self.mark)
    room.append(littleEndian: turn)
    room.append(littleEndian: next)
    room.append(littleEndian: Checksum.crc32c(room.span))
    try file.write(room.span, at: Int(turn % 2) * Self.placeBytes)
    isSaved = true
  }
}
