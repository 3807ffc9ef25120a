/// The page of docs/ that the tables of fields, aliases and events make.
package enum FieldsPage {
  /// The text of docs/fields.md.
  package static var text: String {
    records + aliases + expressions + events
  }

  private static var records: String {
    var text = """
      # Fields

      What Weir tells of connections and of itself, and under which names. This page is made from the
      tables in Sources/LogRecords (RecordField, FormatAlias, RecordSample, LogEventKind, LogEventField).

      ## A connection

      Each journal entry also has MESSAGE (the line of `option tcplog` or `log-format`),
      SYSLOG_IDENTIFIER (the log tag) and MESSAGE_ID (see [termination states](termination-states.md)).
      What is unknown is left out of the journal; a log format prints `-`, `-1` or `<NOSRV>` for it.

      The item is its name in files of `logformats/` and, as `%[weir.ITEM]`, in any format (see
      [log formats](log-formats.md)); the keys are those of the formats `otel` and `ecs`.

      | field | item | type, unit | in a format | OpenTelemetry | ECS | journal |
      | --- | --- | --- | --- | --- | --- | --- |

      """
    for entry in RecordField.table {
      let format = entry.format.split(separator: " ").map(code).joined(separator: " ")
      let elastic = entry.elastic.split(separator: " ").map(code).joined(separator: " ")
      text +=
        "| \(entry.name) | \(code(entry.field.item)) | \(entry.type) | \(format) | "
        + "\(code(entry.openTelemetry)) | \(elastic) | \(code(entry.journal)) |\n"
    }
    return text
  }

  private static var aliases: String {
    var text = """

      ## Aliases of `log-format`

      "Known" says when a line with this item can be made: `option logasap` aside, a line is made when
      its last item is known. Flags: `%{+Q}` quotes text, `%{+X}` prints addresses, ports and some
      numbers in hexadecimal, `%{+E}` escapes `"`, `\\` and `]`; `%{…}o` sets flags for all that follows.

      | alias | meaning | known |
      | --- | --- | --- |

      """
    for entry in FormatAlias.table {
      let note = entry.isHTTPOnly ? " (HTTP mode; accepted, and tells nothing)" : ""
      text += "| `%\(entry.name)` | \(entry.meaning)\(note) | \(word(entry.moment)) |\n"
    }
    return text
  }

  private static var expressions: String {
    """

    ## Expressions: `%[fetch,converter,…]`

    Fetches: \(SampleCatalog.served.map(code).joined(separator: " ")).

    Converters: \(SampleCatalog.servedConverters.map(code).joined(separator: " ")).

    Other fetches and converters of HAProxy are refused by name.

    """
  }

  private static var events: String {
    var text = """

      ## Events

      | event (`WEIR_EVENT`) | level | what it tells | MESSAGE_ID |
      | --- | --- | --- | --- |

      """
    for kind in LogEventKind.table {
      text +=
        "| `\(kind.name)` | \(kind.severity.word) | \(kind.sentence) | "
        + "`\(kind.messageIdentifier)` |\n"
    }
    for event in ConnectionRecord.Event.allCases where event != .end {
      text +=
        "| `\(event.name)` | info | \(event.sentence) | `\(event.messageIdentifier)` |\n"
    }
    text += """

      ## Fields of events

      Beside these, an event names the frontend, backend and server that it is about as a connection
      does.

      | field | type, unit | what it tells | journal |
      | --- | --- | --- | --- |

      """
    for field in LogEventField.table {
      text +=
        "| `weir.\(field.name)` | \(field.type) | \(field.sentence) | `\(field.journal)` |\n"
    }
    return text
  }

  private static func code(_ text: some StringProtocol) -> String {
    text.isEmpty ? "" : "`\(text)`"
  }

  private static func word(_ moment: FormatProgram.Moment) -> String {
    switch moment {
    case .accept: "at accept"
    case .connect: "when the server is connected"
    case .close: "at the end"
    }
  }
}
