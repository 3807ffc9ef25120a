/// How events are told in an encoding whose own names are those of connections alone: HAProxy's
/// `%{+json}o` and `%{+cbor}o`, and named formats with neither message nor event.
enum EventLayout {
  private static let rows = """
    time      emitted   required
    level     level
    event     event
    message   message
    frontend  frontend
    backend   backend
    server    server
    sequence  sequence
    boot_id   boot_id
    host      host
    pid       pid
    truncated truncated
    """

  private static let spaced = layout("json spaced")
  private static let json = layout("json")
  private static let cbor = layout("cbor")
  private static let binary = layout("cbor binary")
  private static let logfmt = layout("logfmt")
  private static let csv = layout("csv")
  private static let structuredData = layout("sd")

  private static func layout(_ encoding: String) -> FormatProgram {
    let values = encoding == "csv" ? "" : "\n* values"
    let format = NamedFormat(
      name: "events", file: "events", text: "encoding \(encoding)\n" + rows + values)
    return (try? format.compile(encoding == "sd" ? .structuredData : .line)) ?? .nothing
  }

  /// The layout of an encoding.
  static func of(_ encoding: FormatEncoding) -> FormatProgram {
    switch encoding {
    case .json(let isSpaced): isSpaced ? spaced : json
    case .cbor(let isBinary): isBinary ? binary : cbor
    case .logfmt: logfmt
    case .csv: csv
    case .structuredData: structuredData
    case .text: .nothing
    }
  }
}
