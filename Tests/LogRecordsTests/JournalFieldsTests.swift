import Kernel
import LogRecords
import Testing

@Suite("Journal fields")
struct JournalFieldsTests {
  static let header = LineHeader(format: .short, facility: .local0, tag: "weir")

  static func dictionary(_ fields: JournalFields) -> [String: String] {
    var result: [String: String] = [:]
    for index in 0..<fields.count {
      #expect(result[fields.name(index)] == nil, "\(fields.name(index)) stands twice")
      result[fields.name(index)] = String(decoding: fields.value(index), as: UTF8.self)
    }
    return result
  }

  static func fields(
    _ record: ConnectionRecord, context: RenderContext = Samples.context
  ) -> [String: String] {
    var fields = JournalFields()
    var context = context
    fields.encode(record, message: Array("LINE".utf8), header: header, context: &context)
    return dictionary(fields)
  }

  @Test("A connection's entry bears every field that is known")
  func full() {
    var record = Samples.record
    record.sequence = 4
    record.listener = 1
    record.peer = .ipv4(0x0A00_0001, port: 7)
    record.cause = .serverAbort
    record.phase = .data
    record.serverErrno = 104
    var context = Samples.context
    context.bootIdentifier = "run"
    context.uniqueIdentifier = try? FormatProgram(compiling: "u%rt", kind: .uniqueIdentifier)
    let expected = [
      "MESSAGE": "LINE", "PRIORITY": "6", "SYSLOG_FACILITY": "16", "SYSLOG_IDENTIFIER": "weir",
      "MESSAGE_ID": TerminationState.of(.serverAbort, .data).messageIdentifier,
      "WEIR_EVENT": "connection.end", "WEIR_SEQUENCE": "4", "WEIR_BOOT_ID": "run",
      "WEIR_CONNECTION": "38", "WEIR_UNIQUE_ID": "u38", "WEIR_ACCEPTED_USEC": "1795430374463000",
      "WEIR_CLIENT_ADDRESS": "127.0.0.1", "WEIR_CLIENT_PORT": "45344",
      "WEIR_PEER_ADDRESS": "10.0.0.1", "WEIR_PEER_PORT": "7",
      "WEIR_FRONTEND_ADDRESS": "127.0.0.1", "WEIR_FRONTEND_PORT": "5000",
      "WEIR_SOURCE_ADDRESS": "127.0.0.1", "WEIR_SOURCE_PORT": "60206",
      "WEIR_SERVER_ADDRESS": "192.168.1.1", "WEIR_SERVER_PORT": "5432",
      "WEIR_FRONTEND": "f", "WEIR_BACKEND": "b", "WEIR_SERVER": "s", "WEIR_BIND": "inside",
      "WEIR_TIME_HANDSHAKE_USEC": "0", "WEIR_TIME_QUEUE_USEC": "1400",
      "WEIR_TIME_CONNECT_USEC": "700", "WEIR_TIME_DATA_USEC": "2497900",
      "WEIR_TIME_TOTAL_USEC": "2500000", "WEIR_BYTES_IN": "120", "WEIR_BYTES_OUT": "4096",
      "WEIR_TERMINATION": "SD", "WEIR_REASON": "server_aborted", "WEIR_ERRNO": "ECONNRESET",
      "WEIR_SIDE": "server", "WEIR_CONNECTIONS_PROCESS": "5", "WEIR_CONNECTIONS_FRONTEND": "4",
      "WEIR_CONNECTIONS_BACKEND": "3", "WEIR_CONNECTIONS_SERVER": "2", "WEIR_RETRIES": "1",
      "WEIR_REDISPATCHED": "0", "WEIR_QUEUE_SERVER": "6", "WEIR_QUEUE_BACKEND": "7",
    ]
    let actual = Self.fields(record, context: context)
    #expect(actual == expected)
    // Every journal name of the table is among them, but for those that journald adds itself.
    let conditional: [RecordField] = [.sampleRate, .truncated]
    for entry in RecordField.table
    where !entry.journal.isEmpty && !entry.journal.hasPrefix("_")
      && !conditional.contains(entry.field)
    {
      #expect(actual[entry.journal] != nil, "\(entry.journal)")
    }
  }

  @Test("What is unknown has no field")
  func unknown() {
    var record = Samples.record
    record.backend = nil
    record.server = 99
    record.serverAddress = .none
    record.sourceAddress = .none
    record.client = Endpoint(family: .unix)
    record.peer = record.client
    record.queueMicroseconds = nil
    record.connectMicroseconds = nil
    record.dataMicroseconds = nil
    record.event = .error
    let fields = Self.fields(record)
    #expect(fields["WEIR_CLIENT_ADDRESS"] == "unix")
    #expect(fields["MESSAGE_ID"] == ConnectionRecord.Event.error.messageIdentifier)
    for name in [
      "WEIR_BACKEND", "WEIR_SERVER", "WEIR_SERVER_ADDRESS", "WEIR_SERVER_PORT", "WEIR_CLIENT_PORT",
      "WEIR_SOURCE_ADDRESS", "WEIR_TIME_QUEUE_USEC", "WEIR_TIME_CONNECT_USEC",
      "WEIR_TIME_DATA_USEC", "WEIR_BIND", "WEIR_UNIQUE_ID", "WEIR_ERRNO", "WEIR_SIDE",
      "WEIR_PEER_ADDRESS", "WEIR_REASON", "WEIR_BOOT_ID",
    ] { #expect(fields[name] == nil, "\(name)") }
  }

  @Test("An event's entry bears its kind, whom it is about, and its values")
  func event() {
    var event = LogEvent(
      .serverDown, text: "Server b/s is DOWN.\nx", backend: 0, server: 0,
      values: [.text(.checkStatus, "L4CON"), .integer(.checkDuration, 40)], nanoseconds: 1)
    event.sequence = 7
    var fields = JournalFields()
    fields.encode(event, header: Self.header, context: Samples.context)
    #expect(
      Self.dictionary(fields) == [
        "MESSAGE": "Server b/s is DOWN.#0Ax", "PRIORITY": "1", "SYSLOG_FACILITY": "16",
        "SYSLOG_IDENTIFIER": "weir",
        "MESSAGE_ID": LogEventKind.serverDown.description.messageIdentifier,
        "WEIR_EVENT": "server.down", "WEIR_SEQUENCE": "7", "WEIR_BACKEND": "b",
        "WEIR_SERVER": "s", "WEIR_CHECK_STATUS": "L4CON", "WEIR_CHECK_DURATION_USEC": "40",
      ])
  }

  @Test("The fields of one entry leave nothing to the next")
  func reuse() {
    var fields = JournalFields()
    var context = Samples.context
    fields.encode(Samples.record, message: [65], header: Self.header, context: &context)
    let first = Self.dictionary(fields)
    fields.encode(
      LogEvent(.notice, text: "x", nanoseconds: 0), header: Self.header, context: context)
    #expect(Self.dictionary(fields).count == 6)
    fields.encode(Samples.record, message: [65], header: Self.header, context: &context)
    #expect(Self.dictionary(fields) == first)
  }

  @Test("Names are such as journald takes")
  func names() {
    let names =
      RecordField.table.map(\.journal).filter { !$0.isEmpty } + LogEventField.table.map(\.journal)
    for name in names {
      #expect(name.utf8.count <= 64)
      #expect(
        name.utf8.allSatisfy {
          $0 == UInt8(ascii: "_") || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        }, "\(name)")
    }
  }
}
