/// A value that a record of a connection bears under names of its own in each output.
///
/// This is the one table of fields: journal entries are made from it, and docs/fields.md.
package enum RecordField: UInt8, CaseIterable, Hashable, Sendable {
  case event, sequence, bootIdentifier, connection, uniqueIdentifier, acceptedAt
  case clientAddress, clientPort, peerAddress, peerPort, frontendAddress, frontendPort
  case sourceAddress, sourcePort, serverAddress, serverPort
  case frontend, backend, server, bind
  case handshakeTime, queueTime, connectTime, dataTime, totalTime
  case bytesIn, bytesOut, termination, reason, errno, side
  case processConnections, frontendConnections, backendConnections, serverConnections
  case retries, redispatched, serverQueue, backendQueue, logCounter, requestCounter
  case hostname, processIdentifier, facility, severity
  case message, sentence, emittedAt, endedAt, level, severityText, severityNumber
  case networkBytes, errorType, outcome, eventTypes, sampleRate, truncated

  /// The names, type and unit of a field.
  package struct Description: Sendable {
    /// The field.
    package var field: RecordField
    /// The name that this project calls it by.
    package var name: String
    /// Its type and unit.
    package var type: String
    /// What prints it in a log format, empty where nothing does.
    package var format: String
    /// Its key in OpenTelemetry's logs, empty where it has none.
    package var openTelemetry: String
    /// Its key in the Elastic Common Schema, empty where it has none.
    package var elastic: String
    /// Its name in the journal, empty where it has none.
    package var journal: String

    init(
      _ field: RecordField, _ name: String, _ type: String, format: String = "",
      otel: String = "", ecs: String = "", journal: String = ""
    ) {
      self.field = field
      self.name = name
      self.type = type
      self.format = format
      openTelemetry = otel
      elastic = ecs
      self.journal = journal
    }
  }

  /// The field's entry in the table.
  package var description: Description { Self.table[Int(rawValue)] }

  /// Every field in the order of its raw value.
  package static let table: [Description] = [
    .init(
      .event, "event", "start, interim, end, error", format: "%OG", otel: "event.name",
      ecs: "event.action", journal: "WEIR_EVENT"),
    .init(
      .sequence, "number of the record", "integer", otel: "weir.sequence", ecs: "event.sequence",
      journal: "WEIR_SEQUENCE"),
    .init(
      .bootIdentifier, "run of the process", "text", otel: "weir.boot_id", ecs: "weir.boot_id",
      journal: "WEIR_BOOT_ID"),
    .init(
      .connection, "number of the connection", "integer", otel: "weir.connection.id",
      ecs: "event.id", journal: "WEIR_CONNECTION"),
    .init(
      .uniqueIdentifier, "unique id (`unique-id-format`)", "text", format: "%ID %[unique-id]",
      otel: "weir.connection.unique_id", ecs: "weir.connection.unique_id",
      journal: "WEIR_UNIQUE_ID"),
    .init(
      .acceptedAt, "accepted at", "µs since 1970",
      format: "%t %tr %T %trg %Tl %trl %Ts %ms %[accept_date]",
      otel: "Timestamp", ecs: "@timestamp event.start", journal: "WEIR_ACCEPTED_USEC"),
    .init(
      .clientAddress, "client's address", "address", format: "%ci %[src]", otel: "client.address",
      ecs: "source.ip", journal: "WEIR_CLIENT_ADDRESS"),
    .init(
      .clientPort, "client's port", "integer", format: "%cp %[src_port]", otel: "client.port",
      ecs: "source.port", journal: "WEIR_CLIENT_PORT"),
    .init(
      .peerAddress, "socket's other end, where it is not the client: address", "address",
      otel: "network.peer.address", ecs: "source.nat.ip", journal: "WEIR_PEER_ADDRESS"),
    .init(
      .peerPort, "socket's other end, where it is not the client: port", "integer",
      otel: "network.peer.port", ecs: "source.nat.port", journal: "WEIR_PEER_PORT"),
    .init(
      .frontendAddress, "address that the client spoke to", "address", format: "%fi %[dst]",
      otel: "network.local.address", ecs: "observer.ingress.address",
      journal: "WEIR_FRONTEND_ADDRESS"),
    .init(
      .frontendPort, "port that the client spoke to", "integer", format: "%fp %[dst_port]",
      otel: "network.local.port", ecs: "observer.ingress.port", journal: "WEIR_FRONTEND_PORT"),
    .init(
      .sourceAddress, "own address towards the server", "address", format: "%bi %[bc_src]",
      otel: "weir.upstream.local.address", ecs: "weir.upstream.local.address",
      journal: "WEIR_SOURCE_ADDRESS"),
    .init(
      .sourcePort, "own port towards the server", "integer", format: "%bp %[bc_src_port]",
      otel: "weir.upstream.local.port", ecs: "weir.upstream.local.port",
      journal: "WEIR_SOURCE_PORT"),
    .init(
      .serverAddress, "server's address", "address", format: "%si %[bc_dst]",
      otel: "server.address", ecs: "destination.ip", journal: "WEIR_SERVER_ADDRESS"),
    .init(
      .serverPort, "server's port", "integer", format: "%sp %[bc_dst_port]", otel: "server.port",
      ecs: "destination.port", journal: "WEIR_SERVER_PORT"),
    .init(
      .frontend, "frontend", "text", format: "%f %ft %[fe_name]", otel: "weir.frontend",
      ecs: "haproxy.frontend_name", journal: "WEIR_FRONTEND"),
    .init(
      .backend, "backend", "text", format: "%b %[be_name]", otel: "weir.backend",
      ecs: "haproxy.backend_name", journal: "WEIR_BACKEND"),
    .init(
      .server, "server", "text", format: "%s %[srv_name]", otel: "weir.server",
      ecs: "haproxy.server_name", journal: "WEIR_SERVER"),
    .init(
      .bind, "bind line", "text", format: "%[so_name]", otel: "weir.bind",
      ecs: "haproxy.bind_name", journal: "WEIR_BIND"),
    .init(
      .handshakeTime, "time of handshakes", "µs (ms in formats)",
      format: "%Th %[fc.timer.handshake]", otel: "weir.time.handshake",
      ecs: "weir.time.handshake", journal: "WEIR_TIME_HANDSHAKE_USEC"),
    .init(
      .queueTime, "time until a server was chosen", "µs (ms in formats)",
      format: "%Tw %[req.timer.queue]", otel: "weir.time.queue",
      ecs: "haproxy.total_waiting_time_ms", journal: "WEIR_TIME_QUEUE_USEC"),
    .init(
      .connectTime, "time to connect to the server", "µs (ms in formats)",
      format: "%Tc %[bc.timer.connect]", otel: "weir.time.connect",
      ecs: "haproxy.connection_wait_time_ms", journal: "WEIR_TIME_CONNECT_USEC"),
    .init(
      .dataTime, "time of data", "µs (ms in formats)", format: "%Td %[res.timer.data]",
      otel: "weir.time.data", ecs: "weir.time.data", journal: "WEIR_TIME_DATA_USEC"),
    .init(
      .totalTime, "time from accept to end", "µs (ms in formats)",
      format: "%Tt %Tu %[fc.timer.total] %[txn.timer.user]", otel: "weir.time.total",
      ecs: "event.duration", journal: "WEIR_TIME_TOTAL_USEC"),
    .init(
      .bytesIn, "bytes from the client", "integer", format: "%U %[bytes_in]",
      otel: "weir.bytes.received", ecs: "source.bytes", journal: "WEIR_BYTES_IN"),
    .init(
      .bytesOut, "bytes to the client", "integer", format: "%B %[bytes_out]",
      otel: "weir.bytes.sent", ecs: "destination.bytes", journal: "WEIR_BYTES_OUT"),
    .init(
      .termination, "termination state", "two letters",
      format: "%ts %tsc %[txn.sess_term_state]", otel: "weir.termination.state",
      ecs: "haproxy.termination_state", journal: "WEIR_TERMINATION"),
    .init(
      .reason, "reason of the end", "word", otel: "weir.termination.reason", ecs: "event.reason",
      journal: "WEIR_REASON"),
    .init(
      .errno, "system's error", "name",
      otel: "weir.termination.errno", ecs: "error.code", journal: "WEIR_ERRNO"),
    .init(
      .side, "side of the error", "client or server", otel: "weir.termination.side",
      ecs: "weir.termination.side", journal: "WEIR_SIDE"),
    .init(
      .processConnections, "connections of the process", "integer", format: "%ac %[act_conn]",
      otel: "weir.connections.process", ecs: "haproxy.connections.active",
      journal: "WEIR_CONNECTIONS_PROCESS"),
    .init(
      .frontendConnections, "connections of the frontend", "integer", format: "%fc %[fe_conn]",
      otel: "weir.connections.frontend", ecs: "haproxy.connections.frontend",
      journal: "WEIR_CONNECTIONS_FRONTEND"),
    .init(
      .backendConnections, "connections of the backend", "integer", format: "%bc %[be_conn]",
      otel: "weir.connections.backend", ecs: "haproxy.connections.backend",
      journal: "WEIR_CONNECTIONS_BACKEND"),
    .init(
      .serverConnections, "connections of the server", "integer", format: "%sc",
      otel: "weir.connections.server", ecs: "haproxy.connections.server",
      journal: "WEIR_CONNECTIONS_SERVER"),
    .init(
      .retries, "retries", "integer", format: "%rc %[txn.conn_retries]", otel: "weir.retries",
      ecs: "haproxy.connections.retries", journal: "WEIR_RETRIES"),
    .init(
      .redispatched, "redispatched", "0 or 1", format: "%rc (+) %[txn.redispatched]",
      otel: "weir.redispatched", ecs: "weir.redispatched", journal: "WEIR_REDISPATCHED"),
    .init(
      .serverQueue, "place in the server's queue", "integer", format: "%sq",
      otel: "weir.queue.server", ecs: "haproxy.server_queue", journal: "WEIR_QUEUE_SERVER"),
    .init(
      .backendQueue, "place in the backend's queue", "integer", format: "%bq",
      otel: "weir.queue.backend", ecs: "haproxy.backend_queue", journal: "WEIR_QUEUE_BACKEND"),
    .init(.logCounter, "number of the line in its frontend", "integer", format: "%lc"),
    .init(.requestCounter, "number of the connection, modulo 2^32", "integer", format: "%rt"),
    .init(
      .hostname, "host", "text", format: "%H %[hostname]", otel: "host.name",
      ecs: "host.hostname", journal: "_HOSTNAME"),
    .init(
      .processIdentifier, "process", "integer", format: "%pid %[pid]", otel: "process.pid",
      ecs: "process.pid", journal: "_PID"),
    .init(
      .facility, "facility", "integer", otel: "syslog.facility", ecs: "log.syslog.facility.code",
      journal: "SYSLOG_FACILITY"),
    .init(
      .severity, "severity", "integer", otel: "syslog.severity", ecs: "log.syslog.severity.code",
      journal: "PRIORITY"),
    .init(.message, "line for people", "text", otel: "Body", ecs: "message", journal: "MESSAGE"),
    .init(.sentence, "reason of the end as a sentence", "text"),
    .init(
      .emittedAt, "recorded at", "time", otel: "ObservedTimestamp", ecs: "event.created"),
    .init(.endedAt, "ended at", "time", ecs: "event.end"),
    .init(.level, "level", "word of syslog", ecs: "log.level"),
    .init(.severityText, "severity in OpenTelemetry's words", "text", otel: "SeverityText"),
    .init(
      .severityNumber, "severity in OpenTelemetry's numbers", "integer", otel: "SeverityNumber"),
    .init(.networkBytes, "bytes of both ways", "integer", ecs: "network.bytes"),
    .init(.errorType, "reason of the end, where it is an error", "word", otel: "error.type"),
    .init(.outcome, "outcome", "success or failure", ecs: "event.outcome"),
    .init(.eventTypes, "types of the event", "list", ecs: "event.type"),
    .init(
      .sampleRate, "share of all lines that `sample` takes", "number above 0, at most 1",
      otel: "weir.sample_rate", ecs: "weir.sample_rate", journal: "WEIR_SAMPLE"),
    .init(
      .truncated, "fields were left out, as the line was too long", "true or absent",
      otel: "weir.truncated", ecs: "weir.truncated", journal: "WEIR_TRUNCATED"),
  ]
}
