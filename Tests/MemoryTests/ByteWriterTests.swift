import Memory
import Testing

@Suite("The writer of bytes")
struct ByteWriterTests {
  private func text(_ writer: borrowing ByteWriter) -> String {
    var bytes: [UInt8] = []
    bytes.append(writer.span)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("Numbers are written as people write them, at every length")
  func decimal() {
    var writer = ByteWriter(capacity: 1)
    var bound: UInt64 = 1
    var numbers: [UInt64] = [0, 7, 9, .max, .max - 1, 1_000_001, 65_535]
    for _ in 0..<20 {
      numbers += [bound &- 1, bound, bound &+ 1, bound &* 5 / 4]
      bound = bound &* 10
    }
    for number in numbers {
      writer.removeAll()
      writer.append(decimal: number)
      let isRight = text(writer) == String(number)
      #expect(isRight, "\(number)")
    }
  }

  @Test("It grows as it must, and keeps what was written")
  func growth() {
    var writer = ByteWriter(capacity: 1)
    var expected: [UInt8] = []
    for number in 0..<300 {
      writer.append(UInt8(truncatingIfNeeded: number))
      expected.append(UInt8(truncatingIfNeeded: number))
      writer.append(contentsOf: Array(repeating: 7, count: number % 5))
      expected += Array(repeating: 7, count: number % 5)
    }
    writer.append(expected.span)
    expected += expected
    let count = writer.count
    #expect(count == expected.count)
    var isSame = true
    for index in expected.indices where writer[index] != expected[index] { isSame = false }
    #expect(isSame)
    writer.removeLast(count - 1)
    let isShort = writer.count == 1 && writer[0] == 0
    #expect(isShort)
  }

  @Test("What is taken from a ring is what was put in, in order, until it is full")
  func ring() {
    let ring = SingleProducerRing<UInt64>(capacity: 4, blank: 0)
    var next: UInt64 = 0
    var seen: [UInt64] = []
    for _ in 0..<10 {
      var count = 0
      while ring.push(copyOf: &next) {
        next += 1
        count += 1
      }
      #expect(count == 4)
      while ring.take({ seen.append($0) }) {}
    }
    #expect(seen == Array(0..<40))
  }
}
