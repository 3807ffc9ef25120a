import Memory
import Testing

/// Timers against a plain list of deadlines.
@Suite struct TimerWheelTests {
  @Test(
    "timers fire in time, none early, none lost", arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func againstList(seed: UInt64) {
    var random = Randomness(seed: seed)
    var now: Int64 = Int64(random.next() % 1_000_000)
    var wheel = TimerWheel(now: now)
    var model: [UInt64: (deadline: Int64, timer: TimerIndex)] = [:]
    var token: UInt64 = 0
    for _ in 0..<4000 {
      switch random.next() % 6 {
      case 0, 1, 2:
        let reach = [10, 100, 5_000, 300_000, 40_000_000, 3_000_000_000][Int(random.next() % 6)]
        let deadline = now + Int64(random.next() % UInt64(reach))
        token += 1
        model[token] = (deadline, wheel.set(deadline: deadline, token: token))
      case 3:
        if let (key, entry) = model.min(by: { $0.key < $1.key }) {
          wheel.clear(entry.timer)
          model[key] = nil
        }
      case 4:
        if let (key, entry) = model.max(by: { $0.key < $1.key }) {
          let deadline = now + Int64(random.next() % 100_000)
          let isMoved = wheel.move(entry.timer, to: deadline)
          #expect(isMoved)
          model[key] = (deadline, entry.timer)
        }
      default:
        let step = [0, 1, 7, 64, 4096, 70_000, 20_000_000][Int(random.next() % 7)]
        if let wait = wheel.wait(from: now), let first = model.values.map(\.deadline).min() {
          #expect(now + wait <= max(first, now))
        }
        now += Int64(step)
        while let fired = wheel.expire(at: now) {
          let entry = model.removeValue(forKey: fired)
          #expect(entry != nil)
          #expect((entry?.deadline ?? .max) <= now)
        }
        for (_, entry) in model { #expect(entry.deadline > now) }
      }
      #expect(wheel.count == model.count)
    }
  }

  @Test("a timer that has fired or was cleared is no longer known")
  func stale() {
    var wheel = TimerWheel(now: 0)
    let timer = wheel.set(deadline: 5, token: 1)
    #expect(wheel.expire(at: 4) == nil)
    #expect(wheel.expire(at: 5) == 1)
    #expect(wheel.deadline(timer) == nil)
    let isMoved = wheel.move(timer, to: 9)
    #expect(!isMoved)
    wheel.clear(timer)
    #expect(wheel.count == 0)
    #expect(wheel.wait(from: 5) == nil)
  }
}

/// A small generator whose seed names the whole run (SplitMix64).
struct Randomness {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
