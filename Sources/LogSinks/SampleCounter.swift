/// Counts the messages of one logger and says which of them its `sample` takes.
struct SampleCounter {
  private let sample: LoggerSettings.Sample?
  /// The number of the last message within its round, from 1; 0 before the first.
  private var position = 0

  /// A counter before its first message.
  init(_ sample: LoggerSettings.Sample?) { self.sample = sample }

  /// Counts a message; whether it is taken.
  mutating func takesNext() -> Bool {
    guard let sample else { return true }
    position = position >= sample.size ? 1 : position + 1
    return sample.ranges.contains { $0.contains(position) }
  }
}
