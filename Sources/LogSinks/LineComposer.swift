internal import LogRecords
internal import Systemd

/// Makes what sinks get of records and events. It keeps the room for that, so that a line costs no
/// allocation.
struct LineComposer {
  /// What was made last: header, text and newline, or a journal entry.
  private(set) var line: [UInt8] = []
  /// Whether the limit of the line's length cut it.
  private(set) var isTruncated = false

  private var context: RenderContext
  private var text: [UInt8] = []
  private var structuredData: [UInt8] = []
  private var fields = JournalFields()
  private var entry = JournalEntry()

  /// A composer of a process's lines.
  init(_ context: RenderContext) { self.context = context }

  /// Makes the text of a record of this proxy, for all its loggers; false where it is empty.
  mutating func begin(_ record: borrowing ConnectionRecord, of proxy: ProxyLogSettings) -> Bool {
    text.removeAll(keepingCapacity: true)
    context.uniqueIdentifier = proxy.uniqueIdentifier
    if record.event == .error {
      (proxy.errorFormat ?? .embryonic).render(record, context: &context, into: &text)
    } else {
      (proxy.format ?? .connectLine).render(record, context: &context, into: &text)
    }
    return !text.isEmpty
  }

  /// Makes the line of the record that was begun for one logger.
  mutating func compose(
    _ record: borrowing ConnectionRecord, of proxy: ProxyLogSettings, for logger: Logger
  ) {
    if logger.isJournal {
      fields.encode(record, message: text, header: logger.header, context: &context)
      composeEntry()
      return
    }
    structuredData.removeAll(keepingCapacity: true)
    if logger.header.format == .rfc5424, let program = proxy.structuredData {
      program.render(record, context: &context, into: &structuredData)
    }
    composeLine(record.severity, record.emittedNanoseconds, logger.header)
  }

  /// Makes the line of an event for one logger.
  mutating func compose(_ event: LogEvent, for logger: Logger) {
    if logger.isJournal {
      fields.encode(event, header: logger.header, context: context)
      composeEntry()
      return
    }
    text.removeAll(keepingCapacity: true)
    event.append(into: &text)
    structuredData.removeAll(keepingCapacity: true)
    composeLine(event.severity, event.nanoseconds, logger.header)
  }

  private mutating func composeLine(
    _ severity: Severity, _ nanoseconds: UInt64, _ header: LineHeader
  ) {
    line.removeAll(keepingCapacity: true)
    isTruncated = header.append(
      text: text, structuredData: structuredData, severity: severity, nanoseconds: nanoseconds,
      context: &context, into: &line)
  }

  private mutating func composeEntry() {
    entry.clear()
    for index in 0..<fields.count { entry.add(fields.name(index), fields.value(index)) }
    line.removeAll(keepingCapacity: true)
    line.append(contentsOf: entry.bytes)
    isTruncated = false
  }
}
