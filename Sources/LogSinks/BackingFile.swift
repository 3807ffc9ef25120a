internal import Kernel
internal import Memory

/// The file that shows a ring's latest messages (`backing-file`), one below the other, as text.
///
/// It grows up to the ring's size; then its older half goes. The file of the run before is kept
/// beside it, with `.bak` behind its name. The file stays open, since what comes later may no
/// longer be allowed to make one.
struct BackingFile: ~Copyable {
  private let file: OutputFile
  private let size: Int
  /// What the file holds.
  private var kept: MessageQueue
  private var end = 0

  /// Puts the file of the run before aside and begins a new one of at most `size` bytes.
  init(path: String, size: Int) throws(Errno) {
    do throws(Errno) {
      try File.rename(path, to: path + ".bak")
    } catch {
      guard error == .noEntry else { throw error }
    }
    file = try OutputFile(creating: path, mode: 0o640)
    self.size = size
    kept = MessageQueue(messageLimit: .max, byteLimit: size)
  }

  /// Writes all messages that wait.
  mutating func send(_ queue: borrowing MessageQueue) -> SendOutcome {
    let bytes = queue.waitingBytes
    let lengths = queue.waitingLengths
    var start = 0
    do throws(Errno) {
      if end + bytes.count <= size { try file.write(bytes, at: end) }
      for index in lengths.indices {
        let message = bytes.extracting(start..<start + Int(lengths[index]))
        while !kept.append(message), !kept.isEmpty { kept.removeFirst(1) }
        start += message.count
      }
      end += bytes.count
      guard end > size else { return .sent(lengths.count) }
      // The newer half is written over the whole.
      while kept.byteCount > size / 2 { kept.removeFirst(1) }
      try file.write(kept.waitingBytes, at: 0)
      try file.cut(at: kept.byteCount)
      end = kept.byteCount
      return .sent(lengths.count)
    } catch {
      return .refused(lengths.count, error)
    }
  }
}
