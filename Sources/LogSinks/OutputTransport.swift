internal import Kernel

/// A descriptor that the process inherited, written in whole lines.
struct OutputTransport: ~Copyable {
  /// The most bytes that one write to a file or socket takes.
  static let writeLimit = 65_536

  let output: OutputDescriptor
  /// How much of the oldest message is written.
  private var writtenBytes = 0

  /// Opens a view of an inherited descriptor.
  init(inherited number: Int32) throws(Errno) { output = try OutputDescriptor(inherited: number) }

  /// Writes as many of the oldest messages as go in one piece.
  mutating func send(_ queue: borrowing MessageQueue) -> SendOutcome {
    let lengths = queue.waitingLengths
    let limit = output.isPipe ? OutputDescriptor.atomicBytes : Self.writeLimit
    var count = 0
    var end = 0
    while count < lengths.count, count == 0 || end + Int(lengths[count]) <= limit {
      end += Int(lengths[count])
      count += 1
    }
    do throws(Errno) {
      let written = try output.write(queue.waitingBytes.extracting(writtenBytes..<end))
      return .sent(whole(of: lengths, after: writtenBytes + written))
    } catch {
      switch error {
      case .again: return .full
      case .noBuffers, .noMemory: return .short(error)
      default:
        writtenBytes = 0
        return .refused(count, error)
      }
    }
  }

  /// How many messages are whole with `bytes` written since the first began; the rest is kept.
  private mutating func whole(of lengths: Span<UInt32>, after bytes: Int) -> Int {
    var rest = bytes
    var count = 0
    while count < lengths.count, rest >= Int(lengths[count]) {
      rest -= Int(lengths[count])
      count += 1
      if rest == 0 { break }
    }
    writtenBytes = rest
    return count
  }
}
