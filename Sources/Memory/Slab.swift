/// Elements that stay where they are put, found by index and generation without a reference count.
///
/// Memory comes in chunks of 64 elements and is kept for reuse until the slab goes.
@safe
public struct Slab<Element: ~Copyable>: ~Copyable {
  /// The most elements a slab holds.
  @inlinable public static var slotLimit: Int { 1 << 24 }

  @inlinable static var chunkSize: Int { 64 }
  @usableFromInline var chunks: [UnsafeMutablePointer<Element>]
  /// The generation of each slot: odd while it is filled.
  @usableFromInline var generations: [UInt32] = []
  @usableFromInline var free: [UInt32] = []
  @usableFromInline var filled = 0

  /// An empty slab.
  @inlinable
  public init() { unsafe chunks = [] }

  @inlinable
  deinit {
    for slot in generations.indices where generations[slot] & 1 == 1 {
      // SAFETY: an odd generation says that the slot is filled, and none is read after this.
      unsafe (chunks[slot / Self.chunkSize] + slot % Self.chunkSize).deinitialize(count: 1)
    }
    // By index: swift-format runs `for unsafe chunk` together.
    for index in unsafe chunks.indices { unsafe chunks[index].deallocate() }
  }

  /// How many elements there are.
  @inlinable public var count: Int { filled }

  /// The place of a slot that exists.
  @inlinable @inline(__always)
  func place(_ slot: UInt32) -> UnsafeMutablePointer<Element> {
    // SAFETY: callers have compared the generation, which exists for slots of chunks only.
    unsafe chunks[Int(slot) / Self.chunkSize] + Int(slot) % Self.chunkSize
  }

  /// Puts an element in and gives its index; nil when the slab is full, and the element is gone.
  @inlinable
  public mutating func insert(_ element: consuming Element) -> SlabIndex? {
    if free.isEmpty {
      guard generations.count < Self.slotLimit else { return nil }
      let first = generations.count
      unsafe chunks.append(.allocate(capacity: Self.chunkSize))
      generations.append(contentsOf: repeatElement(0, count: Self.chunkSize))
      for slot in (first..<first + Self.chunkSize).reversed() { free.append(UInt32(slot)) }
    }
    guard let slot = free.popLast() else { return nil }
    generations[Int(slot)] &+= 1
    filled += 1
    // SAFETY: the slot was free, so its memory holds no element.
    unsafe place(slot).initialize(to: element)
    return SlabIndex(slot: slot, generation: generations[Int(slot)])
  }

  /// Whether the index still names an element.
  @inlinable
  public func contains(_ index: SlabIndex) -> Bool {
    Int(index.slot) < generations.count && generations[Int(index.slot)] == index.generation
  }

  /// The element of this index, in place. The index must be live: ask `contains` first.
  @inlinable
  public subscript(index: SlabIndex) -> Element {
    @inline(__always) _read {
      precondition(contains(index), "a slab index outlived its element")
      // SAFETY: the generation matches, so the slot is filled.
      yield unsafe place(index.slot).pointee
    }
    @inline(__always) _modify {
      precondition(contains(index), "a slab index outlived its element")
      // SAFETY: the generation matches, so the slot is filled.
      yield unsafe &place(index.slot).pointee
    }
  }

  /// Takes an element out; nil when the index is stale.
  @inlinable
  public mutating func remove(_ index: SlabIndex) -> Element? {
    guard contains(index) else { return nil }
    generations[Int(index.slot)] &+= 1
    free.append(index.slot)
    filled -= 1
    // SAFETY: the generation matched, so the slot is filled; it counts as free from now on.
    return unsafe place(index.slot).move()
  }

  /// The indexes of all elements, by slot.
  @inlinable
  public func indices() -> [SlabIndex] {
    generations.indices.compactMap {
      generations[$0] & 1 == 1
        ? SlabIndex(slot: UInt32($0), generation: generations[$0]) : nil
    }
  }
}
