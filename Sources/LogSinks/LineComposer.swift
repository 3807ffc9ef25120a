internal import LogRecords
internal import Memory
internal import Systemd

/// Makes what sinks get of records and events. It keeps the room for that, so that a line costs no
/// allocation.
struct LineComposer: ~Copyable {
  /// What was made last: header, text and newline, or a journal entry.
  private(set) var line = ByteWriter()
  /// Whether the limit of the line's length cut it.
  private(set) var isTruncated = false

  private var context: RenderContext
  /// Whose `%ID` the context makes.
  private var identified: ObjectIdentifier?
  private var text = ByteWriter()
  private var structuredData = ByteWriter()
  private var fields = JournalFields()
  private var entry = JournalEntry()

  /// A composer of a process's lines.
  init(_ context: RenderContext) { self.context = context }

  /// Makes the text of a record of this proxy, for all its loggers; false where it is empty.
  mutating func begin(_ record: borrowing ConnectionRecord, with formats: LineFormats) -> Bool {
    text.removeAll()
    if identified != ObjectIdentifier(formats) {
      identified = ObjectIdentifier(formats)
      context.uniqueIdentifier = formats.uniqueIdentifier
    }
    if case .error = record.event {
      formats.error.render(record, context: &context, into: &text)
    } else {
      formats.line.render(record, context: &context, into: &text)
    }
    return !text.isEmpty
  }

  /// Makes the line of the record that was begun for one logger.
  mutating func compose(
    _ record: borrowing ConnectionRecord, with formats: LineFormats, for logger: inout Logger
  ) {
    if logger.isJournal {
      fields.encode(record, message: text, header: logger.prefix.header, context: &context)
      return composeEntry()
    }
    structuredData.removeAll()
    if logger.hasStructuredData {
      formats.structuredData.render(record, context: &context, into: &structuredData)
    }
    composeLine(record.severity, record.emittedNanoseconds, &logger.prefix)
  }

  /// Makes the line of an event for one logger.
  mutating func compose(_ event: LogEvent, for logger: inout Logger) {
    if logger.isJournal {
      fields.encode(event, header: logger.prefix.header, context: context)
      return composeEntry()
    }
    text.removeAll()
    event.append(into: &text)
    structuredData.removeAll()
    composeLine(event.severity, event.nanoseconds, &logger.prefix)
  }

  private mutating func composeLine(
    _ severity: Severity, _ nanoseconds: UInt64, _ prefix: inout LinePrefix
  ) {
    line.removeAll()
    isTruncated = prefix.append(
      text: text, structuredData: structuredData, severity: severity,
      nanoseconds: nanoseconds, context: &context, into: &line)
  }

  private mutating func composeEntry() {
    entry.clear()
    for index in 0..<fields.count { entry.add(fields.name(index), fields.value(index)) }
    line.removeAll()
    line.append(contentsOf: entry.bytes)
    isTruncated = false
  }
}
