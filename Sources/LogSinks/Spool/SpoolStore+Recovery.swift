internal import Kernel
internal import Memory

extension SpoolStore {
  /// Finds the segments of before, and in them all records that are whole and not delivered.
  mutating func takeStock() throws(SpoolError) {
    let names = try segmentNames()
    for (index, name) in names.enumerated() {
      let isLast = index == names.count - 1
      do throws(Errno) {
        let segment = try takeStock(of: name, isLast: isLast)
        if !isLast { countMissing(from: segment.end, to: names[index + 1].first) }
        add(segment)
      } catch {
        throw error == SpoolError.versionMark
          ? .otherVersion(file: name.text) : .system(error, file: name.text)
      }
    }
    nextSequence = max(segments.last?.end ?? 1, cursor.next, 1)
  }

  private mutating func takeStock(
    of name: SpoolFormat.SegmentName, isLast: Bool
  ) throws(Errno) -> Segment {
    let file = try folder.file(name.text, create: false)
    if owner.isGiven { try file.give(user: owner.user, group: owner.group) }
    guard try !isOtherVersion(file) else { throw SpoolError.versionMark }
    let size = try file.size()
    let segment = try survey(name, file, size: size)
    if isLast, size > segment.size {
      // What is behind the last whole record was torn; the next one takes its place.
      try file.truncate(to: segment.size)
      damagedCount += 1
    }
    return segment
  }

  private func segmentNames() throws(SpoolError) -> [SpoolFormat.SegmentName] {
    do throws(Errno) {
      return try folder.names().compactMap { SpoolFormat.SegmentName($0) }
    } catch { throw .system(error, file: "") }
  }

  private func isOtherVersion(_ file: borrowing StorageFile) throws(Errno) -> Bool {
    var header = ByteBuffer(capacity: SpoolFormat.headerBytes)
    _ = try file.read(into: &header, at: 0, limit: SpoolFormat.headerBytes)
    return SpoolFormat.isOtherVersion(header.bytes)
  }

  /// Reads a segment through. Where the disk cannot be read, it ends there.
  private mutating func survey(
    _ name: SpoolFormat.SegmentName, _ file: borrowing StorageFile, size: Int
  ) throws(Errno) -> Segment {
    var segment = Segment(name: name, size: SpoolFormat.headerBytes, end: name.first, unread: 0)
    window.begin(name)
    while true {
      switch window.step(isLast: window.end >= size) {
      case .record(let sequence):
        countMissing(from: segment.end, to: sequence)
        if sequence >= cursor.next { segment.unread += 1 }
        window.advance()
        segment.end = sequence + 1
        segment.size = window.offset
      case .more:
        let offset = window.end
        window.buffer.moveToFront()
        guard try file.read(into: &window.buffer, at: offset, limit: size - offset) > 0 else {
          return segment
        }
      case .end: return segment
      }
    }
  }

  /// Counts damaged records between two numbers, as far as they were not delivered.
  private mutating func countMissing(from first: UInt64, to end: UInt64) {
    let first = max(first, cursor.next)
    if end > first { damagedCount += end - first }
  }
}

extension SpoolError {
  /// Stands for a file of another version among the errors of the system (EPROTO).
  fileprivate static let versionMark = Errno(71)
}
