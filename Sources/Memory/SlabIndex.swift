/// Names one element of a `Slab` for as long as it lives: a slot and the slot's generation, so that
/// an index that has outlived its element is known as stale.
public struct SlabIndex: BitwiseCopyable, Hashable, Sendable {
  /// The slot's number, at most `Slab.slotLimit`.
  public var slot: UInt32
  /// How often the slot was filled when the index was made; never 0.
  public var generation: UInt32

  /// Makes an index of its parts.
  @inlinable
  public init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }
}
