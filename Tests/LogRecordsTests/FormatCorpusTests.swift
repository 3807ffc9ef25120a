import Foundation
import LogRecords
import Testing

@Suite("Any bytes as a format")
struct FormatCorpusTests {
  static let seeds: [[UInt8]] = {
    let folder = ExpressionTests.corpora("format")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { name in
      (try? Data(contentsOf: folder.appendingPathComponent(name))).map(Array.init)
    }
  }()

  @Test("The corpus compiles or is refused, and renders without a trap or a control byte")
  func corpus() {
    #expect(Self.seeds.count >= 20)
    for seed in Self.seeds { Self.check(seed) }
  }

  @Test("Formats changed at random do the same")
  func mutations() {
    let seed = UInt64.random(in: .min ... .max)
    var state = seed
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(1, bound)))
    }
    let material = Array("%[](){},+-QXEo:\"'\\ 0129abcistrsrcupperwordfieldintjsonbytes".utf8)
    for _ in 0..<3000 {
      var bytes = Self.seeds.isEmpty ? [] : Self.seeds[next(Self.seeds.count)]
      for _ in 0..<(1 + next(4)) {
        let place = next(bytes.count + 1)
        switch next(3) {
        case 0 where !bytes.isEmpty: bytes.remove(at: min(place, bytes.count - 1))
        case 1: bytes.insert(UInt8(next(256)), at: place)
        default: bytes.insert(material[next(material.count)], at: place)
        }
      }
      Self.check(bytes, "seed \(seed)")
    }
  }

  static func check(_ bytes: [UInt8], _ note: Comment = "") {
    guard let line = FormatFuzz.run(bytes) else { return }
    // What stands in the format itself is the administrator's; nothing else may end a line.
    let own = Set(bytes)
    #expect(line.allSatisfy { $0 >= 32 || own.contains($0) }, note)
  }

  @Test("A format too long is refused")
  func length() {
    let text = String(repeating: "x", count: 70_000)
    #expect(throws: FormatError.self) { try FormatProgram(compiling: text) }
    let chain = "%[src" + String(repeating: ",upper", count: 100) + "]"
    #expect(throws: FormatError.self) { try FormatProgram(compiling: chain) }
  }
}
