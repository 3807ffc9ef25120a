/// The number of a command and of the response to it: 1…999999999, then 1 again; 0 belongs to
/// hints, which nobody answers (RELP specification, "RELP FRAME").
package struct TransactionNumber: Hashable, Sendable {
  /// The largest number.
  package static let largest: UInt32 = 999_999_999
  /// The number of a hint.
  package static let hint = TransactionNumber(value: 0)
  /// The first number of a session: that of `open`.
  package static let first = TransactionNumber(value: 1)

  /// The number itself.
  package let value: UInt32

  /// The number of this value; nil above the largest.
  package init?(_ value: UInt32) {
    guard value <= Self.largest else { return nil }
    self.value = value
  }

  private init(value: UInt32) { self.value = value }

  /// Whether it belongs to a hint.
  package var isHint: Bool { value == 0 }

  /// The number after this one.
  package var next: TransactionNumber { advanced(by: 1) }

  /// The number so many commands after this one, which is none of a hint.
  package func advanced(by count: Int) -> TransactionNumber {
    let place = (Int(value) - 1 + count) % Int(Self.largest)
    return TransactionNumber(value: UInt32(place) + 1)
  }

  /// How many commands lie between `other` and this one, if this one is not the older.
  package func distance(from other: TransactionNumber) -> Int {
    let largest = Int(Self.largest)
    return (Int(value) - Int(other.value) + largest) % largest
  }
}
