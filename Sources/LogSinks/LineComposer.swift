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

  /// The text of what was made last, without its header.
  var message: Span<UInt8> {
    @_lifetime(borrow self) get { isTextOwn ? ownText.span : text.span }
  }
  /// Whether the logger at hand has a format of its own.
  private var isTextOwn = false

  private var context: RenderContext
  /// Whose `%ID` the context makes.
  private var identified: ObjectIdentifier?
  /// The text that the loggers of a proxy share, and whether it was made.
  private var text = ByteWriter()
  private var isTextMade = false
  /// The text of a logger that has a format of its own.
  private var ownText = ByteWriter()
  private var structuredData = ByteWriter()
  private var fields = JournalFields()
  private var entry = JournalEntry()

  /// A composer of a process's lines.
  init(_ context: RenderContext) { self.context = context }

  /// Begins with a record of this proxy: nothing of it is made yet.
  mutating func begin(with formats: LineFormats) {
    isTextMade = false
    if identified != ObjectIdentifier(formats) {
      identified = ObjectIdentifier(formats)
      context.uniqueIdentifier = formats.uniqueIdentifier
    }
  }

  /// Makes the text of the record that was begun, as this rule of a logger's profile wants it;
  /// false where it is empty. What loggers share is made once.
  mutating func makeText(
    _ record: borrowing ConnectionRecord, with formats: LineFormats, _ rule: LogProfile.Rule?
  ) -> Bool {
    isTextOwn = rule?.hasFormat == true
    if let rule, isTextOwn {
      ownText.removeAll()
      rule.format.render(record, context: &context, into: &ownText)
      return !ownText.isEmpty
    }
    if !isTextMade {
      text.removeAll()
      formats.render(record, context: &context, into: &text)
      isTextMade = true
    }
    return !text.isEmpty
  }

  /// Makes the line of the record for the logger that its text was made for.
  mutating func compose(
    _ record: borrowing ConnectionRecord, with formats: LineFormats, _ rule: LogProfile.Rule?,
    for logger: inout Logger
  ) {
    if logger.isJournal {
      if isTextOwn {
        fields.encode(record, message: ownText, header: logger.prefix.header, context: &context)
      } else {
        fields.encode(record, message: text, header: logger.prefix.header, context: &context)
      }
      return composeEntry()
    }
    structuredData.removeAll()
    if logger.hasStructuredData {
      if let rule, rule.hasStructuredData {
        rule.structuredData.render(record, context: &context, into: &structuredData)
      } else {
        formats.structuredData.render(record, context: &context, into: &structuredData)
      }
    }
    line.removeAll()
    if isTextOwn {
      isTruncated = logger.prefix.append(
        text: ownText, structuredData: structuredData, severity: record.severity,
        nanoseconds: record.emittedNanoseconds, context: &context, into: &line)
    } else {
      isTruncated = logger.prefix.append(
        text: text, structuredData: structuredData, severity: record.severity,
        nanoseconds: record.emittedNanoseconds, context: &context, into: &line)
    }
  }

  /// Makes the line of an event for one logger.
  mutating func compose(_ event: LogEvent, for logger: inout Logger) {
    if logger.isJournal {
      fields.encode(event, header: logger.prefix.header, context: context)
      return composeEntry()
    }
    text.removeAll()
    isTextOwn = false
    event.append(into: &text)
    structuredData.removeAll()
    line.removeAll()
    isTruncated = logger.prefix.append(
      text: text, structuredData: structuredData, severity: event.severity,
      nanoseconds: event.nanoseconds, context: &context, into: &line)
  }

  private mutating func composeEntry() {
    entry.clear()
    for index in 0..<fields.count { entry.add(fields.name(index), fields.value(index)) }
    line.removeAll()
    line.append(contentsOf: entry.bytes)
    isTruncated = false
  }
}
