/// The hash of a client's address (`balance source`).
///
/// HAProxy folds an address by exclusive or, whatever function `hash-type` names: for `source`
/// only the avalanche applies (seen on 2.6 for each function), and so it is here, that clients
/// keep their servers.
package enum SourceHash {
  /// The hash of an IPv4 address in host byte order.
  package static func ipv4(_ address: UInt32, type: HashType) -> UInt32 {
    type.avalanche ? avalanche(address) : address
  }

  /// The hash of an IPv6 address, both halves in host byte order.
  package static func ipv6(high: UInt64, low: UInt64, type: HashType) -> UInt32 {
    let both = high ^ low
    let folded = UInt32(truncatingIfNeeded: both >> 32) ^ UInt32(truncatingIfNeeded: both)
    return type.avalanche ? avalanche(folded) : folded
  }

  /// Spreads each bit over all others, then over the whole range: Bob Jenkins' integer hash
  /// (burtleburtle.net/bob/hash/integer.html), times a prime near three quarters of the range.
  package static func avalanche(_ value: UInt32) -> UInt32 {
    var a = value
    a = (a &+ 0x7ed5_5d16) &+ (a << 12)
    a = (a ^ 0xc761_c23c) ^ (a >> 19)
    a = (a &+ 0x1656_67b1) &+ (a << 5)
    a = (a &+ 0xd3a2_646c) ^ (a << 9)
    a = (a &+ 0xfd70_46c5) &+ (a << 3)
    a = (a ^ 0xb55a_4f09) ^ (a >> 16)
    return a &* 3_221_225_473
  }
}
