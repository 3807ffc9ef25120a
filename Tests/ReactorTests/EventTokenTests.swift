import Memory
import Reactor
import Testing

@Suite struct EventTokenTests {
  @Test(
    "a token gives back what it was made of",
    arguments: [
      (0, 0, 0), (1, 1, 1), (255, (1 << 24) - 1, .max), (7, 1 << 23, 12_345),
    ] as [(UInt8, UInt32, UInt32)])
  func parts(kind: UInt8, slot: UInt32, generation: UInt32) {
    let token = EventToken(kind: kind, index: SlabIndex(slot: slot, generation: generation))
    #expect(token.kind == kind)
    #expect(token.index == SlabIndex(slot: slot, generation: generation))
    #expect(EventToken(bits: token.bits) == token)
  }

  @Test("a plain number goes in and out", arguments: [0, 1, 70_000])
  func number(number: Int) {
    let token = EventToken(kind: 3, number: number)
    #expect(token.number == number)
    #expect(token.kind == 3)
  }
}
