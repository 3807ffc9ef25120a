/// The pause before a lost transport is opened again: it doubles with each failure in a row, so
/// that an absence costs little and a restart is noticed soon.
struct RetryPause {
  /// The first pause, in nanoseconds.
  static let shortest: UInt64 = 20_000_000
  /// The longest pause, in nanoseconds.
  static let longest: UInt64 = 1_000_000_000
  /// The longest pause of a connection over a network, in nanoseconds.
  static let longestOfStreams: UInt64 = 2_000_000_000

  private let limit: UInt64
  private let hasJitter: Bool
  private var next = Self.shortest

  /// A pause that grows up to a limit; with `hasJitter` each is up to a quarter shorter or longer,
  /// so that many senders do not come back to a receiver at the same moment.
  init(limit: UInt64 = Self.longest, hasJitter: Bool = false) {
    self.limit = limit
    self.hasJitter = hasJitter
  }

  /// The pause after one more failure, in nanoseconds.
  mutating func afterFailure() -> UInt64 {
    defer { next = min(next * 2, limit) }
    return hasJitter ? next / 4 * 3 + UInt64.random(in: 0...next / 2) : next
  }

  /// A message went through: the next failure is the first again.
  mutating func succeeded() { next = Self.shortest }
}
