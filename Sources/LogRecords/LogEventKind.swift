/// What an event tells of.
package enum LogEventKind: UInt8, CaseIterable, Hashable, Sendable {
  /// A server is up again and takes connections.
  case serverUp
  /// A server is down and takes no connections.
  case serverDown
  /// A server drains: it keeps its connections and takes no new ones.
  case serverDrain
  /// A server is in maintenance: it is neither checked nor used.
  case serverMaintenance
  /// A server left maintenance or drain.
  case serverReady
  /// A health check ended (`option log-health-checks`).
  case checkDone
  /// The state of a server, told on demand (SIGQUIT, SIGHUP).
  case serverState
  /// A backend has no server left.
  case backendEmpty
  /// A proxy listens.
  case proxyStarted
  /// A proxy's listeners are paused.
  case proxyPaused
  /// A proxy stopped.
  case proxyStopped
  /// The process is ready.
  case processStarted
  /// The process was told to stop.
  case processStopping
  /// The process ends.
  case processStopped
  /// A new configuration was taken up.
  case configurationReloaded
  /// A new configuration was refused; the old one stays.
  case configurationRefused
  /// A limit was reached: connections, descriptors, a queue or memory.
  case limitReached
  /// A connection to a server could not be begun for a reason on this side.
  case connectFailed
  /// A sink dropped records.
  case recordsDropped
  /// Messages of a kind were more than `log-limit` allows.
  case messagesLimited
  /// A sink cannot be reached.
  case sinkLost
  /// A sink takes records again.
  case sinkBack
  /// A sink's ledger: what it accepted, delivered, holds and dropped.
  case ledger
  /// systemd's watchdog is not fed, as a thread stands still.
  case watchdogWithheld
  /// Something else that an administrator should know of.
  case notice

  /// The kind's entry in the table of events.
  package var description: Description { Self.table[Int(rawValue)] }

  /// What is fixed for a kind: its name, identity in the journal, usual severity and meaning.
  package struct Description: Sendable {
    /// The kind that the entry is of.
    package var kind: LogEventKind
    /// The name after `weir.` (OpenTelemetry's event.name, `WEIR_EVENT`).
    package var name: String
    /// The journal's MESSAGE_ID: 128 bits in 32 hexadecimal digits, never to change.
    package var messageIdentifier: String
    /// The severity where the event has no other.
    package var severity: Severity
    /// What it tells, as a sentence for people.
    package var sentence: String
  }

  /// Every kind in the order of its raw value.
  package static let table: [Description] = [
    Description(
      kind: .serverUp, name: "server.up",
      messageIdentifier: "ea084948fa2b4c1490f5aca52b1d0399", severity: .notice,
      sentence: "A server is up again and takes connections."),
    Description(
      kind: .serverDown, name: "server.down",
      messageIdentifier: "18b09e0dbd164270b26a5e7a04251c92", severity: .alert,
      sentence: "A server is down and takes no connections."),
    Description(
      kind: .serverDrain, name: "server.drain",
      messageIdentifier: "62585ce378bd4a349b3c52943e228507", severity: .notice,
      sentence: "A server drains: it keeps its connections and takes no new ones."),
    Description(
      kind: .serverMaintenance, name: "server.maintenance",
      messageIdentifier: "97df9ff0a5ff408480693b0f45d7ec37", severity: .warning,
      sentence: "A server is in maintenance: it is neither checked nor used."),
    Description(
      kind: .serverReady, name: "server.ready",
      messageIdentifier: "cf565efbe08b4d23a48a856c94da697c", severity: .notice,
      sentence: "A server left maintenance or drain."),
    Description(
      kind: .checkDone, name: "check.done",
      messageIdentifier: "d167f5a491b145ae87bd974fbba96a94", severity: .notice,
      sentence: "A health check ended (`option log-health-checks`)."),
    Description(
      kind: .serverState, name: "server.state",
      messageIdentifier: "a639a1162e774414a81f58706dd7bb24", severity: .notice,
      sentence: "The state of a server, told on demand (SIGQUIT, SIGHUP)."),
    Description(
      kind: .backendEmpty, name: "backend.empty",
      messageIdentifier: "f5e2256d91654abd8096629de8445ce1", severity: .emergency,
      sentence: "A backend has no server left."),
    Description(
      kind: .proxyStarted, name: "proxy.started",
      messageIdentifier: "fe95198f19a44a13850ee3598d823bbf", severity: .notice,
      sentence: "A proxy listens."),
    Description(
      kind: .proxyPaused, name: "proxy.paused",
      messageIdentifier: "ad02d8d2540e44eb8635b433a2960fcc", severity: .warning,
      sentence: "A proxy's listeners are paused."),
    Description(
      kind: .proxyStopped, name: "proxy.stopped",
      messageIdentifier: "861efd93211b4e9fb80d131138a437e1", severity: .warning,
      sentence: "A proxy stopped."),
    Description(
      kind: .processStarted, name: "process.started",
      messageIdentifier: "8080794a8fbf47cfb1dfdf7f7164c6f8", severity: .notice,
      sentence: "The process is ready."),
    Description(
      kind: .processStopping, name: "process.stopping",
      messageIdentifier: "39079a8b2953491a83d92a991f1803f3", severity: .notice,
      sentence: "The process was told to stop."),
    Description(
      kind: .processStopped, name: "process.stopped",
      messageIdentifier: "c19e8a122ba84cabaea81a7e880d2048", severity: .notice,
      sentence: "The process ends."),
    Description(
      kind: .configurationReloaded, name: "configuration.reloaded",
      messageIdentifier: "3aef4f0a69804666bc0be41135f7b608", severity: .notice,
      sentence: "A new configuration was taken up."),
    Description(
      kind: .configurationRefused, name: "configuration.refused",
      messageIdentifier: "a2daf782b96e45d39674f7c641453ae6", severity: .error,
      sentence: "A new configuration was refused; the old one stays."),
    Description(
      kind: .limitReached, name: "limit.reached",
      messageIdentifier: "9eb04921c3d348ee8475c1cc6809ed45", severity: .emergency,
      sentence: "A limit was reached: connections, descriptors, a queue or memory."),
    Description(
      kind: .connectFailed, name: "connect.failed",
      messageIdentifier: "ab14f7eeaed7494f83affe702e4110f1", severity: .error,
      sentence: "A connection to a server could not be begun for a reason on this side."),
    Description(
      kind: .recordsDropped, name: "records.dropped",
      messageIdentifier: "93e79064d82f4123bf105f0c0dedc708", severity: .warning,
      sentence: "A sink dropped records."),
    Description(
      kind: .messagesLimited, name: "messages.limited",
      messageIdentifier: "7b0305d651b9449e823a4c637ae95d32", severity: .notice,
      sentence: "Messages of a kind were more than `log-limit` allows."),
    Description(
      kind: .sinkLost, name: "sink.lost",
      messageIdentifier: "314360c793b94ee3a274df54ac73d384", severity: .warning,
      sentence: "A sink cannot be reached."),
    Description(
      kind: .sinkBack, name: "sink.back",
      messageIdentifier: "b824fcb49f0c4da7ba7f34132b6051dc", severity: .notice,
      sentence: "A sink takes records again."),
    Description(
      kind: .ledger, name: "sink.ledger",
      messageIdentifier: "3c7c80e96a67498f852d610c5fa1f714", severity: .notice,
      sentence: "A sink's ledger: what it accepted, delivered, holds and dropped."),
    Description(
      kind: .watchdogWithheld, name: "watchdog.withheld",
      messageIdentifier: "1bb6180c56fb4e4c967b2c2d556257e3", severity: .critical,
      sentence: "systemd's watchdog is not fed, as a thread stands still."),
    Description(
      kind: .notice, name: "notice",
      messageIdentifier: "06422777a89f42dbad84ae96de3b55ea", severity: .notice,
      sentence: "Something else that an administrator should know of."),
  ]
}
