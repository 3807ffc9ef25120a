import Glibc
import Kernel
import Memory
import Testing

@testable import LogSinks

@Suite("The spool of a sink")
struct SinkSpoolTests {
  private static let mebibyte = 1 << 20

  private func spool(
    in folder: SpoolFolder, overflow: SpoolSettings.Overflow = .dropNew
  ) -> SinkSpool {
    var settings = SpoolSettings(folder: folder.path, size: Self.mebibyte)
    settings.synchronization = .never
    settings.overflow = overflow
    return SinkSpool(settings, path: folder.spool, owner: SpoolStore.Owner())
  }

  private func intake(bytes: Int = SinkSpool.leastQueueBytes) -> SinkIntake {
    SinkIntake(
      queue: MessageQueue(messageLimit: .max, byteLimit: bytes),
      ledger: SinkLedger(sink: "s", hasSpool: true), way: .output(1))
  }

  /// Gives up what is left in the queue, as a sink does, and looks whether all is accounted for.
  private func end(_ spool: SinkSpool, _ intake: inout SinkIntake) {
    spool.abandon(&intake)
    intake.ledger.drop(intake.queue.count, .stopped)
    #expect(intake.ledger.isBalanced, "\(intake.ledger)")
  }

  @Test("At the end, lines that are in its files are spooled, and those in memory alone are lost")
  func mixed() throws {
    let folder = SpoolFolder()
    let ledger = try endMixed(folder)
    #expect(ledger.spooled == 5 && ledger.dropped(.stopped) == 3)
    var again = try SpoolStore.open(folder)
    #expect(try again.get().texts == (0..<5).map { "disk \($0)\n" })
  }

  private func endMixed(_ folder: SpoolFolder) throws -> SinkLedger {
    let spool = spool(in: folder)
    var intake = intake()
    func take(_ text: String, at now: Int64) {
      spool.accept(Array(text.utf8).span, isTruncated: false, &intake, now: now)
    }
    do {
      let other = try SpoolStore.open(folder)
      spool.update(&intake, now: 1)
      for number in 0..<3 { take("memory \(number)\n", at: 1) }
      #expect(other.stagedCount == 0 && intake.ledger.unspooled == 3)
      #expect(intake.ledger.lastError == "SPOOL_TAKEN")
    }
    let later = SinkSpool.retryPause + 2
    spool.update(&intake, now: later)
    for number in 0..<5 { take("disk \(number)\n", at: later) }
    spool.update(&intake, now: later)
    #expect(intake.queue.count == 8)
    end(spool, &intake)
    return intake.ledger
  }

  @Test("At the end, lines whose segment was dropped to make room are not counted as spooled")
  func segmentGone() throws {
    let folder = SpoolFolder()
    let ledger = endFull(folder)
    let again = try SpoolStore.open(folder)
    #expect(UInt64(again.unreadCount) == ledger.spooled, "\(ledger)")
    #expect(ledger.dropped(.stopped) > 0, "\(ledger)")
  }

  private func endFull(_ folder: SpoolFolder) -> SinkLedger {
    let spool = spool(in: folder, overflow: .dropOld)
    var intake = intake()
    spool.update(&intake, now: 1)
    let line = Array((String(repeating: "x", count: 999) + "\n").utf8)
    for _ in 0..<3000 {
      spool.accept(line.span, isTruncated: false, &intake, now: 1)
      if spool.isStageFull { spool.update(&intake, now: 1) }
    }
    spool.update(&intake, now: 1)
    // The queue's oldest are of the first segments, which are not there any more.
    #expect(intake.queue.count > 200, "\(intake.ledger)")
    #expect(intake.ledger.dropped(.spoolFull) > 500, "\(intake.ledger)")
    end(spool, &intake)
    return intake.ledger
  }
}
