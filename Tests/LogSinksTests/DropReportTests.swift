import LogRecords
import Testing

@testable import LogSinks

@Suite("What is told of losses")
struct DropReportTests {
  private let second: Int64 = 1_000_000

  private func ledger(_ queueFull: UInt64, refused: UInt64 = 0) -> SinkLedger {
    var ledger = SinkLedger(sink: "udp@192.0.2.1:514")
    ledger.lose(queueFull, .queueFull)
    ledger.lose(refused, .refused)
    return ledger
  }

  @Test("names sink, reasons, how many and since when, with a remedy, at most every few seconds")
  func words() throws {
    var report = DropReport(now: 1_000_000_000)
    #expect(!report.isDue(ledger(0), 0))
    #expect(report.isDue(ledger(5), 0))
    let first = report.tellOthers(ledger(5, refused: 2), now: 0, 3_500_000_000)
    #expect(
      first?.text
        == "Sink udp@192.0.2.1:514 dropped 7 lines in 2.5 s (queue_full=5 refused=2)."
        + " The receiver was behind or away: see to it, or write fewer lines (level, sample,"
        + " log-limit).")
    #expect(
      first?.values == [
        .text(.sink, "udp@192.0.2.1:514"), .integer(.dropped, 7),
        .text(.reason, "queue_full=5 refused=2"), .integer(.since, 1_000_000_000),
      ])
    let early = report.tellOthers(ledger(9, refused: 2), now: second, 4_500_000_000)
    #expect(early == nil)
    let next = report.tellOthers(ledger(9, refused: 3), now: 6 * second, 9_500_000_000)
    #expect(next?.text.contains("dropped 5 lines in 6.0 s (queue_full=4 refused=1).") == true)
    let again = report.tellOthers(ledger(9, refused: 3), now: 60 * second, 9_500_000_000)
    #expect(again == nil)
  }

  @Test("the sink's own loggers are told the whole until a line about it is followed by no loss")
  func itself() throws {
    var report = DropReport(now: 0)
    let first = report.tellItself(ledger(0, refused: 4), now: 0, 1)
    #expect(first?.text.contains("dropped 4 lines") == true)
    // That line was refused as well.
    let early = report.tellItself(ledger(0, refused: 5), now: second, 1)
    #expect(early == nil)
    let whole = report.tellItself(ledger(0, refused: 5), now: 5 * second, 1)
    #expect(whole?.text.contains("dropped 5 lines") == true)
    // The pause has grown; this one got through.
    for now in [14, 15] {
      let settled = report.tellItself(ledger(0, refused: 5), now: Int64(now) * second, 1)
      #expect(settled == nil)
    }
    #expect(report.isDue(ledger(0, refused: 6), 30 * second))
    let third = report.tellItself(ledger(0, refused: 6), now: 30 * second, 1)
    #expect(third?.text.contains("dropped 1 lines") == true)
  }
}
