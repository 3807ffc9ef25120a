import ConfigSyntax
import Foundation
import Testing

@Suite("Diagnostics")
struct DiagnosticsTests {
  @Test("Messages look like HAProxy's, with the line, a caret and a remedy")
  func rendering() {
    var (lines, diagnostics) = read("global\n\tmaxcon 10 \"é\" 7\n")
    let line = lines[1]
    diagnostics.report(
      .alert, "unknown keyword 'maxcon' in 'global' section; did you mean 'maxconn' maybe ?",
      at: line.words[0], in: line)
    diagnostics.report(.warning, "odd.", at: line.words[3], in: line, remedy: "do this\nthen that")
    diagnostics.report(.notice, "missing word", afterEndOf: line)
    diagnostics.report(.warning, "Warnings were found.")
    diagnostics.report(.diag, "hidden")
    #expect(
      diagnostics.rendered(processIdentifier: 42) == """
        [ALERT]    (42) : config : parsing [t.cfg:2] : unknown keyword 'maxcon' in 'global' section;\
         did you mean 'maxconn' maybe ?
          \tmaxcon 10 "é" 7
          \t^~~~~~
        [WARNING]  (42) : config : parsing [t.cfg:2] : odd.
          \tmaxcon 10 "é" 7
          \t              ^
           | do this
           | then that
        [NOTICE]   (42) : config : parsing [t.cfg:2] : missing word
          \tmaxcon 10 "é" 7
          \t               ^
        [WARNING]  (42) : config : Warnings were found.

        """)
    #expect(
      diagnostics.rendered(processIdentifier: 1, showsDiagnosticLevel: true)
        .hasSuffix("[DIAG]     (1) : config : hidden\n"))
    #expect(diagnostics.alertCount == 1)
    #expect(diagnostics.warningCount == 2)
    #expect(diagnostics.noticeCount == 2)
  }

  @Test("Of a long line, what is around the caret is shown")
  func longLines() {
    let text = String(repeating: "a", count: 500) + " b " + String(repeating: "c", count: 500)
    var (lines, diagnostics) = read(text + "\n")
    diagnostics.report(.alert, "m", at: lines[0].words[1], in: lines[0])
    let shown = diagnostics.rendered(processIdentifier: 1).split(separator: "\n")
    #expect(
      shown[1] == "  ..." + String(repeating: "a", count: 59) + " b "
        + String(repeating: "c", count: 58) + "...")
    #expect(shown[2] == "  " + String(repeating: " ", count: 63) + "^")
  }

  @Test("Control characters do not reach the terminal")
  func controlCharacters() {
    let diagnostics = read("a \u{1B}[31m 'b\n").diagnostics
    #expect(!diagnostics.rendered(processIdentifier: 1).contains("\u{1B}"))
  }

  @Test("Warnings beyond the limit are counted, not kept")
  func otherLimit() {
    var diagnostics = Diagnostics()
    for _ in 0..<5000 { diagnostics.report(.warning, "w") }
    #expect(diagnostics.warningCount == 5000)
    #expect(diagnostics.entries.count == Diagnostics.otherLimit)
    #expect(!diagnostics.hasErrors)
  }

  @Test("The predefined variables hold HAProxy's formats")
  func predefined() {
    let table = PredefinedVariables.table(
      localPeer: "lb1", files: ["a.cfg", "b.cfg"], isMasterWorker: true)
    let environment = PredefinedVariables.environment(["HOME": "/"], with: table)
    #expect(environment["HOME"] == "/")
    #expect(environment["HAPROXY_CFGFILES"] == "a.cfg;b.cfg")
    #expect(environment["HAPROXY_LOCALPEER"] == "lb1")
    #expect(environment["HAPROXY_MWORKER"] == "1")
    #expect(environment["HAPROXY_BRANCH"] == "3.5")
    #expect(
      words("log-format \"$HAPROXY_TCP_LOG_FMT\"\n", environment: environment) == [
        [
          "log-format",
          "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq",
        ]
      ])
    #expect(Set(table.map(\.name)).count == table.count)
  }

  @Test("The page on the language lists the predefined variables and the predicates")
  func page() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/language.md")
    let text = String(decoding: try Data(contentsOf: page), as: UTF8.self)
    for variable in PredefinedVariables.table(localPeer: "", files: [], isMasterWorker: true) {
      #expect(text.contains("| `\(variable.name)` | \(variable.help) |"), "\(variable.name)")
    }
    for predicate in Condition.predicates
    where !["awslc", "openssl", "ssllib"].contains(where: predicate.name.hasPrefix) {
      #expect(text.contains("`\(predicate.name)("), "\(predicate.name)")
    }
  }
}
