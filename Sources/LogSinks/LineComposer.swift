internal import LogRecords
internal import Memory
internal import Systemd

/// Makes what sinks get of records and events. It keeps the room for that, so that a line costs no
/// allocation.
struct LineComposer: ~Copyable {
  /// What became of a line.
  enum Outcome {
    /// All of it is there.
    case whole
    /// Something was cut or left out, as the line would have been too long.
    case shortened
    /// There is no line: not even what it must have fits.
    case impossible
  }

  /// What was made last: header, text and newline, or a journal entry.
  private(set) var line = ByteWriter()

  /// The text of what was made last, without its header.
  var message: Span<UInt8> {
    @_lifetime(borrow self) get {
      if let structuredStart {
        return line.span.extracting(structuredStart..<max(structuredStart, line.count - 1))
      }
      return isTextOwn ? ownText.span : text.span
    }
  }
  /// Where a line of named values begins behind its header; nil where it is text.
  private var structuredStart: Int?
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
  /// false where it is empty. What loggers share is made once; a line of named values is made for
  /// each logger, as it tells of the logger and has its length.
  mutating func makeText(
    _ record: borrowing ConnectionRecord, with formats: LineFormats, _ rule: LogProfile.Rule?
  ) -> Bool {
    let origin = record.origin
    let box = rule?.format ?? formats.box(of: origin)
    isTextOwn = rule?.format != nil
    if box.isStructured { return true }
    if isTextOwn {
      ownText.removeAll()
      box.program.render(record, context: &context, into: &ownText)
      return !ownText.isEmpty
    }
    if !isTextMade {
      text.removeAll()
      box.program.render(record, context: &context, into: &text)
      isTextMade = true
    }
    return !text.isEmpty
  }

  /// Makes the line of the record for the logger that its text was made for.
  mutating func compose(
    _ record: borrowing ConnectionRecord, with formats: LineFormats, _ rule: LogProfile.Rule?,
    for logger: inout Logger
  ) -> Outcome {
    let origin = record.origin
    let box = rule?.format ?? formats.box(of: origin)
    context.logger = logger.facts
    if logger.isJournal { return composeEntry(record, box, isOwn: rule?.format != nil, logger) }
    var isShortened = false
    let isAll =
      logger.hasAllFields && !formats.hasStructuredData && rule?.structuredData == nil
    structuredData.removeAll()
    if isAll {
      let room = logger.prefix.header.room(
        severity: record.severity, nanoseconds: record.emittedNanoseconds, context: &context,
        into: &line)
      // The line itself comes first; of two that can both become shorter each has its half.
      let own = rule?.format != nil ? ownText.count : text.count
      let limit = box.isStructured ? room / 2 : room - own
      isShortened = appendAllFields(record, limit: limit) != .whole
    } else if logger.hasStructuredData {
      let data = rule?.structuredData ?? formats.structuredData
      data.program.render(record, context: &context, into: &structuredData)
    }
    line.removeAll()
    if logger.prefix.begin(
      structuredData: structuredData, severity: record.severity,
      nanoseconds: record.emittedNanoseconds,
      messageName: logger.hasAllFields ? record.event.name : nil, context: &context, into: &line)
    {
      isShortened = true
    }
    structuredStart = box.isStructured ? line.count : nil
    guard box.isStructured else {
      let isCut =
        rule?.format != nil
        ? logger.prefix.end(ownText, of: &line) : logger.prefix.end(text, of: &line)
      return isCut || isShortened ? .shortened : .whole
    }
    let outcome = box.program.render(
      record, context: &context, limit: logger.prefix.room(in: line), into: &line)
    return finish(outcome, isShortened)
  }

  /// Makes the line of an event for one logger.
  mutating func compose(_ event: LogEvent, for logger: inout Logger) -> Outcome {
    context.logger = logger.facts
    if logger.isJournal {
      fields.encode(event, header: logger.prefix.header, context: context)
      return composeEntry()
    }
    let format = logger.eventFormat
    isTextMade = false
    text.removeAll()
    isTextOwn = false
    if format == nil { event.append(into: &text) }
    var isShortened = false
    structuredData.removeAll()
    if logger.hasAllFields {
      let room = logger.prefix.header.room(
        severity: event.severity, nanoseconds: event.nanoseconds, context: &context, into: &line)
      let limit = format == nil ? room - text.count : room / 2
      let outcome = FormatProgram.allFields.render(
        event, context: &context, limit: limit, into: &structuredData)
      isShortened = outcome != .whole
    }
    line.removeAll()
    if logger.prefix.begin(
      structuredData: structuredData, severity: event.severity, nanoseconds: event.nanoseconds,
      messageName: logger.hasAllFields ? event.kind.description.name : nil, context: &context,
      into: &line)
    {
      isShortened = true
    }
    structuredStart = format == nil ? nil : line.count
    guard let format else {
      return logger.prefix.end(text, of: &line) || isShortened ? .shortened : .whole
    }
    let outcome = format.program.render(
      event, context: &context, limit: logger.prefix.room(in: line), into: &line)
    return finish(outcome, isShortened)
  }

  private mutating func appendAllFields(
    _ record: borrowing ConnectionRecord, limit: Int
  ) -> RenderOutcome {
    FormatProgram.allFields.render(
      record, context: &context, limit: limit, into: &structuredData)
  }

  /// Ends a line of named values.
  private mutating func finish(_ outcome: RenderOutcome, _ isShortened: Bool) -> Outcome {
    line.append(UInt8(ascii: "\n"))
    switch outcome {
    case .whole: return isShortened ? .shortened : .whole
    case .shortened: return .shortened
    case .nothing: return .impossible
    }
  }

  private mutating func composeEntry(
    _ record: borrowing ConnectionRecord, _ box: FormatBox, isOwn: Bool, _ logger: Logger
  ) -> Outcome {
    let header = logger.prefix.header
    if box.isStructured {
      ownText.removeAll()
      box.program.render(record, context: &context, into: &ownText)
    }
    if isOwn || box.isStructured {
      fields.encode(record, message: ownText, header: header, context: &context)
    } else {
      fields.encode(record, message: text, header: header, context: &context)
    }
    return composeEntry()
  }

  private mutating func composeEntry() -> Outcome {
    structuredStart = nil
    entry.clear()
    let isShortened = fields.shorten(to: Self.entryLimit)
    for index in 0..<fields.count { entry.add(fields.name(index), fields.value(index)) }
    line.removeAll()
    line.append(contentsOf: entry.bytes)
    return isShortened ? .shortened : .whole
  }

  /// The most bytes of the names and values of an entry of the journal: journald itself takes
  /// 768 kB for one field.
  private static let entryLimit = 512 * 1024
}
