internal import Kernel
internal import Memory

extension SpoolStore {
  /// How often a place of the disk that cannot be read is tried.
  static let readFailureLimit = 5

  /// Hands over records that were not read yet, in order, until `take` wants no more.
  ///
  /// Gives how many records turned out to be damaged since they were written. Where the disk cannot
  /// be read, it is tried again by the next calls; then the rest of that segment is given up and
  /// counted as damaged.
  mutating func read(_ take: (Span<UInt8>, UInt64) -> Bool) throws(SpoolError) -> Int {
    var damaged = 0
    while readIndex < segments.count {
      do throws(SpoolError) {
        guard try readSegment(take) else { return damaged }
        readFailures = 0
      } catch {
        readFailures += 1
        guard readFailures >= Self.readFailureLimit else { throw error }
        // Nothing is added to a file that cannot be read.
        if readIndex == segments.count - 1 { beginSegmentWhereDue(anyway: true) }
      }
      damaged += leaveSegment()
    }
    return damaged
  }

  /// Goes on to the next segment, if there is one; how many records of this one were not found.
  private mutating func leaveSegment() -> Int {
    let lost = segments[readIndex].unread
    segments[readIndex].unread = 0
    readFailures = 0
    guard readIndex < segments.count - 1 else { return lost }
    reader = nil
    readIndex += 1
    return lost
  }

  /// Whether the segment is done with: no record of it is left to be found, and there is another,
  /// or some are lost.
  private mutating func readSegment(
    _ take: (Span<UInt8>, UInt64) -> Bool
  ) throws(SpoolError) -> Bool {
    let segment = segments[readIndex]
    guard segment.unread > 0 else { return readIndex < segments.count - 1 }
    do throws(Errno) {
      if reader == nil {
        reader = try folder.file(segment.name.text, create: false)
        window.begin(segment.name)
      }
      while segments[readIndex].unread > 0 {
        switch window.step(isLast: window.end >= segment.size) {
        case .record(let sequence):
          if sequence >= cursor.next {
            guard take(window.message, sequence) else { return false }
            segments[readIndex].unread -= 1
          }
          window.advance()
        case .more:
          let offset = window.end
          window.buffer.moveToFront()
          let count = try reader?.read(
            into: &window.buffer, at: offset, limit: segment.size - offset)
          // The file is shorter than what was written to it.
          if (count ?? 0) == 0 { throw .io }
        case .end: return true
        }
      }
    } catch { throw .system(error, file: segment.name.text) }
    return readIndex < segments.count - 1
  }
}

extension Errno {
  static let io = Errno(5)
  static let noSpace = Errno(28)
  static let quota = Errno(122)
}
