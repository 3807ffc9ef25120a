internal import LogRecords

/// What one proxy's lines are made with, every default in its place. All lines of the proxy look
/// at it where it lies: it is never copied.
final class LineFormats {
  /// The line of a connection.
  let line: FormatProgram
  /// The line of a connection that failed before it began.
  let error: FormatProgram
  /// The structured data of RFC 5424 lines; `nothing` where there are none.
  let structuredData: FormatProgram
  /// The text of `%ID`.
  let uniqueIdentifier: FormatProgram?

  /// The formats of these settings.
  init(_ settings: ProxyLogSettings) {
    line = settings.format ?? .connectLine
    error = settings.errorFormat ?? .embryonic
    structuredData = settings.structuredData ?? .nothing
    uniqueIdentifier = settings.uniqueIdentifier
  }
}
