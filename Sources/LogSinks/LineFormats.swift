internal import LogRecords

/// What one proxy's lines are made with, every default in its place. All lines of the proxy look
/// at it where it lies: it is never copied.
final class LineFormats {
  /// The line of a connection that ends, or has its server.
  let line: FormatBox
  /// The line of a connection that was accepted.
  private let accept: FormatBox
  /// The line of a connection that is still open.
  private let interim: FormatBox
  /// The line of a connection that failed before it began.
  private let error: FormatBox
  /// The structured data of RFC 5424 lines; `nothing` where there are none.
  let structuredData: FormatBox
  /// Whether the proxy says what structured data are.
  let hasStructuredData: Bool
  /// Whether the proxy has a format of named values.
  let isStructured: Bool
  /// The text of `%ID`.
  let uniqueIdentifier: FormatProgram?
  /// What `log-limit` leaves of them; nil where nothing is limited.
  let limits: MessageLimits?

  /// The formats of these settings.
  init(_ settings: ProxyLogSettings) {
    // A proxy without a format has a line for its accept alone; where others are asked for, they
    // are those of `option tcplog`.
    line = FormatBox(settings.format ?? .tcplog)
    accept = settings.format == nil ? FormatBox(.connectLine) : line
    interim = line.isStructured ? line : FormatBox(line.program.interim)
    isStructured = line.isStructured
    // A format of named values tells of failures too, so that its readers never meet bare text.
    if let format = settings.errorFormat {
      error = FormatBox(format)
    } else {
      error = line.isStructured ? line : FormatBox(.embryonic)
    }
    structuredData = FormatBox(settings.structuredData ?? .nothing)
    hasStructuredData = settings.structuredData != nil
    uniqueIdentifier = settings.uniqueIdentifier
    limits = settings.limits.isEmpty ? nil : MessageLimits(settings.limits)
  }

  /// The format of a record's line.
  func box(of origin: ConnectionRecord.Origin) -> FormatBox {
    switch origin {
    case .close, .connect: line
    case .accept: accept
    case .interim: interim
    case .sessionError: error
    }
  }
}
