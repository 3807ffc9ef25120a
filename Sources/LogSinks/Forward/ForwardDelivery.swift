internal import LogRecords
internal import Memory
internal import Reactor
internal import Systemd

/// The loggers of a section, and the room that their lines are made in: what each message changes,
/// in one place.
struct ForwardDelivery: ~Copyable {
  private var loggers: [ForwardLogger]
  private let section: String
  private var line = ByteWriter()
  private var fields = JournalFields()
  private var entry = JournalEntry()

  /// The loggers of a section of this name.
  init(_ loggers: [ForwardLogger], section: String) {
    self.loggers = loggers
    self.section = section
  }

  /// Gives a message to the sinks of the loggers that take it; whether there is one.
  mutating func deliver(
    _ message: SyslogMessage, _ bytes: Span<UInt8>, from sender: borrowing ForwardSection.Sender,
    host: SyslogHost, nanoseconds: UInt64, to table: borrowing SinkTable, waits: Bool,
    in loop: borrowing EventLoop
  ) -> Bool {
    var isSelected = false
    for index in loggers.indices where loggers[index].takes(message.severity) {
      isSelected = true
      line.removeAll()
      var isCut = false
      if loggers[index].isJournal {
        makeEntry(message, bytes, sender, index)
      } else {
        isCut = loggers[index].rewriter.append(
          message, bytes, host: host, source: sender.text.span, nanoseconds: nanoseconds,
          into: &line)
      }
      let destination = loggers[index].destination
      if waits || table.hasRoom(for: destination, length: line.count) {
        table.accept(
          line.span, isTruncated: isCut,
          message: bytes.extracting(message.text.start..<message.text.end), for: destination,
          in: loop)
      } else {
        table.lose(1, .queueFull, for: destination)
      }
    }
    return isSelected
  }

  private mutating func makeEntry(
    _ message: SyslogMessage, _ bytes: Span<UInt8>, _ sender: borrowing ForwardSection.Sender,
    _ index: Int
  ) {
    fields.encode(
      message, bytes, level: loggers[index].rewriter.level(of: message),
      facility: loggers[index].rewriter.facilityNumber(of: message), section: section,
      source: sender.text.span)
    entry.clear()
    for index in 0..<fields.count { entry.add(fields.name(index), fields.value(index)) }
    line.append(contentsOf: entry.bytes)
  }
}
