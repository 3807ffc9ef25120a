/// How the line of a format is laid out.
package enum FormatEncoding: Hashable, Sendable {
  /// Text, as HAProxy's formats are.
  case text
  /// One object of JSON (RFC 8259); with spaces after colons and commas, as HAProxy has them, or
  /// without.
  case json(isSpaced: Bool)
  /// One map of CBOR (RFC 8949), in hexadecimal digits or as its bytes.
  case cbor(isBinary: Bool)
  /// `key=value key="other value"`.
  case logfmt
  /// Values between commas, quoted as RFC 4180 has it; what is unknown is empty.
  case csv
  /// One element of structured data (RFC 5424, 6.3).
  case structuredData

  /// Whether a line of it is made of named values, and stays whole when it must become shorter.
  package var isStructured: Bool { self != .text }

  /// What stands before the key of each member but the first.
  var separator: String {
    switch self {
    case .json(let isSpaced): isSpaced ? ", " : ","
    case .csv: ","
    case .logfmt, .structuredData: " "
    case .text, .cbor: ""
    }
  }

  /// How it is named in the file of a format.
  package var name: String {
    switch self {
    case .text: "text"
    case .json: "json"
    case .cbor: "cbor"
    case .logfmt: "logfmt"
    case .csv: "csv"
    case .structuredData: "sd"
    }
  }
}

/// How a value of a record is written where there is a choice.
package enum FieldStyle: String, BitwiseCopyable, CaseIterable, Hashable, Sendable {
  /// The field's own way: numbers as numbers, times as RFC 3339 has them, durations in µs.
  case plain
  /// A number as text.
  case string = "str"
  /// A time in words: `2026-11-23T10:39:34.463000000Z`.
  case rfc3339
  /// Times since 1970 and durations in a unit.
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"
  case nanoseconds = "ns"
  /// The name of an event with `weir.` before it.
  case qualified
}

/// What a member of a structured line is worth.
enum MemberValue: Hashable, Sendable {
  /// A field of the record.
  case field(RecordField, FieldStyle)
  /// An alias of HAProxy's language; in a named format it is absent where it knows nothing.
  case alias(FormatAlias, FormatFlags, FormatProgram.Label.OutputType?)
  /// An entry of the program's expressions.
  case expression(Int32, FormatFlags, FormatProgram.Label.OutputType?)
  /// Bytes of `literals` that are the value as the encoding writes it.
  case constant(start: Int32, end: Int32)
  /// HAProxy's null: an item that is named and never has a value.
  case null
  /// The values that an event has beside its text, each under its own name; the key stands before
  /// these names.
  case eventValues
}

extension MemberValue {
  /// The value with its output in a type.
  func with(_ type: FormatProgram.Label.OutputType?) -> MemberValue {
    switch self {
    case .alias(let alias, let flags, _): .alias(alias, flags, type)
    case .expression(let index, let flags, _): .expression(index, flags, type)
    case .field, .constant, .null, .eventValues: self
    }
  }
}

/// A named value of a structured line.
struct FormatMember: Hashable, Sendable {
  /// Where the bytes of the key stand in `literals`, as the encoding writes them, separator and all.
  var keyStart: Int32 = 0
  var keyEnd: Int32 = 0
  /// The value.
  var value: MemberValue
  /// The group that it is in, from 1; 0 for none.
  var group: UInt8 = 0
  /// Whether it stays when the line is too long.
  var isRequired = false
  /// Whether it is left out where nothing is known; else it is told as `""` or null.
  var isOptional = true
}
