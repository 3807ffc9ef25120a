internal import LogReading

extension FuzzTarget {
  /// Logs of any format: every line is counted once as something, in one piece or in two, and the
  /// report can be written.
  static let logLines = FuzzTarget("log-lines") { bytes in
    var whole = aggregate()
    whole.read(bytes.span, part: 0)
    whole.settle()
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false).count
    precondition(whole.lines == UInt64(bytes.isEmpty || bytes.last == 10 ? lines - 1 : lines))
    let counted = whole.ended + whole.unfinished + whole.refused + whole.messages + whole.unknown
    precondition(counted <= whole.lines)
    let report = LogReport(
      whole, source: .init(names: ["input"], elapsedMicroseconds: 1, parts: []), top: 3,
      verifies: false)
    let style = TextStyle(hasColour: false, isUTF8: true, columns: 80)
    precondition(!report.text(style).isEmpty && report.json.last == "\n")
    inTwo(bytes, whole)
    var export = JournalExportReader(datesAreLocal: false)
    var entries = aggregate()
    precondition(export.read(bytes.span, isLast: true, into: &entries) <= bytes.count)
    _ = TerminationExplanation.explain(String(decoding: bytes, as: UTF8.self), style)
  }

  private static func aggregate() -> LogAggregate {
    var options = LogAggregate.Options()
    options.datesAreLocal = false
    options.unparsed = 3
    return LogAggregate(options: options)
  }

  /// Two parts at a line's end tell what the whole tells.
  private static func inTwo(_ bytes: [UInt8], _ whole: LogAggregate) {
    guard let newline = bytes.firstIndex(of: 10) else { return }
    var left = aggregate()
    left.read(bytes.span.extracting(0...newline), part: 0)
    left.settle()
    var right = aggregate()
    right.read(bytes.span.extracting((newline + 1)...), part: 1)
    right.settle()
    left.merge(right)
    precondition(left.lines == whole.lines && left.ended == whole.ended)
    precondition(left.errors == whole.errors && left.unknown == whole.unknown)
    precondition(left.bytesOut == whole.bytesOut && left.messages == whole.messages)
  }
}
