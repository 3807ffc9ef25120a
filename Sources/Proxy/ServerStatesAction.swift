package import LogRecords

/// A moment on both clocks.
package struct Moment: Hashable, Sendable {
  /// Milliseconds on a clock that only goes forward.
  package var monotonicMilliseconds: Int64
  /// Nanoseconds since 1970.
  package var realtimeNanoseconds: UInt64
  /// Makes a moment.
  package init(monotonicMilliseconds: Int64, realtimeNanoseconds: UInt64) {
    self.monotonicMilliseconds = monotonicMilliseconds
    self.realtimeNanoseconds = realtimeNanoseconds
  }
}

/// What a backend is told of a server, at once: what it answers is in the message.
package struct ServerChange: Hashable, Sendable {
  /// Index of the backend.
  package var backend: Int
  /// Index of the server in the backend.
  package var server: Int
  /// Whether it takes new connections.
  package var isUsable: Bool
  /// Its effective weight (`WeightScale`).
  package var effectiveWeight: Int
  /// The share of its `maxconn` that it may have, in percent.
  package var warmthPercent: Int
  /// Whether those who wait for it go on waiting (a new weight moves nobody).
  package var keepsQueue: Bool
}

/// What is to be done after a change of states, in this order. Servers are meant by their index in
/// the one row of all servers.
package enum ServerStatesAction: Hashable, Sendable {
  /// Write this to the logs of the event's backend.
  case log(LogEvent)
  /// End the sessions of a server (`on-marked-down shutdown-sessions`).
  case endSessions(server: Int)
  /// End the sessions of a backend's backup servers (`on-marked-up shutdown-backup-sessions`).
  case endBackupSessions(backend: Int)
  /// Check a server after this time, from now.
  case scheduleCheck(server: Int, milliseconds: Int)
  /// Check a server in this time at the latest.
  case hastenCheck(server: Int, milliseconds: Int)
  /// Check a server no more.
  case stopCheck(server: Int)
  /// Call `warmUp` for a server after this time.
  case warmUp(server: Int, milliseconds: Int)
}
