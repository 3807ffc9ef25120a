internal import Kernel

extension ProxyHeader {
  /// The header as bytes, of version 1 or 2.
  ///
  /// Addresses of two families are sent as IPv6, the IPv4 one mapped; what is not an Internet
  /// address is sent as `UNKNOWN` or `LOCAL`.
  package func encoded(version: Int) -> [UInt8] {
    var ends: (source: Endpoint, destination: Endpoint)?
    if let source, let destination, source.isInternet, destination.isInternet {
      let areAlike = source.family == destination.family
      ends = areAlike ? (source, destination) : (source.mappedToIPv6, destination.mappedToIPv6)
    }
    return version == 2 ? Self.binary(ends) : Self.text(ends)
  }

  private static func text(_ ends: (source: Endpoint, destination: Endpoint)?) -> [UInt8] {
    guard let (source, destination) = ends else { return Array("PROXY UNKNOWN\r\n".utf8) }
    let family = source.family == .ipv4 ? "TCP4" : "TCP6"
    return Array(
      "PROXY \(family) \(source.addressText) \(destination.addressText) \(source.port) \(destination.port)\r\n"
        .utf8)
  }

  private static func binary(_ ends: (source: Endpoint, destination: Endpoint)?) -> [UInt8] {
    guard let (source, destination) = ends else { return signature + [0x20, 0x00, 0x00, 0x00] }
    var bytes = signature + [0x21]
    if source.family == .ipv4 {
      bytes += [0x11, 0, 12]
      append(source.low, 4, to: &bytes)
      append(destination.low, 4, to: &bytes)
    } else {
      bytes += [0x21, 0, 36]
      for end in [source, destination] {
        append(end.high, 8, to: &bytes)
        append(end.low, 8, to: &bytes)
      }
    }
    append(UInt64(source.port), 2, to: &bytes)
    append(UInt64(destination.port), 2, to: &bytes)
    return bytes
  }

  private static func append(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
    for index in (0..<count).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
    }
  }
}

extension Endpoint {
  fileprivate var isInternet: Bool { family == .ipv4 || family == .ipv6 }

  /// The address as IPv6: `::ffff:a.b.c.d` for an IPv4 one (RFC 4291, 2.5.5.2).
  fileprivate var mappedToIPv6: Endpoint {
    family == .ipv4 ? .ipv6(high: 0, low: 0xFFFF_0000_0000 | low, port: port) : self
  }
}
