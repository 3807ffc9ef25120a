internal import Memory

/// The names of a configuration, and the words for how connections end, as one row of bytes, made once: a line takes them from there
/// without a look at a string.
struct NameTexts: Sendable {
  /// Every name, one behind the other.
  private(set) var bytes: [UInt8] = []
  private let frontends: [Range<Int>]
  private let backends: [Range<Int>]
  private let servers: [Range<Int>]
  private let listeners: [Range<Int>?]
  private let reasons: [Range<Int>]
  private let sentences: [Range<Int>]

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
    listeners = names.listeners.map { listener in listener.name.map { place($0) } }
    let states = TerminationCause.allCases.flatMap { cause in
      TerminationPhase.allCases.map { TerminationState.of(cause, $0) }
    }
    reasons = states.map { place($0.reason) }
    sentences = states.map { place($0.sentence) }
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

  /// Where the name of a bind line stands; nil where it has none.
  func listener(_ index: UInt32) -> Range<Int>? {
    Int(index) < listeners.count ? listeners[Int(index)] : nil
  }

  /// Where the word for how a connection ended stands.
  func reason(_ record: borrowing ConnectionRecord) -> Range<Int> { reasons[place(record)] }

  /// Where the sentence of how a connection ended stands.
  func sentence(_ record: borrowing ConnectionRecord) -> Range<Int> { sentences[place(record)] }

  private func place(_ record: borrowing ConnectionRecord) -> Int {
    Int(record.cause.rawValue) * TerminationPhase.allCases.count + Int(record.phase.rawValue)
  }
}
