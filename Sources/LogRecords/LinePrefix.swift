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

  /// Begins a line at the start of `buffer`, as `LineHeader.append` does; whether structured data
  /// were left out. The name of the message goes into the header of RFC 5424 where there is one.
  package mutating func begin(
    structuredData: borrowing ByteWriter, severity: Severity, nanoseconds: UInt64,
    messageName: String? = nil, context: inout RenderContext, into buffer: inout ByteWriter
  ) -> Bool {
    guard isSteady else {
      return header.appendBeginning(
        structuredData.span, severity, nanoseconds, messageName, &context, &buffer)
    }
    let wanted = nanoseconds / 1_000_000_000
    if wanted != second || severity != self.severity {
      second = wanted
      self.severity = severity
      bytes.removeAll(keepingCapacity: true)
      _ = header.appendBeginning(
        structuredData.span, severity, nanoseconds, nil, &context, &bytes)
    }
    buffer.append(bytes.span)
    return false
  }

  /// How many bytes the line that began at the start of `buffer` has room for, its newline aside.
  package func room(in buffer: borrowing ByteWriter) -> Int {
    max(0, max(1, header.length) - 1 - buffer.count)
  }

  /// Ends the line that began at the start of `buffer` with its text and a newline; whether the text
  /// was cut.
  package func end(_ text: borrowing ByteWriter, of buffer: inout ByteWriter) -> Bool {
    header.finish(text.span, from: 0, &buffer)
  }
}
