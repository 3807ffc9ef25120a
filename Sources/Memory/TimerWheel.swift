/// A timer of a `TimerWheel`.
public struct TimerIndex: BitwiseCopyable, Hashable, Sendable {
  var slot: UInt32
  var generation: UInt32
}

/// Timers in a hierarchy of wheels: setting and clearing one takes constant time.
///
/// Deadlines are milliseconds on the caller's clock. A timer is never early; it may be late by the
/// caller's turns only. Beyond about 12 days a timer is moved on without the caller's knowledge.
public struct TimerWheel: ~Copyable {
  private struct Node {
    var deadline: Int64 = 0
    var token: UInt64 = 0
    var next: UInt32 = TimerWheel.none
    var previous: UInt32 = TimerWheel.none
    var generation: UInt32 = 0
    /// The list that the node is in, `TimerWheel.free` for none.
    var list: UInt16 = TimerWheel.freeList
  }

  private static let none = UInt32.max
  private static let freeList = UInt16.max
  private static let dueList = UInt16(levels * 64)
  private static let levels = 5

  private var nodes: [Node] = []
  private var unused: [UInt32] = []
  private var heads: [UInt32]
  private var occupied: [UInt64]
  private var now: Int64
  /// How many timers are set.
  public private(set) var count = 0

  /// A wheel whose time is `now`.
  public init(now: Int64) {
    self.now = now
    heads = Array(repeating: Self.none, count: Self.levels * 64 + 1)
    occupied = Array(repeating: 0, count: Self.levels)
  }

  /// Sets a timer that gives `token` at `deadline`.
  public mutating func set(deadline: Int64, token: UInt64) -> TimerIndex {
    let slot: UInt32
    if let reused = unused.popLast() {
      slot = reused
    } else {
      slot = UInt32(nodes.count)
      nodes.append(Node())
    }
    let index = Int(slot)
    nodes[index].generation &+= 1
    nodes[index].deadline = deadline
    nodes[index].token = token
    link(slot)
    count += 1
    return TimerIndex(slot: slot, generation: nodes[index].generation)
  }

  /// The deadline of a timer that is still set.
  public func deadline(_ timer: TimerIndex) -> Int64? {
    isSet(timer) ? nodes[Int(timer.slot)].deadline : nil
  }

  /// Gives a timer another deadline; false when it is no longer set.
  @discardableResult
  public mutating func move(_ timer: TimerIndex, to deadline: Int64) -> Bool {
    guard isSet(timer) else { return false }
    unlink(timer.slot)
    nodes[Int(timer.slot)].deadline = deadline
    link(timer.slot)
    return true
  }

  /// Clears a timer; nothing happens when it is no longer set.
  public mutating func clear(_ timer: TimerIndex) {
    guard isSet(timer) else { return }
    unlink(timer.slot)
    release(timer.slot)
  }

  /// The token of a timer whose deadline is at or before `time`, and the timer is cleared; nil when
  /// there is none (left). Call it until it gives nil.
  public mutating func expire(at time: Int64) -> UInt64? {
    while true {
      let due = heads[Int(Self.dueList)]
      if due != Self.none {
        unlink(due)
        let token = nodes[Int(due)].token
        release(due)
        return token
      }
      guard now < time else { return nil }
      guard count > 0, let next = nextChange(), next <= time else {
        now = time
        return nil
      }
      now = max(next, now)
      cascade()
    }
  }

  /// Milliseconds from `time` until the caller should ask `expire` again; nil when no timer is set.
  public func wait(from time: Int64) -> Int64? {
    guard count > 0 else { return nil }
    if heads[Int(Self.dueList)] != Self.none { return 0 }
    guard let next = nextChange() else { return nil }
    return max(next - time, 0)
  }

  private func isSet(_ timer: TimerIndex) -> Bool {
    Int(timer.slot) < nodes.count && nodes[Int(timer.slot)].generation == timer.generation
      && nodes[Int(timer.slot)].list != Self.freeList
  }

  private mutating func release(_ slot: UInt32) {
    nodes[Int(slot)].list = Self.freeList
    unused.append(slot)
    count -= 1
  }

  /// The time at which the wheels have to be turned next: the earliest begin of a filled slot.
  private func nextChange() -> Int64? {
    var earliest: Int64?
    for level in 0..<Self.levels where occupied[level] != 0 {
      let shift = Int64(level * 6)
      let position = Int((now >> shift) & 63)
      // The slots behind the position, in the order in which they are reached.
      let turned =
        occupied[level] &>> UInt64(position) | occupied[level] &<< UInt64((64 - position) & 63)
      let ahead = turned & ~1
      let distance = ahead != 0 ? ahead.trailingZeroBitCount : 64
      let begin = ((now >> shift) + Int64(distance)) << shift
      if earliest.map({ begin < $0 }) ?? true { earliest = begin }
    }
    return earliest
  }

  /// Takes every timer out of the slots that begin now and links it anew.
  private mutating func cascade() {
    for level in (0..<Self.levels).reversed() {
      let shift = Int64(level * 6)
      guard level == 0 || now & ((1 << shift) - 1) == 0 else { continue }
      let position = Int((now >> shift) & 63)
      let list = level * 64 + position
      var slot = heads[list]
      heads[list] = Self.none
      occupied[level] &= ~(1 &<< UInt64(position))
      while slot != Self.none {
        let next = nodes[Int(slot)].next
        link(slot)
        slot = next
      }
    }
  }

  private mutating func link(_ slot: UInt32) {
    let deadline = nodes[Int(slot)].deadline
    let distance = deadline - now
    let list: Int
    if distance <= 0 {
      list = Int(Self.dueList)
    } else {
      var level = 0
      while level < Self.levels - 1 && distance >= 1 << Int64((level + 1) * 6) { level += 1 }
      let shift = Int64(level * 6)
      let reach = min(deadline, now + (Int64(63) << shift))
      let position = Int((reach >> shift) & 63)
      list = level * 64 + position
      occupied[level] |= 1 &<< UInt64(position)
    }
    let head = heads[list]
    nodes[Int(slot)].list = UInt16(list)
    nodes[Int(slot)].previous = Self.none
    nodes[Int(slot)].next = head
    if head != Self.none { nodes[Int(head)].previous = slot }
    heads[list] = slot
  }

  private mutating func unlink(_ slot: UInt32) {
    let node = nodes[Int(slot)]
    let list = Int(node.list)
    if node.previous != Self.none {
      nodes[Int(node.previous)].next = node.next
    } else {
      heads[list] = node.next
    }
    if node.next != Self.none { nodes[Int(node.next)].previous = node.previous }
    if heads[list] == Self.none && list < Int(Self.dueList) {
      occupied[list / 64] &= ~(1 &<< UInt64(list % 64))
    }
  }
}
