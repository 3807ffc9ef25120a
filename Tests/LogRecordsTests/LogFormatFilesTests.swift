import Foundation
import LogRecords
import Testing

/// The files of logformats/, which people read and copy from.
@Suite struct LogFormatFilesTests {
  static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardized
  static let folder = top.appending(path: "logformats")

  static var names: [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { name in
      var isFolder: ObjCBool = false
      let path = folder.appending(path: name).path
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && !isFolder.boolValue && !name.hasSuffix(".md")
    }.sorted()
  }

  @Test(
    "each file of text has the format that the program uses, and compiles",
    arguments: [
      ("tcplog", FormatProgram.tcplogText), ("clf", FormatProgram.tcplogCLFText),
      ("human", FormatProgram.humanText),
    ])
  func file(name: String, format: String) throws {
    let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines == [format[...]])
    _ = try FormatProgram(compiling: String(lines[0]), kind: .line)
  }

  @Test("every name that the issue wants is there")
  func complete() {
    let wanted = ["tcplog", "clf", "otel", "ecs", "logfmt", "cee", "csv", "human", "sd"]
    #expect(Set(wanted).isSubset(of: Self.names))
  }

  /// `WEIR_WRITE_DOCS=1` writes the source of what is built in anew.
  @Test("what is built in are the files")
  func builtIn() throws {
    var source = """
      // swift-format-ignore-file
      // Made from the files of logformats/; a test fails where they differ, and writes this file anew with
      // WEIR_WRITE_DOCS=1.

      extension NamedFormat {
        /// The files of logformats/ as they were when the program was built, by name.
        static let builtInFiles: [(name: String, text: String)] = [

      """
    for name in Self.names {
      let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
      source += "    (\"\(name)\", #\"\"\"\n\(text)\"\"\"#),\n"
    }
    source += "  ]\n}\n"
    let url = Self.top.appending(path: "Sources/LogRecords/Encoding/BuiltInFormats.swift")
    if ProcessInfo.processInfo.environment["WEIR_WRITE_DOCS"] != nil {
      try source.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: url, encoding: .utf8) == source)
    #expect(NamedFormat.builtInNames == Self.names)
    for name in Self.names {
      let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
      #expect(NamedFormat.builtIn(name)?.text == String(text.dropLast()))
    }
  }
}
