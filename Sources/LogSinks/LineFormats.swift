internal import LogRecords
internal import Memory

/// What one proxy's lines are made with, every default in its place. All lines of the proxy look
/// at it where it lies: it is never copied.
final class LineFormats {
  /// The line of a connection that ends, or has its server.
  private let line: FormatProgram
  /// The line of a connection that was accepted.
  private let accept: FormatProgram
  /// The line of a connection that is still open.
  private let interim: FormatProgram
  /// The line of a connection that failed before it began.
  private let error: FormatProgram
  /// The structured data of RFC 5424 lines; `nothing` where there are none.
  let structuredData: FormatProgram
  /// The text of `%ID`.
  let uniqueIdentifier: FormatProgram?
  /// What `log-limit` leaves of them; nil where nothing is limited.
  let limits: MessageLimits?

  /// The formats of these settings.
  init(_ settings: ProxyLogSettings) {
    // A proxy without a format has a line for its accept alone; where others are asked for, they
    // are those of `option tcplog`.
    line = settings.format ?? .tcplog
    accept = settings.format ?? .connectLine
    interim = line.interim
    error = settings.errorFormat ?? .embryonic
    structuredData = settings.structuredData ?? .nothing
    uniqueIdentifier = settings.uniqueIdentifier
    limits = settings.limits.isEmpty ? nil : MessageLimits(settings.limits)
  }

  /// Appends the line of a record.
  func render(
    _ record: borrowing ConnectionRecord, context: inout RenderContext, into text: inout ByteWriter
  ) {
    switch record.origin {
    case .close, .connect: line.render(record, context: &context, into: &text)
    case .accept: accept.render(record, context: &context, into: &text)
    case .interim: interim.render(record, context: &context, into: &text)
    case .sessionError: error.render(record, context: &context, into: &text)
    }
  }
}
