import Foundation
import LogRecords
import Testing

@Suite("Tables and the pages made from them")
struct TablesTests {
  @Test("Each field of a record stands at its place in the table, under names of its own")
  func fields() {
    for field in RecordField.allCases { #expect(field.description.field == field) }
    #expect(RecordField.table.count == RecordField.allCases.count)
    for names in [
      RecordField.table.map(\.name), RecordField.table.map(\.openTelemetry).filter { !$0.isEmpty },
      RecordField.table.map(\.elastic).filter { !$0.isEmpty },
      RecordField.table.map(\.journal).filter { !$0.isEmpty },
    ] { #expect(Set(names).count == names.count) }
  }

  @Test("What the table says prints a field is a format that compiles")
  func formats() throws {
    for entry in RecordField.table {
      for word in entry.format.split(separator: " ") where word.hasPrefix("%") {
        _ = try FormatProgram(compiling: String(word))
      }
    }
  }

  @Test("Every cause and phase has a state of that cause, and every state is reached")
  func terminations() {
    var reached: Set<String> = []
    for cause in TerminationCause.allCases {
      for phase in TerminationPhase.allCases {
        let state = TerminationState.of(cause, phase)
        #expect(state.cause == cause)
        reached.insert(state.letters)
      }
    }
    #expect(reached == Set(TerminationState.table.map(\.letters)))
    #expect(TerminationState.table.count == reached.count)
    for names in [
      TerminationState.table.map(\.reason), TerminationState.table.map(\.messageIdentifier),
    ] { #expect(Set(names).count == names.count) }
  }

  @Test(
    "States have the letters and words that administrators look for",
    arguments: [
      (TerminationCause.none, TerminationPhase.normal, "--", "normal"),
      (.clientTimeout, .data, "cD", "client_timeout"),
      (.serverAbort, .connect, "SC", "server_refused"),
      (.serverTimeout, .connect, "sC", "connect_timeout"),
      (.serverTimeout, .queue, "sQ", "queue_timeout"),
      (.clientAbort, .data, "CD", "client_aborted"), (.serverAbort, .data, "SD", "server_aborted"),
      (.down, .data, "DD", "server_down"), (.killed, .data, "KD", "killed"),
    ])
  func states(cause: TerminationCause, phase: TerminationPhase, letters: String, reason: String) {
    let state = TerminationState.of(cause, phase)
    #expect(state.letters == letters)
    #expect(state.reason == reason)
  }

  @Test("All identities in the journal are 128 bits and no two are the same")
  func identities() {
    let identities =
      TerminationState.table.map(\.messageIdentifier) + LogEventKind.table.map(\.messageIdentifier)
      + [ConnectionRecord.Event.start, .interim, .error].map(\.messageIdentifier)
    #expect(Set(identities).count == identities.count)
    for identity in identities {
      #expect(identity.utf8.count == 32)
      #expect(identity.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }
  }

  /// `WEIR_WRITE_DOCS=1` writes the pages anew.
  @Test(
    "The pages in docs/ say what the tables say",
    arguments: [
      ("fields.md", FieldsPage.text), ("termination-states.md", TerminationPage.text),
    ])
  func pages(name: String, text: String) throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "docs/\(name)")
    if ProcessInfo.processInfo.environment["WEIR_WRITE_DOCS"] != nil {
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    let page = try String(contentsOf: url, encoding: .utf8)
    #expect(page == text, "docs/\(name) is old: run the tests with WEIR_WRITE_DOCS=1")
  }
}
