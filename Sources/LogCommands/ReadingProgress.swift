internal import Kernel
internal import LogReading
import Synchronization

/// How far reading is: told in a line of the terminal, a few times a second.
final class ReadingProgress: Sendable {
  private let read = Atomic<Int64>(0)
  private let shown = Atomic<Int64>(0)
  private let total: Int64?
  private let isShown: Bool
  private let began = Clock.monotonicMicroseconds()
  private static let pauseMicroseconds: Int64 = 200_000

  /// Nothing is read yet, of so many bytes where that is known.
  init(totalBytes: Int64?, isShown: Bool) {
    total = totalBytes
    self.isShown = isShown
    shown.store(began, ordering: .relaxed)
  }

  /// How long it has taken, in µs.
  var elapsedMicroseconds: UInt64 { UInt64(max(0, Clock.monotonicMicroseconds() - began)) }

  /// Says that so many bytes more were read.
  func add(_ bytes: Int64) {
    let read = self.read.add(bytes, ordering: .relaxed).newValue
    guard isShown else { return }
    let now = Clock.monotonicMicroseconds()
    let last = shown.load(ordering: .relaxed)
    guard now - last >= Self.pauseMicroseconds,
      shown.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    else { return }
    StandardStream.error.write("\r" + line(read, now - began) + "\u{1B}[K")
  }

  private func line(_ read: Int64, _ elapsed: Int64) -> String {
    let rate = Double(read) / (Double(max(elapsed, 1)) / 1e6)
    var text = Wording.bytes(UInt64(clamping: read))
    if let total {
      text += " of \(Wording.bytes(UInt64(clamping: total)))"
      text += " (\(min(100, read * 100 / max(total, 1))) %)"
    }
    text += ", \(Wording.bytes(UInt64(rate)))/s"
    if let total, rate > 0, read < total {
      text += ", \(Wording.time(UInt64(Double(total - read) / rate * 1e6), isUTF8: false)) to go"
    }
    return text
  }

  /// Takes the line away.
  func end() {
    let wasShown = shown.load(ordering: .relaxed) != began
    if isShown, wasShown { StandardStream.error.write("\r\u{1B}[K") }
  }
}
