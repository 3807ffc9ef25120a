internal import Kernel
internal import Memory

/// Which connections are looked at; one that asks nothing lets all pass.
package struct LogFilter: Sendable {
  /// The earliest time of accept, in µs since 1970.
  package var since: Int64?
  /// The time of accept that is too late, in µs since 1970.
  package var until: Int64?
  /// Names of servers, each as `server` or `backend/server`.
  package var servers: [String] = []
  /// Names of frontends.
  package var frontends: [String] = []
  /// Names of backends.
  package var backends: [String] = []
  /// Addresses of clients.
  package var clients: [AddressBlock] = []
  /// Termination states: two letters, of which `?` stands for any.
  package var states: [[UInt8]] = []

  /// A filter that lets all pass.
  package init() {}

  /// Whether it lets all pass.
  package var isEmpty: Bool {
    since == nil && until == nil && servers.isEmpty && frontends.isEmpty && backends.isEmpty
      && clients.isEmpty && states.isEmpty
  }

  /// Whether a record passes.
  func passes(_ bytes: Span<UInt8>, _ record: ReadRecord) -> Bool {
    if since != nil || until != nil {
      guard let accepted = record.acceptedMicroseconds, accepted >= since ?? .min,
        accepted < until ?? .max
      else { return false }
    }
    guard passesState(record.cause, record.phase) else { return false }
    let (frontend, backend) = (record.frontend, record.backend)
    guard Self.passes(frontends, bytes, frontend), Self.passes(backends, bytes, backend) else {
      return false
    }
    return passesServer(bytes, record) && passesClient(bytes, record)
  }

  private func passesState(_ cause: UInt8, _ phase: UInt8) -> Bool {
    let any = UInt8(ascii: "?")
    return states.isEmpty
      || states.contains {
        ($0[0] == any || $0[0] == cause) && ($0[1] == any || $0[1] == phase)
      }
  }

  private static func passes(_ names: [String], _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    names.isEmpty
      || names.contains { range.count == $0.utf8.count && bytes.has($0, at: range.lowerBound) }
  }

  private func passesServer(_ bytes: Span<UInt8>, _ record: ReadRecord) -> Bool {
    guard !servers.isEmpty else { return true }
    let (backend, server) = (record.backend, record.server)
    for name in servers {
      if let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) {
        let (left, right) = (String(name[..<slash]), String(name[name.utf8.index(after: slash)...]))
        if backend.count == left.utf8.count, bytes.has(left, at: backend.lowerBound),
          server.count == right.utf8.count, bytes.has(right, at: server.lowerBound)
        {
          return true
        }
      } else if server.count == name.utf8.count, bytes.has(name, at: server.lowerBound) {
        return true
      }
    }
    return false
  }

  private func passesClient(_ bytes: Span<UInt8>, _ record: ReadRecord) -> Bool {
    guard !clients.isEmpty else { return true }
    let range = record.client
    guard let address = Endpoint(address: bytes.text(range)) else { return false }
    return clients.contains { $0.contains(address) }
  }
}

/// Addresses that begin with the same bits: `192.0.2.0/24`, or a single one.
package struct AddressBlock: Sendable {
  private let network: Endpoint
  private let bits: Int

  /// Reads `ADDRESS` or `ADDRESS/BITS`; nil where it is neither.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let network = Endpoint(address: parts[0]) else { return nil }
    self.network = network
    let all = network.family == .ipv4 ? 32 : 128
    guard parts.count == 2 else {
      bits = all
      return
    }
    guard let bits = Int(parts[1]), (0...all).contains(bits) else { return nil }
    self.bits = bits
  }

  /// Whether an address is one of them.
  func contains(_ address: Endpoint) -> Bool {
    guard address.family == network.family else { return false }
    if network.family == .ipv4 {
      return bits == 0 || (address.low ^ network.low) >> UInt64(32 - bits) == 0
    }
    let high = Self.mask(bits)
    let low = Self.mask(bits - 64)
    return (address.high ^ network.high) & high == 0 && (address.low ^ network.low) & low == 0
  }

  /// A word whose first `bits` bits are set.
  private static func mask(_ bits: Int) -> UInt64 {
    bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
  }
}
