package import Memory

/// What stands before the text of one logger's lines, kept until another second or level is asked
/// for: while there is traffic, a header costs a copy.
package struct LinePrefix: Sendable {
  /// The header that it is made from.
  package let header: LineHeader
  private let isSteady: Bool
  private var second: UInt64?
  private var severity: Severity = .debug
  private var bytes: [UInt8] = []

  /// The beginning of lines with this header.
  package init(_ header: LineHeader) {
    self.header = header
    isSteady = header.isSteady
  }

  /// Appends a whole line, as `LineHeader.append` does; whether something was cut.
  package mutating func append(
    text: borrowing ByteWriter, structuredData: borrowing ByteWriter, severity: Severity,
    nanoseconds: UInt64,
    context: inout RenderContext, into buffer: inout ByteWriter
  ) -> Bool {
    let start = buffer.count
    guard isSteady else {
      let dropsData = header.appendBeginning(
        structuredData.span, severity, nanoseconds, &context, &buffer)
      return header.finish(text.span, from: start, &buffer) || dropsData
    }
    let wanted = nanoseconds / 1_000_000_000
    if wanted != second || severity != self.severity {
      second = wanted
      self.severity = severity
      bytes.removeAll(keepingCapacity: true)
      _ = header.appendBeginning(
        structuredData.span, severity, nanoseconds, &context, &bytes)
    }
    buffer.append(bytes.span)
    return header.finish(text.span, from: start, &buffer)
  }
}
