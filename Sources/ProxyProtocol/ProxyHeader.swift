package import Kernel

/// What a PROXY protocol header says of a connection (HAProxy's proxy-protocol.txt, versions 1 and
/// 2): who the client is and which address it spoke to.
package struct ProxyHeader: Hashable, Sendable {
  /// Where the connection comes from; nil where the sender speaks for itself (`LOCAL`) or cannot
  /// tell (`UNKNOWN`, `UNSPEC`).
  package var source: Endpoint?
  /// The address that the client spoke to; nil as for `source`.
  package var destination: Endpoint?

  /// Makes a header.
  package init(source: Endpoint?, destination: Endpoint?) {
    self.source = source
    self.destination = destination
  }
}

/// What is wrong with what should have been a PROXY protocol header. The raw values are HAProxy's
/// numbers of connection errors (`fc_err`).
package enum ProxyHeaderError: UInt8, Error, Sendable {
  /// The peer closed before it sent anything.
  case empty = 11
  /// The peer aborted within the header.
  case aborted = 12
  /// The header did not come in time.
  case timedOut = 13
  /// The peer closed within the header.
  case truncated = 14
  /// The first bytes are those of no header.
  case notAHeader = 15
  /// The header breaks its own rules.
  case malformed = 16
  /// The header speaks of a protocol other than TCP or UNIX streams.
  case wrongProtocol = 17
}

/// How far a header has come.
package enum ProxyHeaderProgress: Equatable, Sendable {
  /// More bytes are needed.
  case incomplete
  /// The header is whole and this long; what follows belongs to the client.
  case complete(ProxyHeader, length: Int)
  /// This is no valid header.
  case failed(ProxyHeaderError)
}
