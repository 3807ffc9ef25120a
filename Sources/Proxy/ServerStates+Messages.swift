internal import HealthChecks
internal import Kernel
internal import LogRecords

/// The words, which are HAProxy's: people have parsers for them.
extension ServerStates {
  /// The server that a follower has its state from.
  func via(_ server: Int) -> String {
    places[server].tracked.map { " via \(places[$0].name)" } ?? ""
  }

  /// What is left of the backend.
  func countsText(_ server: Int, _ effect: Backend.Effect) -> String {
    let isStopped = !servers[server].isUp
    let usesBackups = effect.activeServers == 0 && effect.backupServers > 0
    let counts =
      ". \(effect.activeServers) active and \(effect.backupServers) backup servers "
      + (isStopped ? "left." : "online.") + (usesBackups ? " Running on backup." : "")
    if isStopped {
      return counts + " \(effect.active) sessions active, \(effect.requeued) requeued, "
        + "\(effect.queued) remaining in queue"
    }
    return counts + " \(effect.requeued) sessions requeued, \(effect.queued) total in queue"
  }

  /// Why a check ended as it did.
  func reasonText(_ outcome: CheckOutcome) -> String {
    var text = ", reason: \(outcome.status.description.words)"
    if outcome.status.hasCode { text += ", code: 0" }
    if !outcome.information.isEmpty { text += ", info: \"\(Self.escape(outcome.information))\"" }
    if let duration = outcome.durationMilliseconds { text += ", check duration: \(duration)ms" }
    return text
  }

  /// Makes text safe for a quoted place in a line: quotes, angle brackets and all that is not
  /// printable ASCII become `<XX>`, a byte's hexadecimal digits.
  static func escape(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      let isPlain =
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "<")
        && byte != UInt8(ascii: ">")
      if isPlain {
        result.unicodeScalars.append(UnicodeScalar(byte))
      } else {
        result += (byte < 16 ? "<0" : "<") + String(byte, radix: 16, uppercase: true) + ">"
      }
    }
    return result
  }

  /// Logs a change of a server's state.
  mutating func log(
    _ server: Int, _ kind: LogEventKind, _ severity: Severity, _ words: String,
    _ effect: Backend.Effect?
  ) {
    let place = places[server]
    var values = checkValues(server)
    if let effect {
      values += [
        .integer(.activeServers, effect.activeServers),
        .integer(.backupServers, effect.backupServers), .integer(.sessions, effect.active),
        .integer(.requeued, effect.requeued), .integer(.queued, effect.queued),
      ]
    }
    values.append(.text(.state, statusWord(server)))
    actions.append(
      .log(
        LogEvent(
          kind, severity: severity,
          text: "\(place.settings.isBackup ? "Backup " : "")Server \(place.name) \(words).",
          backend: UInt32(clamping: place.backend), server: UInt32(clamping: server),
          values: values, nanoseconds: now.realtimeNanoseconds)))
  }

  /// Logs a check (`option log-health-checks`).
  mutating func logCheck(_ server: Int, _ outcome: CheckOutcome) {
    let place = places[server]
    guard let health = servers[server].health else { return }
    let word = health.isUp ? (servers[server].weight > 0 ? "UP" : "DRAIN") : "DOWN"
    let text =
      "Health check for \(place.settings.isBackup ? "backup " : "")server \(place.name) "
      + (outcome.isPass ? "succeeded" : "failed") + reasonText(outcome)
      + ", status: \(health.progressText) \(word)."
    actions.append(
      .log(
        LogEvent(
          .checkDone, severity: .notice, text: text, backend: UInt32(clamping: place.backend),
          server: UInt32(clamping: server), values: checkValues(server),
          nanoseconds: now.realtimeNanoseconds)))
  }

  private func checkValues(_ server: Int) -> [LogEvent.Entry] {
    guard let health = servers[server].health else { return [] }
    let outcome = servers[server].outcome
    var values: [LogEvent.Entry] = [
      .text(.checkStatus, outcome.status.description.code),
      .text(.checkHealth, health.progressText),
    ]
    if !outcome.information.isEmpty {
      values.append(.text(.checkInformation, outcome.information))
    }
    if let duration = outcome.durationMilliseconds {
      values.append(.integer(.checkDuration, duration * 1000))
    }
    if let errno = outcome.errno { values.append(.text(.errno, errno.name)) }
    return values
  }

  /// The word of `show stat` for a server's state.
  package func statusWord(_ server: Int) -> String {
    let state = servers[server]
    if state.administration.isMaintenance {
      let isForced = state.administration.contains(.forcedMaintenance)
      let leader = isForced ? nil : places[server].tracked
      return leader.map { "MAINT (via \(places[$0].name))" } ?? "MAINT"
    }
    // A follower shows the health of the one whose checks it lives by.
    var root = server
    for _ in places.indices { root = places[root].tracked ?? root }
    guard let health = servers[root].health else {
      if state.administration.isDrain { return "DRAIN" }
      switch state.operation {
      case .stopped: return "DOWN"
      case .stopping: return "NOLB"
      case .running, .starting: return "no check"
      }
    }
    let partly = health.isFullyUp ? "" : " \(health.progressText)"
    switch state.operation {
    case .stopped: return health.health > 0 ? "DOWN \(health.progressText)" : "DOWN"
    case .stopping: return "NOLB" + partly
    case .running, .starting: return (state.administration.isDrain ? "DRAIN" : "UP") + partly
    }
  }
}
