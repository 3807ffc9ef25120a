package import Kernel
internal import Memory

/// What lines are written to: the writer of the log thread, or an array.
///
/// Generic functions over it are made for each of both within this module.
protocol TextOutput: ~Copyable {
  var count: Int { get }
  subscript(index: Int) -> UInt8 { get }
  mutating func append(_ byte: UInt8)
  mutating func append(_ bytes: Span<UInt8>)
  mutating func append(decimal value: UInt64)
  mutating func removeLast(_ number: Int)
}

extension ByteWriter: TextOutput {}

extension [UInt8]: TextOutput {
  /// A decimal number.
  mutating func append(decimal value: UInt64) {
    if value >= 10 { append(decimal: value / 10) }
    append(UInt8(truncatingIfNeeded: value % 10) | UInt8(ascii: "0"))
  }

  /// An IPv4 or IPv6 address as people write it (RFC 5952); nothing for other families.
  package mutating func append(address endpoint: Endpoint) { write(address: endpoint) }
}
