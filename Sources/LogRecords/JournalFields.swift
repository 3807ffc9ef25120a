package import Memory

/// The fields of a journal entry: names, and values in one buffer that is used again.
package struct JournalFields: Sendable {
  private var names: [String] = []
  private var ends: [Int] = []
  private var values: [UInt8] = []

  /// No fields.
  package init() {}

  /// How many fields there are.
  package var count: Int { names.count }

  /// Takes all fields away, keeping the memory.
  package mutating func removeAll() {
    names.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }

  /// The name of a field.
  package func name(_ index: Int) -> String { names[index] }

  /// The value of a field; may hold any byte.
  package func value(_ index: Int) -> ArraySlice<UInt8> {
    values[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// Adds a field whose value is written by a closure; none where that writes nothing.
  mutating func add(_ name: String, _ write: (inout [UInt8]) -> Void) {
    let start = values.count
    write(&values)
    endField(name, from: start)
  }

  /// Makes what was written from `start` on a field; none where that is nothing.
  private mutating func endField(_ name: String, from start: Int) {
    guard values.count > start else { return }
    names.append(name)
    ends.append(values.count)
  }

  /// Adds a field of text.
  mutating func add(_ name: String, _ text: String) { add(name) { $0.append(text) } }

  /// Adds a field of a number.
  mutating func add(_ name: String, _ number: some BinaryInteger) {
    add(name) { $0.append(decimal: Int64(clamping: number)) }
  }

  /// Takes fields away from the end until names and values have at most so many bytes, and says so
  /// (`WEIR_TRUNCATED`); whether there was need. The message stays, cut if it must be.
  package mutating func shorten(to limit: Int) -> Bool {
    var size = values.count + names.reduce(0) { $0 + $1.utf8.count }
    guard size > limit else { return false }
    let mark = RecordField.truncated.description.journal
    size += mark.utf8.count + 1
    while names.count > 1, size > limit {
      let start = ends[names.count - 2]
      size -= (names.last?.utf8.count ?? 0) + values.count - start
      values.removeLast(values.count - start)
      names.removeLast()
      ends.removeLast()
    }
    if size > limit, let end = ends.first {
      let kept = max(0, end - (size - limit))
      values.removeLast(end - kept)
      ends[0] = kept
    }
    add(mark, 1)
    return true
  }

  /// What every entry has.
  private mutating func begin(
    message: Span<UInt8>, severity: Severity, messageIdentifier: String, header: LineHeader
  ) {
    removeAll()
    values.append(message)
    endField("MESSAGE", from: 0)
    add("PRIORITY", header.level(of: severity).rawValue)
    add("SYSLOG_FACILITY", header.facility.rawValue)
    add("SYSLOG_IDENTIFIER", header.tag)
    add("MESSAGE_ID", messageIdentifier)
  }

  /// Makes it the entry of a connection's record; `message` is its line. What is unknown has no
  /// field.
  package mutating func encode(
    _ record: ConnectionRecord, message: [UInt8], header: LineHeader, context: inout RenderContext
  ) {
    encode(record, message: message.span, header: header, context: &context)
  }

  /// Makes it the entry of a connection's record whose line lies elsewhere.
  package mutating func encode(
    _ record: ConnectionRecord, message: borrowing ByteWriter, header: LineHeader,
    context: inout RenderContext
  ) {
    encode(record, message: message.span, header: header, context: &context)
  }

  private mutating func encode(
    _ record: ConnectionRecord, message: Span<UInt8>, header: LineHeader,
    context: inout RenderContext
  ) {
    begin(
      message: message, severity: record.severity, messageIdentifier: record.messageIdentifier,
      header: header)
    if context.uniqueIdentifier != nil { context.prepareUniqueIdentifier(of: record) }
    for entry in RecordField.table where !entry.journal.isEmpty {
      add(entry.journal) { entry.field.append(record, context, to: &$0) }
    }
  }

  /// Makes it the entry of an event.
  package mutating func encode(_ event: LogEvent, header: LineHeader, context: RenderContext) {
    let kind = event.kind.description
    var message: [UInt8] = []
    event.append(into: &message)
    begin(
      message: message.span, severity: event.severity,
      messageIdentifier: kind.messageIdentifier, header: header)
    add("WEIR_EVENT", kind.name)
    if event.sequence > 0 { add("WEIR_SEQUENCE", event.sequence) }
    if context.logger.isSampled {
      add(RecordField.sampleRate.description.journal) { context.logger.appendSampleRate(to: &$0) }
    }
    add("WEIR_BOOT_ID", context.bootIdentifier)
    let names = context.names
    if let index = event.frontend.map(Int.init), names.frontends.indices.contains(index) {
      add("WEIR_FRONTEND", names.frontends[index].name)
    }
    if let index = event.backend.map(Int.init), names.backends.indices.contains(index) {
      add("WEIR_BACKEND", names.backends[index].name)
    }
    if let index = event.server.map(Int.init), names.servers.indices.contains(index) {
      add("WEIR_SERVER", names.servers[index].name)
    }
    for entry in event.values {
      let name = entry.field.description.journal
      switch entry.value {
      case .text(let text): add(name, text)
      case .integer(let number): add(name, number)
      }
    }
  }
}
