import Metrics
import Testing

/// Counted by several tasks at once.
private final class Shared: Sendable {
  let counter = Counter()
  let gauge = Gauge()
}

@Suite("Metrics")
struct MetricsTests {
  @Test("Nothing is lost when several threads count")
  func counting() async {
    let shared = Shared()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { for _ in 0..<10_000 { shared.counter.add() } }
      }
    }
    #expect(shared.counter.value == 40_000)
    #expect(shared.counter.next() == 40_001)
  }

  @Test("A gauge keeps the highest value it had")
  func highWater() {
    let gauge = Gauge()
    gauge.increment()
    #expect(gauge.increment() == 2)
    #expect(gauge.decrement() == 1)
    #expect(gauge.value == 1)
    #expect(gauge.maximum == 2)
    gauge.set(7)
    gauge.set(3)
    #expect(gauge.value == 3)
    #expect(gauge.maximum == 7)
  }

  @Test("A gauge ends at 0 when as many go as came, whatever the threads")
  func balance() async {
    let shared = Shared()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<5_000 {
            shared.gauge.increment()
            shared.gauge.decrement()
          }
        }
      }
    }
    #expect(shared.gauge.value == 0)
    #expect((1...4).contains(shared.gauge.maximum))
  }

  @Test("The rate fades over a second and is 0 after two")
  func fading() {
    let rate = EventRate()
    for step in 0..<100 { rate.add(at: 5_000 + UInt64(step) * 10) }
    #expect(rate.perSecond(at: 5_999) == 100)
    #expect(rate.perSecond(at: 6_000) == 100)
    #expect(rate.perSecond(at: 6_500) == 50)
    #expect(rate.perSecond(at: 7_000) == 0)
    #expect(rate.maximum == 100)
  }

  @Test("The running second and the rest of the one before make the rate")
  func carried() {
    let rate = EventRate()
    rate.add(100, at: 1_000)
    rate.add(10, at: 2_250)
    #expect(rate.perSecond(at: 2_250) == 85)
    rate.add(1, at: 9_000)
    #expect(rate.perSecond(at: 9_000) == 1)
    #expect(rate.maximum == 100)
  }

  @Test("A second's count stops at its highest number and does not trap")
  func saturated() {
    let rate = EventRate()
    rate.add(.max, at: 0)
    rate.add(.max, at: 0)
    #expect(rate.perSecond(at: 0) == UInt64(UInt32.max))
    #expect(rate.perSecond(at: .max) == 0)
  }
}
