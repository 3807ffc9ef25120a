import Foundation
import LogRecords
import Testing

/// The files of logformats/, which people read and copy from.
@Suite struct LogFormatFilesTests {
  @Test(
    "each file has the format that the program uses, and compiles",
    arguments: [("tcplog", FormatProgram.tcplogText), ("clf", FormatProgram.tcplogCLFText)])
  func file(name: String, format: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../logformats").standardized
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines == [format[...]])
    _ = try FormatProgram(compiling: String(lines[0]), kind: .line)
  }

  @Test("no file is without its test")
  func complete() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../logformats").standardized
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(names) == ["tcplog", "clf"])
  }
}
