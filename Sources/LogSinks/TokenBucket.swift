/// At most so many of something in a time: a bucket that is filled evenly, and full at first.
///
/// It keeps one number: when the bucket would be full again if nothing more were taken.
struct TokenBucket {
  /// The longest period, in microseconds: years, and far from overflow as nanoseconds.
  private static let longestPeriod: Int64 = 1 << 50

  /// How long it takes to fill the empty bucket, in microseconds.
  let periodMicroseconds: Int64
  private let tokenNanoseconds: Int64
  private let fullNanoseconds: Int64
  private var fullAt: Int64 = .min

  /// A bucket of `count` tokens that is filled once over in so many milliseconds.
  init(count: Int, periodMilliseconds: Int) {
    let milliseconds = min(max(Int64(clamping: periodMilliseconds), 1), Self.longestPeriod / 1000)
    periodMicroseconds = milliseconds * 1000
    let period = periodMicroseconds * 1000
    let count = min(max(Int64(clamping: count), 1), period)
    // Rounded up, so that there are never more than the limit; less than a token is added by it.
    tokenNanoseconds = (period - 1) / count + 1
    fullNanoseconds = tokenNanoseconds * count
  }

  /// Takes a token, where there is one. `now` is in microseconds and does not go back.
  mutating func take(now: Int64) -> Bool {
    let now = now * 1000
    let after = max(fullAt, now) + tokenNanoseconds
    guard after - now <= fullNanoseconds else { return false }
    fullAt = after
    return true
  }
}
