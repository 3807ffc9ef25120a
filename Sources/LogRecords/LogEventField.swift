/// A named value that an event can bear beside its text.
package enum LogEventField: UInt8, CaseIterable, Hashable, Sendable {
  /// Short code of the check's result, as in `show stat` (L4OK, L7STS …).
  case checkStatus
  /// Code that the check's protocol gave.
  case checkCode
  /// What the server or system said in the check.
  case checkInformation
  /// How long the check took.
  case checkDuration
  /// Health counter and threshold, such as 2/3.
  case checkHealth
  /// Why it came about.
  case reason
  /// The state after the event.
  case state
  /// The state before the event.
  case previousState
  /// Active servers left in the backend.
  case activeServers
  /// Backup servers left in the backend.
  case backupServers
  /// Sessions that were active at that moment.
  case sessions
  /// Sessions that were put back into the backend's queue.
  case requeued
  /// Sessions that wait in the queue.
  case queued
  /// The sink, as its `log` line names it.
  case sink
  /// Records that the sink was given.
  case accepted
  /// Records that the sink delivered.
  case delivered
  /// Records that wait in the sink.
  case held
  /// Records that the sink dropped.
  case dropped
  /// Since when, in nanoseconds since 1970.
  case since
  /// The limit that was reached.
  case limit
  /// What the limit is of: connections, descriptors, queue, memory.
  case resource
  /// The thread.
  case thread
  /// The file.
  case file
  /// Connections of the frontend over its life.
  case frontendConnections
  /// Connections of the backend over its life.
  case backendConnections
  /// The name of the system's error.
  case errno
  /// The kind of messages that are meant.
  case messageKind
  /// Messages that a limit left out.
  case leftOut

  /// What is fixed for a field: its names, its type and unit, and its meaning.
  package struct Description: Sendable {
    /// The field that the entry is of.
    package var field: LogEventField
    /// The name after `weir.` (OpenTelemetry, ECS).
    package var name: String
    /// The name in the journal.
    package var journal: String
    /// `text`, `integer`, or the unit of an integer.
    package var type: String
    /// What it tells, as a sentence for people.
    package var sentence: String
  }

  /// The field's entry in the table.
  package var description: Description { Self.table[Int(rawValue)] }

  /// Every field in the order of its raw value.
  package static let table: [Description] = [
    Description(
      field: .checkStatus, name: "check.status", journal: "WEIR_CHECK_STATUS", type: "text",
      sentence: "Short code of the check's result, as in `show stat` (L4OK, L7STS …)."),
    Description(
      field: .checkCode, name: "check.code", journal: "WEIR_CHECK_CODE", type: "integer",
      sentence: "Code that the check's protocol gave."),
    Description(
      field: .checkInformation, name: "check.information", journal: "WEIR_CHECK_INFORMATION",
      type: "text",
      sentence: "What the server or system said in the check."),
    Description(
      field: .checkDuration, name: "check.duration", journal: "WEIR_CHECK_DURATION_USEC",
      type: "µs",
      sentence: "How long the check took."),
    Description(
      field: .checkHealth, name: "check.health", journal: "WEIR_CHECK_HEALTH", type: "text",
      sentence: "Health counter and threshold, such as 2/3."),
    Description(
      field: .reason, name: "reason", journal: "WEIR_REASON", type: "text",
      sentence: "Why it came about."),
    Description(
      field: .state, name: "state", journal: "WEIR_STATE", type: "text",
      sentence: "The state after the event."),
    Description(
      field: .previousState, name: "state.previous", journal: "WEIR_STATE_PREVIOUS", type: "text",
      sentence: "The state before the event."),
    Description(
      field: .activeServers, name: "servers.active", journal: "WEIR_SERVERS_ACTIVE",
      type: "integer",
      sentence: "Active servers left in the backend."),
    Description(
      field: .backupServers, name: "servers.backup", journal: "WEIR_SERVERS_BACKUP",
      type: "integer",
      sentence: "Backup servers left in the backend."),
    Description(
      field: .sessions, name: "sessions", journal: "WEIR_SESSIONS", type: "integer",
      sentence: "Sessions that were active at that moment."),
    Description(
      field: .requeued, name: "sessions.requeued", journal: "WEIR_SESSIONS_REQUEUED",
      type: "integer",
      sentence: "Sessions that were put back into the backend's queue."),
    Description(
      field: .queued, name: "sessions.queued", journal: "WEIR_SESSIONS_QUEUED", type: "integer",
      sentence: "Sessions that wait in the queue."),
    Description(
      field: .sink, name: "sink.name", journal: "WEIR_SINK_NAME", type: "text",
      sentence: "The sink, as its `log` line names it."),
    Description(
      field: .accepted, name: "sink.accepted", journal: "WEIR_SINK_ACCEPTED", type: "integer",
      sentence: "Records that the sink was given."),
    Description(
      field: .delivered, name: "sink.delivered", journal: "WEIR_SINK_DELIVERED", type: "integer",
      sentence: "Records that the sink delivered."),
    Description(
      field: .held, name: "sink.queued", journal: "WEIR_SINK_QUEUED", type: "integer",
      sentence: "Records that wait in the sink."),
    Description(
      field: .dropped, name: "sink.dropped", journal: "WEIR_SINK_DROPPED", type: "integer",
      sentence: "Records that the sink dropped."),
    Description(
      field: .since, name: "since", journal: "WEIR_SINCE_NSEC", type: "ns",
      sentence: "Since when, in nanoseconds since 1970."),
    Description(
      field: .limit, name: "limit", journal: "WEIR_LIMIT", type: "integer",
      sentence: "The limit that was reached."),
    Description(
      field: .resource, name: "resource", journal: "WEIR_RESOURCE", type: "text",
      sentence: "What the limit is of: connections, descriptors, queue, memory."),
    Description(
      field: .thread, name: "thread", journal: "WEIR_THREAD", type: "text",
      sentence: "The thread."),
    Description(
      field: .file, name: "file", journal: "WEIR_FILE", type: "text",
      sentence: "The file."),
    Description(
      field: .frontendConnections, name: "connections.frontend",
      journal: "WEIR_CONNECTIONS_FRONTEND", type: "integer",
      sentence: "Connections of the frontend over its life."),
    Description(
      field: .backendConnections, name: "connections.backend", journal: "WEIR_CONNECTIONS_BACKEND",
      type: "integer",
      sentence: "Connections of the backend over its life."),
    Description(
      field: .errno, name: "error", journal: "WEIR_ERRNO", type: "text",
      sentence: "The name of the system's error."),
    Description(
      field: .messageKind, name: "message.kind", journal: "WEIR_MESSAGE_KIND", type: "text",
      sentence: "The kind of messages that are meant."),
    Description(
      field: .leftOut, name: "messages.left_out", journal: "WEIR_LEFT_OUT", type: "integer",
      sentence: "Messages that a limit left out."),
  ]
}
