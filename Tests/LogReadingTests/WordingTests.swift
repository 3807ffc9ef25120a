import LogReading
import LogRecords
import Testing

@Suite("Words for people")
struct WordingTests {
  static let style = TextStyle(hasColour: false, isUTF8: true, columns: 100)

  @Test("Numbers have commas, units and as many digits as count")
  func numbers() {
    #expect(Wording.count(8_391_001) == "8,391,001" && Wording.count(12) == "12")
    #expect(Wording.bytes(455) == "455 B" && Wording.bytes(1_210_000_000) == "1.21 GB")
    #expect(Wording.bytes(999_999) == "1 MB")
    #expect(Wording.time(850) == "850 µs" && Wording.time(12_300) == "12.3 ms")
    #expect(Wording.time(1_250_000) == "1.25 s" && Wording.time(200_000_000) == "3 min 20 s")
    #expect(Wording.time(7_500_000_000) == "2 h 5 min")
    #expect(Wording.share(1, of: 3) == "33.3 %" && Wording.share(1, of: 1_000_000) == "<0.1 %")
    #expect(Wording.share(999_999, of: 1_000_000) == "99.9 %")
  }

  @Test("Every state is explained, by letters and by reason, with a place to look")
  func states() {
    for state in TerminationState.table {
      for text in [state.letters, state.reason] {
        guard case .words(let words) = TerminationExplanation.explain(text, Self.style) else {
          Issue.record("\(text)")
          continue
        }
        let folded = words.split(whereSeparator: { " \n".contains($0) }).joined(separator: " ")
        #expect(folded.contains(state.hint) && folded.contains(state.sentence))
      }
    }
    for unknown in ["xy", "sd", "zzz"] {
      guard case .unknownState = TerminationExplanation.explain(unknown, Self.style) else {
        Issue.record("\(unknown)")
        continue
      }
    }
  }

  @Test("A line is explained timer by timer")
  func lines() {
    guard case .words(let words) = TerminationExplanation.explain(LineTests.text, Self.style) else {
      Issue.record("not understood")
      return
    }
    for part in [
      "client_aborted", "127.0.0.1:45344", "psql_nodes", "node1", "1 ms until", "12 ms in all",
      "11 ms of it", "455 B to the client", "retries",
    ] { #expect(words.contains(part), "\(part)\n\(words)") }
  }

  @Test("Plain terminals get no colours, and ASCII alone")
  func ascii() {
    let report = AggregateTests.report(
      AggregateTests.read((0..<50).map { AggregateTests.line($0) }.joined()))
    let text = report.text(TextStyle(hasColour: false, isUTF8: false, columns: 80))
    #expect(text.utf8.allSatisfy { $0 < 128 && ($0 >= 32 || $0 == 10) })
    #expect(report.text(TextStyle(hasColour: true, isUTF8: true, columns: 80)).contains("\u{1B}["))
  }
}
