internal import Memory

/// The names of a configuration as one row of bytes, made once: a line takes them from there
/// without a look at a string.
struct NameTexts: Sendable {
  /// Every name, one behind the other.
  private(set) var bytes: [UInt8] = []
  private let frontends: [Range<Int>]
  private let backends: [Range<Int>]
  private let servers: [Range<Int>]

  init(_ names: LogNames) {
    var bytes: [UInt8] = []
    func place(_ name: String) -> Range<Int> {
      let start = bytes.count
      bytes.append(name)
      return start..<bytes.count
    }
    frontends = names.frontends.map { place($0.name) }
    backends = names.backends.map { place($0.name) }
    servers = names.servers.map { place($0.name) }
    self.bytes = bytes
  }

  // Indexes come from records and may outlive a configuration: they are checked, never trusted.

  /// Where a frontend's name stands; empty where there is none.
  func frontend(_ index: UInt32) -> Range<Int> {
    Int(index) < frontends.count ? frontends[Int(index)] : 0..<0
  }

  /// Where a backend's name stands; nil where there is none.
  func backend(_ index: UInt32?) -> Range<Int>? {
    guard let index, Int(index) < backends.count else { return nil }
    return backends[Int(index)]
  }

  /// Where a server's name stands; nil where there is none.
  func server(_ index: UInt32?) -> Range<Int>? {
    guard let index, Int(index) < servers.count else { return nil }
    return servers[Int(index)]
  }
}
