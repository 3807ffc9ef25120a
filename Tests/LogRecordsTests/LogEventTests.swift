import LogRecords
import Testing

@Suite("Events")
struct LogEventTests {
  @Test("Each kind of event stands at its place in the table, with an identity of its own")
  func kinds() {
    for kind in LogEventKind.allCases {
      #expect(kind.description.kind == kind)
      #expect(kind.description.messageIdentifier.utf8.count == 32)
    }
    #expect(LogEventKind.table.count == LogEventKind.allCases.count)
    #expect(
      Set(LogEventKind.table.map(\.messageIdentifier)).count == LogEventKind.allCases.count)
    #expect(Set(LogEventKind.table.map(\.name)).count == LogEventKind.allCases.count)
  }

  @Test("Each field of an event stands at its place in the table, under a name of its own")
  func fields() {
    for field in LogEventField.allCases { #expect(field.description.field == field) }
    #expect(LogEventField.table.count == LogEventField.allCases.count)
    #expect(Set(LogEventField.table.map(\.journal)).count == LogEventField.allCases.count)
  }

  @Test("An event has its kind's severity unless it is given another")
  func severity() {
    #expect(LogEvent(.serverDown, text: "", nanoseconds: 1).severity == .alert)
    #expect(LogEvent(.serverDown, severity: .notice, text: "", nanoseconds: 1).severity == .notice)
  }
}
