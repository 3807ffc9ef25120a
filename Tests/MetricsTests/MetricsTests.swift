import Metrics
import Testing

/// Counted by several tasks at once.
private final class Shared: Sendable {
  let counter = Counter()
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
}
