/// Where an expression's value comes from (HAProxy's manual 7.3.2 and 7.3.3).
enum SampleFetch: Hashable, Sendable {
  /// The file gives it.
  case constant(SampleConstant)
  /// The record or its context has it.
  case record(RecordSample)
  /// The moment of the line, moved by an offset.
  case date(offset: Int64, unit: SampleTimeUnit)
  /// The moment of accept.
  case acceptDate(unit: SampleTimeUnit)
  /// A random number below a bound.
  case random(below: UInt64)
  /// Who made the context can tell.
  case count(NamedCount)
  /// A field of the record under its own name (`weir.reason`).
  case field(RecordField)
}

/// A value of a record or its context that an expression can name.
enum RecordSample: UInt8, BitwiseCopyable, CaseIterable, Hashable, Sendable {
  case clientAddress, clientPort, frontendAddress, frontendPort
  case sourceAddress, sourcePort, serverAddress, serverPort
  case frontendName, frontendIdentifier, backendName, backendIdentifier
  case serverName, serverIdentifier, listenerName, listenerIdentifier
  case clientErrorCode, clientErrorName, clientErrorText
  case serverErrorCode, serverErrorName, serverErrorText
  case bytesFromClient, bytesFromServer
  case frontendConnections, backendConnections, processConnections
  case processIdentifier, processNumber, hostname, stopping, uptime, dateMicroseconds
  case handshakeTime, totalTime, userTime, queueTime, connectTime, dataTime
  case terminationState, retries, redispatched, uniqueIdentifier, randomIdentifier

  /// The table's entry: names in HAProxy, type, and when it is known.
  struct Description {
    var sample: RecordSample
    var names: [String]
    var type: SampleType
    var moment: FormatProgram.Moment
  }

  static let table: [Description] = [
    .init(
      sample: .clientAddress, names: ["src", "fc_src"], type: .address, moment: .connect),
    .init(
      sample: .clientPort, names: ["src_port", "fc_src_port"], type: .integer, moment: .connect),
    .init(
      sample: .frontendAddress, names: ["dst", "fc_dst"], type: .address, moment: .connect),
    .init(
      sample: .frontendPort, names: ["dst_port", "fc_dst_port"], type: .integer, moment: .connect),
    .init(sample: .sourceAddress, names: ["bc_src"], type: .address, moment: .connect),
    .init(sample: .sourcePort, names: ["bc_src_port"], type: .integer, moment: .connect),
    .init(sample: .serverAddress, names: ["bc_dst"], type: .address, moment: .connect),
    .init(sample: .serverPort, names: ["bc_dst_port"], type: .integer, moment: .connect),
    .init(sample: .frontendName, names: ["fe_name"], type: .text, moment: .connect),
    .init(sample: .frontendIdentifier, names: ["fe_id"], type: .integer, moment: .connect),
    .init(sample: .backendName, names: ["be_name"], type: .text, moment: .connect),
    .init(sample: .backendIdentifier, names: ["be_id"], type: .integer, moment: .connect),
    .init(sample: .serverName, names: ["srv_name"], type: .text, moment: .connect),
    .init(sample: .serverIdentifier, names: ["srv_id"], type: .integer, moment: .connect),
    .init(sample: .listenerName, names: ["so_name"], type: .text, moment: .connect),
    .init(sample: .listenerIdentifier, names: ["so_id"], type: .integer, moment: .connect),
    .init(sample: .clientErrorCode, names: ["fc_err"], type: .integer, moment: .connect),
    .init(sample: .clientErrorName, names: ["fc_err_name"], type: .text, moment: .connect),
    .init(sample: .clientErrorText, names: ["fc_err_str"], type: .text, moment: .connect),
    .init(sample: .serverErrorCode, names: ["bc_err"], type: .integer, moment: .connect),
    .init(sample: .serverErrorName, names: ["bc_err_name"], type: .text, moment: .connect),
    .init(sample: .serverErrorText, names: ["bc_err_str"], type: .text, moment: .connect),
    .init(
      sample: .bytesFromClient, names: ["bytes_in", "req.bytes_in", "req.bytes_out"],
      type: .integer, moment: .close),
    .init(
      sample: .bytesFromServer, names: ["bytes_out", "res.bytes_in", "res.bytes_out"],
      type: .integer, moment: .close),
    .init(sample: .frontendConnections, names: ["fe_conn"], type: .integer, moment: .connect),
    .init(sample: .backendConnections, names: ["be_conn"], type: .integer, moment: .connect),
    .init(sample: .processConnections, names: ["act_conn"], type: .integer, moment: .connect),
    .init(sample: .processIdentifier, names: ["pid"], type: .integer, moment: .connect),
    .init(sample: .processNumber, names: ["proc"], type: .integer, moment: .connect),
    .init(sample: .hostname, names: ["hostname"], type: .text, moment: .connect),
    .init(sample: .stopping, names: ["stopping"], type: .bool, moment: .connect),
    .init(sample: .uptime, names: ["uptime"], type: .integer, moment: .connect),
    .init(sample: .dateMicroseconds, names: ["date_us"], type: .integer, moment: .connect),
    .init(
      sample: .handshakeTime, names: ["fc.timer.handshake"], type: .integer, moment: .close),
    .init(sample: .totalTime, names: ["fc.timer.total"], type: .integer, moment: .close),
    .init(sample: .userTime, names: ["txn.timer.user"], type: .integer, moment: .close),
    .init(sample: .queueTime, names: ["req.timer.queue"], type: .integer, moment: .close),
    .init(sample: .connectTime, names: ["bc.timer.connect"], type: .integer, moment: .close),
    .init(sample: .dataTime, names: ["res.timer.data"], type: .integer, moment: .close),
    .init(
      sample: .terminationState, names: ["txn.sess_term_state"], type: .text, moment: .close),
    .init(sample: .retries, names: ["txn.conn_retries"], type: .integer, moment: .close),
    .init(sample: .redispatched, names: ["txn.redispatched"], type: .bool, moment: .close),
    .init(sample: .uniqueIdentifier, names: ["unique-id"], type: .text, moment: .connect),
    .init(sample: .randomIdentifier, names: ["uuid"], type: .text, moment: .connect),
  ]

  /// The sample's entry in the table.
  var description: Description { Self.table[Int(rawValue)] }

  /// The sample of a name, nil where there is none.
  init?(name: String) {
    guard let entry = Self.table.first(where: { $0.names.contains(name) }) else { return nil }
    self = entry.sample
  }
}

/// A `%[…]`: a value and what is done to it, one converter after the other.
struct SampleExpression: Hashable, Sendable {
  /// Where the value comes from.
  var fetch: SampleFetch
  /// What is done to it, in order.
  var converters: [SampleConverter] = []
  /// The type at the end.
  var type: SampleType

  /// The earliest moment at which it is known.
  var moment: FormatProgram.Moment {
    switch fetch {
    case .record(let sample): sample.description.moment
    case .field(let field): field.moment
    case .constant, .date, .acceptDate, .random, .count: .connect
    }
  }

  /// What rendering it needs.
  var needs: FormatProgram.Needs {
    if case .field(let field) = fetch { return field.needs }
    guard case .record(let sample) = fetch else { return [] }
    switch sample {
    case .frontendAddress, .frontendPort: return .frontendAddress
    case .sourceAddress, .sourcePort: return .sourceAddress
    case .uniqueIdentifier: return .uniqueIdentifier
    default: return []
    }
  }
}
