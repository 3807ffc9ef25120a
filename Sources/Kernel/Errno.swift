internal import CLinux

/// An error number of the kernel (errno(3)).
public struct Errno: Error, BitwiseCopyable, Hashable, Sendable {
  /// The number, positive.
  public var number: Int32

  /// Makes an error of its number.
  @inlinable public init(_ number: Int32) { self.number = number }

  /// The symbol, such as ECONNREFUSED.
  package var name: String {
    let name = unsafe text(weir_errno_name)
    return name.isEmpty ? "E\(number)" : name
  }

  /// The words, such as "Connection refused".
  package var words: String {
    let words = unsafe text(weir_errno_text)
    return words.isEmpty ? "Unknown error \(number)" : words
  }

  private func text(
    _ write: (Int32, UnsafeMutablePointer<CChar>?, Int) -> Int
  ) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { room in
      // SAFETY: at most 128 bytes are written, and as many read as were written.
      let count = unsafe write(number, room.baseAddress, 128)
      return unsafe String(decoding: UnsafeRawBufferPointer(room)[..<count], as: UTF8.self)
    }
  }

  package static let permissionDenied = Errno(13)
  package static let noEntry = Errno(2)
  package static let notDirectory = Errno(20)
  package static let exists = Errno(17)
  package static let invalid = Errno(22)
  package static let processFull = Errno(24)
  package static let systemFull = Errno(23)
  package static let again = Errno(11)
  package static let noMemory = Errno(12)
  package static let brokenPipe = Errno(32)
  package static let addressInUse = Errno(98)
  package static let addressNotAvailable = Errno(99)
  package static let networkUnreachable = Errno(101)
  package static let connectionAborted = Errno(103)
  package static let connectionReset = Errno(104)
  package static let noBuffers = Errno(105)
  package static let timedOut = Errno(110)
  package static let connectionRefused = Errno(111)
  package static let hostUnreachable = Errno(113)
  package static let inProgress = Errno(115)
}

/// The result of a system call as a wrapper gives it: a count or descriptor, or the errno negated.
@inline(__always)
package func check(_ result: Int32) throws(Errno) -> Int32 {
  guard result >= 0 else { throw Errno(-result) }
  return result
}
