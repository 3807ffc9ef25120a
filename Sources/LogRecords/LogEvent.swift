package import Memory

/// Anything worth a line that is not the record of a connection: a server that went down, a
/// configuration refused, a sink that lost records.
///
/// It is made off the data path, so it may own its text and values.
package struct LogEvent: Sendable, Hashable {
  /// A value beside the text.
  package enum Value: Sendable, Hashable {
    /// Text, taken as it is.
    case text(String)
    /// A number in the unit that the field's table entry names.
    case integer(Int64)
  }

  /// A field and its value.
  package struct Entry: Sendable, Hashable {
    /// Which field.
    package var field: LogEventField
    /// Its value.
    package var value: Value
    /// Makes an entry.
    package init(_ field: LogEventField, _ value: Value) {
      self.field = field
      self.value = value
    }
    /// An entry of text.
    package static func text(_ field: LogEventField, _ value: String) -> Entry {
      Entry(field, .text(value))
    }
    /// An entry of a number; what exceeds 63 bits is told as the greatest of them.
    package static func integer(_ field: LogEventField, _ value: some BinaryInteger) -> Entry {
      Entry(field, .integer(Int64(clamping: value)))
    }
  }

  /// What the event tells of.
  package var kind: LogEventKind
  /// The severity of its line.
  package var severity: Severity
  /// Index of the frontend in `LogNames.frontends`, where it is about one.
  package var frontend: UInt32?
  /// Index of the backend in `LogNames.backends`, where it is about one.
  package var backend: UInt32?
  /// Index of the server in `LogNames.servers`, where it is about one.
  package var server: UInt32?
  /// The line as HAProxy words it, without header and newline.
  package var text: String
  /// Named values, in the order in which they are shown; at most one a field.
  package var values: [Entry]
  /// When it came about, in nanoseconds since 1970 (CLOCK_REALTIME).
  package var nanoseconds: UInt64
  /// Its number among the records of the process, from 1; 0 until it is given one.
  package var sequence: UInt64 = 0

  /// Makes an event; the severity is the kind's own unless another is given.
  package init(
    _ kind: LogEventKind, severity: Severity? = nil, text: String, frontend: UInt32? = nil,
    backend: UInt32? = nil, server: UInt32? = nil, values: [Entry] = [], nanoseconds: UInt64
  ) {
    self.kind = kind
    self.severity = severity ?? kind.description.severity
    self.frontend = frontend
    self.backend = backend
    self.server = server
    self.text = text
    self.values = values
    self.nanoseconds = nanoseconds
  }

  /// Appends the line of the event, without header and newline; bytes that would end a line or
  /// hide in it are written as `#XX`, for what peers said may stand in it.
  package func append(into buffer: inout ByteWriter) {
    FormatProgram.appendText(text.utf8Span.span, [], &buffer)
  }

  /// Appends the line of the event to an array.
  package func append(into buffer: inout [UInt8]) {
    FormatProgram.appendText(text.utf8Span.span, [], &buffer)
  }
}
