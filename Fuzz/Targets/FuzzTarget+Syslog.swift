internal import LogRecords
internal import Memory

extension FuzzTarget {
  /// Messages of syslog: whatever the bytes are they are a message, whose parts lie within; each
  /// header is written of them; and a stream gives the same messages however it is split.
  static let syslog = FuzzTarget("syslog") { bytes in
    read(bytes)
    for assumesLines in [false, true] { split(bytes, assumesLines: assumesLines) }
  }

  private static func read(_ bytes: [UInt8]) {
    let message = SyslogMessage(parsing: bytes.span)
    let parts = [
      message.time, message.host, message.tag, message.processIdentifier,
      message.messageIdentifier, message.structuredData, message.text,
    ]
    for part in parts { precondition(part.start <= part.end && part.end <= bytes.count) }
    let source = Array("192.0.2.1".utf8)
    for host in [SyslogHost.kept, .source, .appended] {
      for format in [nil] + HeaderFormat.allCases {
        for length in [80, 70_000] {
          var rewriter = SyslogRewriter(format: format, facility: .local0, length: length)
          var line = ByteWriter()
          let isCut = rewriter.append(
            message, bytes.span, host: host, source: source.span,
            nanoseconds: 1_795_430_374_463_000_000, into: &line)
          precondition(line.count <= length && line[line.count - 1] == UInt8(ascii: "\n"))
          precondition(isCut ? line.count > length - 8 || !message.structuredData.isEmpty : true)
          if format == nil, host == .kept, message.isVerbatim, !message.host.isEmpty, !isCut {
            let end = message.text.end - message.priorityEnd + 1
            precondition(line.count >= end)
            for place in 0..<(end - 1) {
              precondition(line[line.count - end + place] == bytes[message.priorityEnd + place])
            }
          }
        }
      }
    }
  }

  /// The messages of a stream, each with its bytes, and how it ended.
  private static func messages(
    _ framing: SyslogFraming, _ bytes: [UInt8], by pace: Int
  ) -> (messages: [ArraySlice<UInt8>], failure: SyslogFraming.Failure?) {
    var (start, known, searched) = (0, min(pace, bytes.count), 0)
    var found: [ArraySlice<UInt8>] = []
    while true {
      switch framing.next(bytes.span.extracting(0..<known), from: start, searched: searched) {
      case .message(let first, let end, let consumed):
        precondition(first >= start && end >= first && consumed > 0)
        precondition(end <= start + consumed && start + consumed <= known)
        found.append(bytes[first..<end])
        start += consumed
        searched = 0
      case .incomplete(let wanted):
        precondition(wanted > known)
        guard known < bytes.count else { return (found, nil) }
        searched = known - start
        known = min(known + pace, bytes.count)
      case .failed(let failure): return (found, failure)
      }
    }
  }

  private static func split(_ bytes: [UInt8], assumesLines: Bool) {
    let framing = SyslogFraming(limit: 64, assumesLines: assumesLines)
    let whole = messages(framing, bytes, by: max(bytes.count, 1))
    for pace in [1, 3, 7] {
      let parts = messages(framing, bytes, by: pace)
      precondition(parts.messages == whole.messages, "a split changes the messages")
      precondition(parts.failure == whole.failure, "a split changes the failure")
    }
  }
}
