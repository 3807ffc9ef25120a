import ConfigSyntax
import Configuration
import Foundation
import Testing

/// The configurations that the pages of docs/ show: what begins with a section is taken as it stands.
@Suite("The examples of the documentation")
struct DocumentedExampleTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var page: String
    var line: Int
    var text: String
    var testDescription: String { "\(page):\(line)" }
  }

  private static let sections: Set<Substring> = [
    "global", "defaults", "frontend", "backend", "listen", "ring", "log-forward", "log-profile",
  ]

  static let examples: [Example] = {
    let folder = projectFolder.appending(path: "docs")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let pages = ["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
    return pages.flatMap { page -> [Example] in
      let text = try? String(contentsOf: projectFolder.appending(path: page), encoding: .utf8)
      return blocks(of: text ?? "").filter { block in
        sections.contains(block.text.split { $0 == " " || $0 == "\n" }.first ?? "")
      }.map { Example(page: page, line: $0.line, text: $0.text) }
    }
  }()

  /// The blocks of a page that are indented by four, with the number of their first line.
  private static func blocks(of page: String) -> [(line: Int, text: String)] {
    var blocks: [(line: Int, text: String)] = []
    var isOpen = false
    let lines = (page + "\n.").split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("    ") {
        if !isOpen { blocks.append((index + 1, "")) }
        isOpen = true
        blocks[blocks.count - 1].text += line.dropFirst(4) + "\n"
      } else if isOpen, line.isEmpty {
        blocks[blocks.count - 1].text += "\n"
      } else {
        isOpen = false
      }
    }
    return blocks
  }

  @Test("are found")
  func found() {
    #expect(Set(Self.examples.map(\.page)).count > 6 && Self.examples.count > 12)
  }

  @Test("have no error, their files and folders being there", arguments: examples)
  func valid(_ example: Example) {
    var text = example.text
    // A ring that the page has shown before.
    if text.contains("ring@rsyslog"), !text.contains("ring rsyslog") {
      text += "ring rsyslog\n    server s 192.0.2.1\n"
    }
    var lookups = testLookups
    lookups.missingFolder = { _ in nil }
    let (snapshot, diagnostics) = ConfigurationLoader.load(
      [ConfigSource(name: example.page, bytes: Array(text.utf8))], environment: ["HOME": "z"],
      lookups: lookups)
    #expect(snapshot != nil, "\(diagnostics.rendered(processIdentifier: 1))")
    #expect(messages(diagnostics, .alert).isEmpty)
  }
}
