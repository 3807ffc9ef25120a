internal import Kernel
package import Memory

/// The files of a spool, as bytes; docs/spool.md describes them. All numbers are little-endian.
///
///     segment = header, then records
///     header  = magic "WEIRSPOL", version u32, salt u32, sequence of the first record u64,
///               CRC-32C of these 24 bytes u32, 0 u32
///     record  = mark u32, length u32, sequence u64, CRC-32C u32, message
///
/// A record's checksum is over length, sequence and message, and begins with the segment's salt.
/// Salt and first sequence are also in the file's name, so that no single byte of a file is needed
/// to read the others. The salt keeps a message from looking like a record to who looks for the
/// next one behind a damaged record.
package enum SpoolFormat {
  /// What a segment begins with.
  static let magic = Array("WEIRSPOL".utf8)
  /// The version written here.
  static let version: UInt32 = 1
  /// Bytes of a segment's header.
  package static let headerBytes = 32
  /// Bytes before each message.
  package static let recordBytes = 20
  /// The longest message, in bytes.
  package static let messageLimit = 131_072
  static let mark: [UInt8] = [0xD7, 0x57, 0x52, 0x0A]
  static let nameSuffix = ".spool"

  /// What a segment is called: its first sequence and its salt.
  package struct SegmentName: Hashable, Sendable {
    /// The number of its first record.
    package let first: UInt64
    /// What its checksums begin with.
    package let salt: UInt32

    /// The name of a segment with these.
    package init(first: UInt64, salt: UInt32) {
      self.first = first
      self.salt = salt
    }

    /// The segment that a file of this name is; nil where it is none.
    init?(_ text: String) {
      let bytes = Array(text.utf8)
      guard bytes.count == 16 + 1 + 8 + SpoolFormat.nameSuffix.utf8.count, bytes[16] == 0x2D,
        text.hasSuffix(SpoolFormat.nameSuffix),
        let first = UInt64(text.prefix(16), radix: 16),
        let salt = UInt32(text.dropFirst(17).prefix(8), radix: 16)
      else { return nil }
      self.init(first: first, salt: salt)
      guard self.text == text else { return nil }
    }

    /// The name of the file.
    var text: String {
      Self.hex(first, 16) + "-" + Self.hex(UInt64(salt), 8) + SpoolFormat.nameSuffix
    }

    private static func hex(_ value: UInt64, _ width: Int) -> String {
      let digits = String(value, radix: 16)
      return String(repeating: "0", count: width - digits.utf8.count) + digits
    }
  }

  /// Writes a segment's header.
  package static func appendHeader(_ name: SegmentName, to output: inout ByteWriter) {
    let start = output.count
    output.append(contentsOf: magic)
    output.append(littleEndian: version)
    output.append(littleEndian: name.salt)
    output.append(littleEndian: name.first)
    output.append(littleEndian: Checksum.crc32c(output.span.extracting(start...)))
    output.append(littleEndian: UInt32(0))
  }

  /// Whether these bytes are a header of a version that is not read here. A damaged header is not.
  static func isOtherVersion(_ header: Span<UInt8>) -> Bool {
    guard header.count >= headerBytes,
      header.littleEndian32(at: 24)
        == Checksum.crc32c(header.extracting(..<24))
    else { return false }
    return header.littleEndian32(at: 8) != version
  }

  /// Writes a record.
  package static func appendRecord(
    _ message: Span<UInt8>, sequence: UInt64, salt: UInt32, to output: inout ByteWriter
  ) {
    output.append(contentsOf: mark)
    let start = output.count
    output.append(littleEndian: UInt32(message.count))
    output.append(littleEndian: sequence)
    let head = Checksum.crc32c(output.span.extracting(start...), after: salt)
    output.append(littleEndian: Checksum.crc32c(message, after: head))
    output.append(message)
  }
}

extension ByteWriter {
  mutating func append(littleEndian value: UInt32) {
    for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: value &>> shift)) }
  }

  mutating func append(littleEndian value: UInt64) {
    append(littleEndian: UInt32(truncatingIfNeeded: value))
    append(littleEndian: UInt32(truncatingIfNeeded: value &>> 32))
  }
}

extension Span<UInt8> {
  /// The number at a place; there must be four bytes.
  func littleEndian32(at place: Int) -> UInt32 {
    UInt32(self[place]) | UInt32(self[place + 1]) << 8 | UInt32(self[place + 2]) << 16
      | UInt32(self[place + 3]) << 24
  }

  /// The number at a place; there must be eight bytes.
  func littleEndian64(at place: Int) -> UInt64 {
    UInt64(littleEndian32(at: place)) | UInt64(littleEndian32(at: place + 4)) << 32
  }
}
