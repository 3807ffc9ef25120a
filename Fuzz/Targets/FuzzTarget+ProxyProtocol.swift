internal import Kernel
internal import ProxyProtocol

extension FuzzTarget {
  /// PROXY protocol headers: a header is whole at its length and not before, and what it says is
  /// written and read back.
  static let proxyProtocol = FuzzTarget("proxy-protocol") { bytes in
    switch ProxyHeader.decode(bytes.span) {
    case .incomplete:
      precondition(bytes.count < ProxyHeader.binaryLimit, "a header without an end")
    case .failed: break
    case .complete(let header, let length):
      precondition(length > 0 && length <= bytes.count)
      let (whole, shorter) = (Array(bytes[..<length]), Array(bytes[..<(length - 1)]))
      precondition(ProxyHeader.decode(whole.span) == .complete(header, length: length))
      precondition(ProxyHeader.decode(shorter.span) == .incomplete)
      writeAndRead(header)
    }
  }

  private static func writeAndRead(_ header: ProxyHeader) {
    guard let source = header.source, let destination = header.destination,
      source.family != .unix, source.family == destination.family
    else { return }
    for version in [1, 2] {
      let bytes = header.encoded(version: version)
      guard case .complete(let again, bytes.count) = ProxyHeader.decode(bytes.span) else {
        preconditionFailure("what was written is not read back")
      }
      precondition(again == header)
    }
  }
}
