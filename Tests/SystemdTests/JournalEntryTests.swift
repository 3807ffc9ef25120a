import Systemd
import Testing

@Suite("A journal entry")
struct JournalEntryTests {
  @Test("A value of one line is name, equals sign, value")
  func oneLine() {
    var entry = JournalEntry()
    entry.add("MESSAGE", Array("Server b/s is UP".utf8)[...])
    entry.add("PRIORITY", [53])
    #expect(entry.bytes == Array("MESSAGE=Server b/s is UP\nPRIORITY=5\n".utf8))
  }

  @Test("A value with a newline is told by its length in 64 bits, little endian")
  func lines() {
    var entry = JournalEntry()
    entry.add("MESSAGE", [97, 10, 98])
    entry.add("WEIR_X", [])
    let expected =
      Array("MESSAGE\n".utf8) + [3, 0, 0, 0, 0, 0, 0, 0] + Array("a\nb\n".utf8)
      + Array("WEIR_X=\n".utf8)
    #expect(entry.bytes == expected)
  }

  @Test("The length of a long value fills several bytes")
  func long() {
    var entry = JournalEntry()
    entry.add("MESSAGE", [UInt8](repeating: 10, count: 0x0102)[...])
    #expect(entry.bytes[8..<16].elementsEqual([2, 1, 0, 0, 0, 0, 0, 0]))
    #expect(entry.bytes.count == 8 + 8 + 0x0102 + 1)
  }

  @Test("A cleared entry has no fields")
  func cleared() {
    var entry = JournalEntry()
    entry.add("MESSAGE", [97])
    entry.clear()
    #expect(entry.bytes.isEmpty)
  }
}
