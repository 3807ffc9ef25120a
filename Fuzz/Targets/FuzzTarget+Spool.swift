internal import LogSinks
internal import Memory

extension FuzzTarget {
  /// Spool files: a byte that is changed costs the record it is in and no other, and any bytes
  /// whatever are read to their end, the same however they are cut.
  static let spool = FuzzTarget("spool") { bytes in
    changeAByte(bytes)
    let whole = records(of: bytes, read, pieces: .max)
    precondition(whole == records(of: bytes, read, pieces: 7), "records hang on how they were cut")
  }

  private static let read = SpoolFormat.SegmentName(first: 1, salt: 0x1234_5678)
  /// Another one, so that no input has a record of it by chance.
  private static let written = SpoolFormat.SegmentName(first: 1, salt: 0x9ABC_DEF0)

  /// The input says which byte is changed and how, then what the messages are.
  private static func changeAByte(_ input: [UInt8]) {
    guard input.count > 4 else { return }
    let messages = input[3...].split(separator: 10, omittingEmptySubsequences: false).map(
      Array.init)
    var writer = ByteWriter()
    var ends: [Int] = []
    for (index, message) in messages.enumerated() {
      SpoolFormat.appendRecord(
        message.span, sequence: UInt64(index) + 1, salt: written.salt, to: &writer)
      ends.append(writer.count)
    }
    var file: [UInt8] = []
    file.append(writer.span)
    let place = (Int(input[0]) << 8 | Int(input[1])) % file.count
    file[place] ^= input[2]
    let changed = input[2] == 0 ? nil : ends.firstIndex { place < $0 }
    let expected = messages.indices.filter { $0 != changed }.map { messages[$0] }
    precondition(records(of: file, written, pieces: .max) == expected, "a byte cost another record")
    precondition(records(of: file, written, pieces: 64) == expected)
  }

  private static func records(
    of file: [UInt8], _ name: SpoolFormat.SegmentName, pieces: Int
  ) -> [[UInt8]] {
    var window = SegmentWindow(name)
    var found: [[UInt8]] = []
    var place = 0
    while true {
      switch window.step(isLast: place == file.count) {
      case .record:
        var message: [UInt8] = []
        message.append(window.message)
        found.append(message)
        window.advance()
      case .more:
        window.buffer.moveToFront()
        let count = min(pieces, file.count - place, window.buffer.room)
        precondition(count > 0, "more is wanted than there is room for")
        _ = window.buffer.append(file.span.extracting(place..<place + count))
        place += count
      case .end: return found
      }
    }
  }
}
