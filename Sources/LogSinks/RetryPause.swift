/// The pause before a lost transport is opened again: it doubles with each failure in a row, so
/// that an absence costs little and a restart is noticed soon.
struct RetryPause {
  /// The first pause, in nanoseconds.
  static let shortest: UInt64 = 20_000_000
  /// The longest pause, in nanoseconds.
  static let longest: UInt64 = 1_000_000_000

  private var next = Self.shortest

  /// The pause after one more failure, in nanoseconds.
  mutating func afterFailure() -> UInt64 {
    defer { next = min(next * 2, Self.longest) }
    return next
  }

  /// A message went through: the next failure is the first again.
  mutating func succeeded() { next = Self.shortest }
}
