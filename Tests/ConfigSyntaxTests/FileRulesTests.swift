import ConfigSyntax
import Testing

@Suite("What a file may hold")
struct FileRulesTests {
  private func messages(_ bytes: [UInt8]) -> [String] {
    read([ConfigSource(name: "t.cfg", bytes: bytes)]).diagnostics.entries.map {
      "\($0.level.word) \($0.position?.line ?? 0):\($0.position?.column ?? 0) \($0.message)"
    }
  }

  @Test("A NUL ends the reading of a file")
  func zeroByte() {
    let first = ConfigSource(name: "a", bytes: Array("a\nbc\0d\ne\n".utf8))
    let (lines, diagnostics) = read([first, ConfigSource(name: "b", text: "f\n")])
    #expect(lines.map(\.texts) == [["a"], ["f"]])
    #expect(diagnostics.entries.count == 1)
    #expect(
      diagnostics.entries[0].message == "NUL byte at position 3, the rest of the file is not read.")
    #expect(diagnostics.entries[0].position == SourcePosition(file: "a", line: 2, column: 3))
  }

  @Test("A line of a megabyte is one error, and the next line is read")
  func longLine() {
    let text = "a\nb " + String(repeating: "x", count: 1_048_576) + "\nc\n"
    #expect(words(text) == [["a"], ["c"]])
    #expect(
      messages(Array(text.utf8)) == ["ALERT 2:1 line too long: 1048578 bytes, limit is 65536."])
  }

  @Test("A line as long as the limit is read")
  func lineAtLimit() {
    let text = String(repeating: "x", count: 65_536)
    #expect(words(text + "\n") == [[text]])
    #expect(words(text + "x\n").isEmpty)
  }

  @Test("A continued statement is bounded as a line is")
  func longStatement() {
    let text = String(repeating: "xxxxxxxxx\\\n", count: 10_000) + "y\nz\n"
    #expect(messages(Array(text.utf8)).first?.hasSuffix("statement too long") == true)
  }

  @Test(
    "Invalid UTF-8 is an error with its place, also in comments",
    arguments: [
      ([0xFF], 4), ([0xC3], 4), ([0xC0, 0x80], 4), ([0xE0, 0x80, 0x80], 4),
      ([0xED, 0xA0, 0x80], 4),
      ([0xF4, 0x90, 0x80, 0x80], 4), ([0xC3, 0xA9, 0x80], 5), ([0xF0, 0x9F, 0x98], 4),
      ([0xE2, 0x82, 0xAC, 0xF5], 5),
    ] as [([UInt8], Int)])
  func invalidText(_ bytes: [UInt8], _ column: Int) {
    let found = messages(Array("ok\n# \u{20AC}".utf8) + bytes + [10])
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("ALERT 2:\(column) invalid UTF-8 at position \(column)") == true)
  }

  @Test("Valid UTF-8 of all lengths is read")
  func validText() {
    #expect(words("a é€😀\u{10FFFF} z\n") == [["a", "é€😀\u{10FFFF}", "z"]])
  }

  @Test("A last line without a line feed is refused, as HAProxy refuses it")
  func missingLineFeed() {
    #expect(
      messages(Array("global\n  node abc".utf8)) == [
        "ALERT 2:11 Missing LF on last line, file might have been truncated at position 11."
      ])
    #expect(
      messages(Array(" a 'b".utf8)) == [
        "ALERT 1:4 unmatched quote at position 4.",
        "ALERT 1:6 Missing LF on last line, file might have been truncated at position 6.",
      ])
  }

  @Test("A byte order mark is a warning, a carriage return within a line an error")
  func marks() {
    let marked = [0xEF, 0xBB, 0xBF] + Array("global\n".utf8)
    #expect(read([ConfigSource(name: "m", bytes: marked)]).lines.map(\.texts) == [["global"]])
    #expect(messages(marked).count == 1)
    #expect(
      messages(Array("a\rb\nc\n".utf8)) == [
        "ALERT 1:2 carriage return within the line at position 2."
      ])
  }

  @Test("Reading stops after a hundred errors, and says so")
  func tooManyErrors() {
    let (lines, diagnostics) = read(String(repeating: "'\n", count: 500) + "a\n")
    #expect(lines.isEmpty)
    #expect(diagnostics.entries.count == 101)
    #expect(diagnostics.entries.last?.message == "too many errors, giving up after 100.")
  }

  @Test("A hundred thousand lines are read in under a second")
  func manyLines() {
    var text = ""
    for index in 0..<25_000 {
      text += "backend b\(index)\n    balance roundrobin # evenly\n"
      text += "    server s\(index) 10.0.0.1:5432 check inter \"2s\" weight 10\n\n"
    }
    var reader = ConfigReader(sources: [ConfigSource(name: "big", text: text)])
    var count = 0
    let duration = ContinuousClock().measure {
      while let line = reader.next() { count += line.words.count }
    }
    #expect(count == 25_000 * 12)
    #if !DEBUG
      #expect(duration < .seconds(1))
    #else
      #expect(duration < .seconds(20))
    #endif
  }
}
