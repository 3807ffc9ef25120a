import ConfigSyntax
import Configuration
import Foundation
import Testing

@Suite("What is said of a faulty file")
struct GoldenErrorTests {
  private static let folder = projectFolder.appending(path: "Tests/Corpora/config-errors")

  /// Where WEIR_WRITE_GOLDEN is set, the files are written anew in place of being compared.
  private static let writes = ProcessInfo.processInfo.environment["WEIR_WRITE_GOLDEN"] != nil

  @Test("is word for word what the golden files have")
  func golden() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
      .filter { $0.hasSuffix(".cfg") }.sorted()
    #expect(files.count >= 10)
    for file in files {
      let source = Self.folder.appending(path: file)
      let (snapshot, diagnostics) = ConfigurationLoader.load(
        [ConfigSource(name: file, bytes: Array(try Data(contentsOf: source)))],
        lookups: testLookups)
      var text = diagnostics.rendered(processIdentifier: 1)
      text += snapshot == nil ? "refused\n" : "taken\n"
      let golden = source.deletingPathExtension().appendingPathExtension("txt")
      if Self.writes { try Data(text.utf8).write(to: golden) }
      let wanted = try String(contentsOf: golden, encoding: .utf8)
      let pairs = zip(
        text.split(separator: "\n", omittingEmptySubsequences: false),
        wanted.split(separator: "\n", omittingEmptySubsequences: false))
      let first = pairs.first { $0 != $1 }.map { "\($0) instead of \($1)" } ?? "the end"
      let agrees = text == wanted
      #expect(agrees, "\(file) differs at: \(first)")
    }
  }

  @Test("every file of the corpus is loaded without a trap")
  func corpus() throws {
    let folder = projectFolder.appending(path: "Tests/Corpora/config")
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let bytes = Array(try Data(contentsOf: folder.appending(path: file)))
      for length in [bytes.count, bytes.count / 2, bytes.count / 3] {
        _ = ConfigurationLoader.load(
          [ConfigSource(name: file, bytes: Array(bytes.prefix(length)))], lookups: testLookups)
      }
    }
  }

  @Test("statements of known words in any order are loaded without a trap")
  func random() {
    var generator = SystemRandomNumberGenerator()
    let sections = [
      "global", "defaults", "frontend f", "backend b", "listen l", "peers p",
      "ring r", "log-forward w", "log-profile x", "backend m\nmode log",
    ]
    let words =
      KeywordTable.keywords.map(\.name)
      + [
        "127.0.0.1:80", ":80-85", "5", "-1", "99999999999", "1s", "s", "b/s", "no", "default",
        "%ci", "\"%[src]\"", "/x", "local0", "global", "from", "user", "é", "(", "random(2)",
        "ring@r", "backend@m", "tcp@1.2.3.4", "relp@db.example", "udp@:514", "close", "10/1s",
      ]
    for _ in 0..<300 {
      var text = ""
      for _ in 0..<Int.random(in: 1...30, using: &generator) {
        if Bool.random(using: &generator), Bool.random(using: &generator) {
          text += "\(sections.randomElement(using: &generator) ?? "")\n"
        }
        for _ in 0..<Int.random(in: 1...5, using: &generator) {
          text += " \(words.randomElement(using: &generator) ?? "")"
        }
        text += "\n"
      }
      let (snapshot, diagnostics) = load(text)
      #expect((snapshot == nil) == diagnostics.hasErrors, "\(text)")
    }
  }
}
