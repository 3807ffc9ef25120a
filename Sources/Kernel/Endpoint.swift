/// One end of a connection as plain bits: an address family, an address and a port.
///
/// It owns nothing and is copied into records without a reference count. The path of a UNIX
/// socket is not kept; a peer on such a socket has the family and no more.
public struct Endpoint: BitwiseCopyable, Hashable, Sendable {
  /// What kind of address the endpoint holds.
  public enum Family: UInt8, BitwiseCopyable, Sendable {
    /// Nothing is known: no such peer, or not yet.
    case none
    /// An IPv4 address, in the low 32 bits of `low`.
    case ipv4
    /// An IPv6 address, in `high` and `low`.
    case ipv6
    /// A UNIX socket, named or abstract.
    case unix
  }

  /// The address family.
  public var family: Family
  /// The port in host byte order; 0 for UNIX sockets.
  public var port: UInt16
  /// The upper 64 bits of an IPv6 address, in host byte order.
  public var high: UInt64
  /// The lower 64 bits of an IPv6 address, or an IPv4 address, in host byte order.
  public var low: UInt64

  /// Makes an endpoint of its parts.
  @inlinable
  public init(family: Family, port: UInt16 = 0, high: UInt64 = 0, low: UInt64 = 0) {
    self.family = family
    self.port = port
    self.high = high
    self.low = low
  }

  /// The endpoint of which nothing is known.
  @inlinable public static var none: Endpoint { Endpoint(family: .none) }

  /// An IPv4 endpoint; `address` is in host byte order (127.0.0.1 is 0x7F000001).
  @inlinable
  public static func ipv4(_ address: UInt32, port: UInt16) -> Endpoint {
    Endpoint(family: .ipv4, port: port, low: UInt64(address))
  }

  /// An IPv6 endpoint; both halves are in host byte order.
  @inlinable
  public static func ipv6(high: UInt64, low: UInt64, port: UInt16) -> Endpoint {
    Endpoint(family: .ipv6, port: port, high: high, low: low)
  }
}
