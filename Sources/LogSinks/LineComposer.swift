internal import Kernel
internal import LogRecords
internal import Systemd

/// Makes the bytes that a sink gets of records and events of one proxy, for each of its loggers.
struct LineComposer {
  /// A line as it is sent.
  struct Line {
    /// Header, text and newline, or a journal entry.
    var bytes: [UInt8]
    /// Whether `len` cut it.
    var isTruncated = false
  }

  private let proxy: ProxyLogSettings
  private let format: FormatProgram
  private let errorFormat: FormatProgram
  private let header: LineHeader

  /// A composer of a proxy's lines.
  init(_ proxy: ProxyLogSettings, of settings: LogPipeline.Settings) {
    self.proxy = proxy
    format = proxy.format ?? .connectLine
    errorFormat = proxy.errorFormat ?? .embryonic
    header = LineHeader(
      tag: proxy.tag, hostName: settings.hostName, processIdentifier: settings.processIdentifier)
  }

  /// The text of a record, without header and newline.
  func text(of record: ConnectionRecord, _ context: inout RenderContext) -> [UInt8] {
    var text: [UInt8] = []
    let program = record.event == .error ? errorFormat : format
    context.uniqueIdentifier = proxy.uniqueIdentifier
    program.render(record, context: &context, into: &text)
    return text
  }

  /// The line of a record for one logger, of a text made before.
  func line(
    _ text: [UInt8], of record: ConnectionRecord, for logger: LoggerSettings,
    _ context: inout RenderContext
  ) -> Line {
    let severity = max(record.severity, logger.minimumLevel)
    var bytes: [UInt8] = []
    var data: [UInt8] = []
    if logger.format == .rfc5424, let structuredData = proxy.structuredData {
      structuredData.render(record, context: &context, into: &data)
    }
    header.append(
      logger, severity, record.emittedNanoseconds, structuredData: data, to: &bytes)
    return finish(&bytes, text, logger)
  }

  /// The line of an event for one logger.
  func line(of event: LogEvent, for logger: LoggerSettings) -> Line {
    var bytes: [UInt8] = []
    header.append(
      logger, max(event.severity, logger.minimumLevel), event.nanoseconds, structuredData: [],
      to: &bytes)
    return finish(&bytes, Array(event.text.utf8), logger)
  }

  /// Adds the text and the newline, within `len`.
  private func finish(_ bytes: inout [UInt8], _ text: [UInt8], _ logger: LoggerSettings) -> Line {
    bytes.append(contentsOf: text)
    let isTruncated = bytes.count >= logger.length
    if isTruncated { bytes.removeSubrange(max(logger.length - 1, 0)...) }
    bytes.append(UInt8(ascii: "\n"))
    return Line(bytes: bytes, isTruncated: isTruncated)
  }
}
