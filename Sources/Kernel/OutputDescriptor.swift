internal import CLinux

/// A place for lines that the process inherited: stdout, stderr, or any descriptor that was open
/// when it started.
///
/// Others may hold the same pipe or terminal, so it is opened a second time where possible
/// (/proc/self/fd) and only this second view does not block. A regular file is written as it is,
/// at the offset that all who hold it share.
package struct OutputDescriptor: ~Copyable, Sendable {
  /// The most bytes that a pipe takes in one piece (PIPE_BUF, pipe(7)).
  package static let atomicBytes = 4096

  /// The view of our own.
  package let descriptor: Descriptor
  private let kind: Int32

  /// Opens a view of an inherited descriptor; the latter stays as it is.
  package init(inherited number: Int32) throws(Errno) {
    var kind: Int32 = 0
    descriptor = Descriptor(owning: try check(unsafe weir_output_open(number, &kind)))
    self.kind = kind
  }

  /// Whether it is a pipe or terminal, which may be full.
  package var isPipe: Bool { kind == Int32(WEIR_OUTPUT_PIPE.rawValue) }

  /// Writes what it takes of the bytes at once and gives their number (write(2), send(2)).
  package func write(_ bytes: Span<UInt8>) throws(Errno) -> Int {
    let written = unsafe bytes.withUnsafeBufferPointer { bytes in
      // SAFETY: as many bytes are read as the span has.
      unsafe weir_output_write(descriptor.number, kind, bytes.baseAddress, bytes.count)
    }
    guard written >= 0 else { throw Errno(Int32(clamping: -written)) }
    return written
  }
}

extension Thread {
  /// Gives the calling thread a root and working directory of its own (unshare(2), CLONE_FS):
  /// a later chroot(2) or chdir(2) of others does not touch it. Some containers refuse.
  package static func keepOwnRoot() throws(Errno) { _ = try check(weir_unshare_file_system()) }
}
