internal import Memory

extension JournalFields {
  /// Makes it the entry of a message of syslog that was passed on: the fields that journald gives
  /// what comes in by /dev/log (systemd.journal-fields(7)), and what these have no room for.
  package mutating func encode(
    _ message: SyslogMessage, _ bytes: Span<UInt8>, level: Severity, facility: UInt32,
    section: String, source: Span<UInt8>
  ) {
    removeAll()
    add("MESSAGE", bytes, message.text)
    add("PRIORITY", level.rawValue)
    add("SYSLOG_FACILITY", facility)
    add("SYSLOG_IDENTIFIER", bytes, message.tag)
    add("SYSLOG_PID", bytes, message.processIdentifier)
    if message.time.count > 1 { add("SYSLOG_TIMESTAMP", bytes, message.time) }
    add("WEIR_SYSLOG_HOST", bytes, message.host)
    add("WEIR_SYSLOG_MSGID", bytes, message.messageIdentifier)
    add("WEIR_SYSLOG_STRUCTURED_DATA", bytes, message.structuredData)
    add("WEIR_FORWARD", section)
    add("WEIR_FORWARD_SOURCE") { $0.append(source) }
  }

  private mutating func add(_ name: String, _ bytes: Span<UInt8>, _ part: SyslogMessage.Part) {
    add(name) { $0.append(bytes.extracting(part.start..<part.end)) }
  }
}
