internal import CLinux

/// CRC-32C (Castagnoli, RFC 3720 B.4), as disks and file systems use it: it finds every flipped
/// byte.
package enum Checksum {
  /// The checksum of bytes behind those whose checksum is `before`, or behind none.
  package static func crc32c(_ bytes: Span<UInt8>, after before: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      // SAFETY: as many bytes are read as the span has.
      unsafe weir_crc32c(before, bytes.baseAddress, bytes.count)
    }
  }
}
