internal import CLinux

/// A regular file that this process writes at places of its choice (pwrite(2)).
package struct OutputFile: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// Makes the file, or empties the one that has the name (open(2)).
  package init(creating path: String, mode: UInt32) throws(Errno) {
    descriptor = Descriptor(owning: try check(unsafe weir_file_create(path, mode)))
  }

  /// Writes all of these bytes from a place on.
  package func write(_ bytes: Span<UInt8>, at offset: Int) throws(Errno) {
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      // SAFETY: as many bytes are read as the span has.
      unsafe weir_file_write_at(
        descriptor.number, bytes.baseAddress, bytes.count, UInt64(max(offset, 0)))
    }
    _ = try check(result)
  }

  /// Lets the file end at this size (ftruncate(2)).
  package func cut(at size: Int) throws(Errno) {
    _ = try check(weir_file_cut(descriptor.number, UInt64(max(size, 0))))
  }
}
