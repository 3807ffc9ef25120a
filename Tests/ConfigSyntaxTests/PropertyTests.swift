import ConfigSyntax
import Foundation
import Testing

@Suite("Properties of the reader")
struct PropertyTests {
  static let seed: UInt64 = 20_260_417

  @Test("Words that were printed read back as the same words")
  func roundTrip() {
    var random = SeededGenerator(seed: Self.seed)
    let alphabet: [Character] = Array("ab \t\"'\\#$${}[*]-.x4é€\n\r\u{1}\u{7F}%:,()")
    for round in 0..<3000 {
      var words = ["keyword"]
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        let length = Int.random(in: 1...12, using: &random)
        words.append(
          String((0..<length).compactMap { _ in alphabet.randomElement(using: &random) }))
      }
      let text = words.map(ConfigPrinter.quoted).joined(separator: " ") + "\n"
      let (lines, diagnostics) = read(text, environment: ["a": "wrong", "x": "wrong"])
      #expect(lines.map(\.texts) == [words], "seed \(Self.seed) round \(round): \(text)")
      #expect(diagnostics.entries.isEmpty)
      let again = ConfigPrinter.text(of: lines)
      #expect(read(again).lines.map(\.texts) == [words])
    }
  }

  @Test("A printed file keeps its indentation and reads to the same words")
  func printing() {
    let text = "global\n    log   127.0.0.1 local0 # where\n  node \"a b\"\n"
    #expect(
      ConfigPrinter.text(of: read(text).lines)
        == "global\n    log 127.0.0.1 local0\n  node 'a b'\n")
  }

  @Test("No bytes make the reader trap, and every place it names exists")
  func randomBytes() {
    var random = SeededGenerator(seed: Self.seed)
    let pieces: [[UInt8]] =
      [
        ".if ", ".elif", ".else\n", ".endif\n", "\\", "\"", "'", "$", "${A[*]}", "${", "}", "#",
        "\n",
        "\r\n", " ", "\t", "a", "streq(", ")", "&&", "||", "!", "1", "0", "\\x4", "\\x41", "é", "-",
        ",",
        ".notice ",
      ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x82], [13]]
    for round in 0..<3000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...60, using: &random) {
        bytes += pieces.randomElement(using: &random) ?? []
      }
      check(bytes, "seed \(Self.seed) round \(round)")
    }
  }

  @Test("Every file of the corpus is read without a trap")
  func corpus() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Corpora/config")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    #expect(files.count >= 5)
    for file in files {
      check(Array(try Data(contentsOf: file)), file.lastPathComponent)
    }
  }

  private func check(_ bytes: [UInt8], _ comment: String) {
    let (lines, diagnostics) = read(
      [ConfigSource(name: "r", bytes: bytes)], environment: ["A": "x y"])
    let count = bytes.count { $0 == 10 } + 1
    for line in lines {
      #expect(!line.words.isEmpty)
      for word in line.words {
        #expect(!word.text.isEmpty)
        #expect(word.length >= 1)
        #expect((1...count).contains(word.position.line), "\(comment)")
        let source = line.source(ofLine: word.position.line)
        #expect(
          word.position.column + word.length - 1 <= source.unicodeScalars.count, "\(comment)")
      }
    }
    for entry in diagnostics.entries {
      if let position = entry.position {
        #expect((1...count).contains(position.line), "\(comment)")
        #expect(position.column >= 1)
      }
      #expect(!entry.rendered(processIdentifier: 1).isEmpty)
    }
  }
}
