import Memory
import Testing

/// An element that counts its own end.
private struct Counted: ~Copyable {
  let tally: Tally
  var value: Int
  deinit { tally.ended += 1 }
}

private final class Tally { var ended = 0 }

@Suite struct SlabTests {
  @Test("an element is found by its index, and a stale index is known")
  func generations() {
    let tally = Tally()
    var slab = Slab<Counted>()
    guard let first = slab.insert(Counted(tally: tally, value: 7)) else {
      Issue.record("an empty slab took nothing")
      return
    }
    slab[first].value += 1
    #expect(slab[first].value == 8)
    _ = slab.remove(first)
    #expect(tally.ended == 1)
    let isStillThere = slab.contains(first)
    #expect(!isStillThere)
    let again = slab.insert(Counted(tally: tally, value: 9))
    #expect(again?.slot == first.slot)
    #expect(again != first)
    let removedTwice = slab.remove(first) != nil
    #expect(!removedTwice)
  }

  @Test("elements that are left end with the slab")
  func end() {
    let tally = Tally()
    do {
      var slab = Slab<Counted>()
      for value in 0..<1000 { _ = slab.insert(Counted(tally: tally, value: value)) }
      #expect(slab.count == 1000)
      #expect(slab.indices().count == 1000)
    }
    #expect(tally.ended == 1000)
  }
}
