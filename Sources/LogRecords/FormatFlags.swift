/// How an item of a log format is printed (`%{+Q}ci`).
package struct FormatFlags: OptionSet, BitwiseCopyable, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `Q`: text stands in double quotes.
  package static let quoted = FormatFlags(rawValue: 1)
  /// `X`: addresses, ports and some numbers in hexadecimal.
  package static let hexadecimal = FormatFlags(rawValue: 2)
  /// `E`: `"`, `\` and `]` bear a backslash, for the structured data of RFC 5424.
  package static let escaped = FormatFlags(rawValue: 4)
  /// `M`: `-` where there is nothing to print; always so in a log format.
  package static let mandatory = FormatFlags(rawValue: 8)
  /// `bin`: raw bytes under an encoding.
  package static let binary = FormatFlags(rawValue: 16)
  /// `json`: a value of JSON; in `%o` the whole line is one object of the items that have names.
  package static let json = FormatFlags(rawValue: 32)
  /// `cbor`: a value of CBOR in hexadecimal, or its bytes with `bin`; in `%o` as `json`.
  package static let cbor = FormatFlags(rawValue: 64)
  /// The flags that choose an encoding.
  package static let encodings: FormatFlags = [.json, .cbor]

  /// The flag of a name that HAProxy knows, nil for others.
  init?(name: String) {
    switch name {
    case "Q": self = .quoted
    case "X": self = .hexadecimal
    case "E": self = .escaped
    case "M": self = .mandatory
    case "bin": self = .binary
    case "json": self = .json
    case "cbor": self = .cbor
    default: return nil
    }
  }
}
