import Configuration
import Foundation
import Testing

@Suite("The reference page")
struct ReferencePageTests {
  @Test("docs/configuration.md says what the table of keywords says")
  func page() throws {
    let file = projectFolder.appending(path: "docs/configuration.md")
    let wanted = ReferencePage.text
    if ProcessInfo.processInfo.environment["WEIR_WRITE_DOCS"] != nil {
      try Data(wanted.utf8).write(to: file)
    }
    let found = try String(contentsOf: file, encoding: .utf8)
    let agrees = found == wanted
    #expect(
      agrees,
      "write it anew: WEIR_WRITE_DOCS=1 swift test --filter ReferencePageTests")
  }

  @Test("each keyword has one entry in its place, and what is served has a help")
  func entries() {
    var seen: Set<String> = []
    for keyword in KeywordTable.keywords {
      #expect(seen.insert("\(keyword.place) \(keyword.name)").inserted, "\(keyword.name)")
      if keyword.status == .served { #expect(!keyword.help.isEmpty, "\(keyword.name)") }
      if keyword.place == .proxy { #expect(!keyword.sections.isEmpty, "\(keyword.name)") }
    }
  }
}
