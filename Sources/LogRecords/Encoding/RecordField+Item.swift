extension RecordField {
  /// What a field is made of.
  enum Kind { case text, integer, duration, time, address, truth, list, share }

  /// What it is made of.
  var kind: Kind {
    switch self {
    case .acceptedAt, .emittedAt, .endedAt: .time
    case .handshakeTime, .queueTime, .connectTime, .dataTime, .totalTime: .duration
    case .clientAddress, .peerAddress, .frontendAddress, .sourceAddress, .serverAddress: .address
    case .event, .bootIdentifier, .uniqueIdentifier, .frontend, .backend, .server, .bind,
      .termination, .reason, .errno, .side, .hostname, .message, .sentence, .level, .severityText,
      .errorType, .outcome:
      .text
    case .redispatched, .truncated: .truth
    case .eventTypes: .list
    case .sampleRate: .share
    default: .integer
    }
  }

  /// The name that files of formats call it by, and `%[weir.ITEM]`.
  package var item: String {
    switch self {
    case .acceptedAt: "accepted"
    case .emittedAt: "emitted"
    case .endedAt: "ended"
    case .bootIdentifier: "boot_id"
    case .uniqueIdentifier: "unique_id"
    case .handshakeTime: "time_handshake"
    case .queueTime: "time_queue"
    case .connectTime: "time_connect"
    case .dataTime: "time_data"
    case .totalTime: "time_total"
    case .hostname: "host"
    case .processIdentifier: "pid"
    case .networkBytes: "bytes"
    case .sampleRate: "sample"
    default: snakeName
    }
  }

  /// `clientAddress` as `client_address`.
  private var snakeName: String {
    var name = ""
    for letter in "\(self)" {
      if letter.isUppercase { name += "_" }
      name += letter.lowercased()
    }
    return name
  }

  /// The field of an item's name, nil where there is none.
  package init?(item: String) {
    guard let field = Self.allCases.first(where: { $0.item == item }) else { return nil }
    self = field
  }

  /// The earliest moment at which it is known.
  var moment: FormatProgram.Moment {
    switch self {
    case .event, .sequence, .bootIdentifier, .connection, .acceptedAt, .clientAddress, .clientPort,
      .peerAddress, .peerPort, .frontendAddress, .frontendPort, .sourceAddress, .sourcePort,
      .serverAddress, .serverPort, .frontend, .backend, .server, .bind, .logCounter,
      .requestCounter, .hostname, .processIdentifier, .facility, .severity, .emittedAt, .level,
      .severityText, .severityNumber, .sampleRate, .truncated:
      .connect
    default: .close
    }
  }

  /// What rendering it needs.
  var needs: FormatProgram.Needs {
    switch self {
    case .frontendAddress, .frontendPort: .frontendAddress
    case .sourceAddress, .sourcePort: .sourceAddress
    case .uniqueIdentifier: .uniqueIdentifier
    default: []
    }
  }

  /// Whether it tells of the logger that the line is for.
  var isOfLogger: Bool {
    switch self {
    case .facility, .severity, .level, .severityText, .severityNumber, .sampleRate: true
    default: false
    }
  }

  /// Whether `%[weir.ITEM]` gives it: what is known only when the line is made, or is the line,
  /// cannot be a part of it.
  var isSample: Bool { self != .message && self != .truncated }

  /// The type of `%[weir.ITEM]`.
  var sampleType: SampleType {
    switch kind {
    case .integer, .duration: .integer
    case .truth: .bool
    case .text, .time, .address, .list, .share: .text
    }
  }
}
