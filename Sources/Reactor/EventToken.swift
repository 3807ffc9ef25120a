package import Memory

/// What an event or a timer is about: a kind that its owner chose, and an index of the slab where
/// the owner keeps such things. An event that outlived its subject has a stale index.
package struct EventToken: BitwiseCopyable, Hashable, Sendable {
  /// The token as epoll and the timer wheel carry it: 8 bits of kind, 24 of slot, 32 of generation.
  package var bits: UInt64

  /// Makes a token as it was carried.
  package init(bits: UInt64) { self.bits = bits }

  /// Makes a token of a kind and an index.
  package init(kind: UInt8, index: SlabIndex) {
    bits = UInt64(kind) << 56 | UInt64(index.slot & 0xFF_FFFF) << 32 | UInt64(index.generation)
  }

  /// Makes a token of a kind and a plain number below 2^24.
  package init(kind: UInt8, number: Int = 0) {
    self.init(
      kind: kind, index: SlabIndex(slot: UInt32(truncatingIfNeeded: number), generation: 0))
  }

  /// The kind.
  package var kind: UInt8 { UInt8(truncatingIfNeeded: bits >> 56) }
  /// The index.
  package var index: SlabIndex {
    SlabIndex(
      slot: UInt32(truncatingIfNeeded: bits >> 32) & 0xFF_FFFF,
      generation: UInt32(truncatingIfNeeded: bits))
  }
  /// The plain number.
  package var number: Int { Int(index.slot) }
}
