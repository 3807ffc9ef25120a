package import HealthChecks

/// What a server is able to do, apart from what the administrator wants of it.
package enum ServerOperation: UInt8, Hashable, Sendable {
  /// Down.
  case stopped
  /// Up since a moment, with a weight that still grows (`slowstart`).
  case starting
  /// Up.
  case running
  /// Up for the sessions that it has, but not for new ones.
  case stopping
}

/// What the administrator wants of a server, or of one that it tracks. Raw values are HAProxy's
/// (`srv_admin_state` of `show servers state`).
package struct ServerAdministration: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// In maintenance by the administrator's word or the configuration's (`disabled`).
  package static let forcedMaintenance = ServerAdministration(rawValue: 0x01)
  /// In maintenance as the tracked server is.
  package static let inheritedMaintenance = ServerAdministration(rawValue: 0x02)
  /// Draining by the administrator's word.
  package static let forcedDrain = ServerAdministration(rawValue: 0x08)
  /// Draining as the tracked server is.
  package static let inheritedDrain = ServerAdministration(rawValue: 0x10)

  /// Either kind of maintenance.
  package static let maintenance: ServerAdministration = [
    .forcedMaintenance, .inheritedMaintenance,
  ]
  /// Either kind of drain.
  package static let drain: ServerAdministration = [.forcedDrain, .inheritedDrain]

  /// Whether the server is neither checked nor used.
  package var isMaintenance: Bool { !isDisjoint(with: .maintenance) }
  /// Whether the server keeps its sessions and takes no new ones.
  package var isDrain: Bool { !isDisjoint(with: .drain) }
}

/// One server as the control thread sees it.
package struct ServerState: Sendable {
  /// What it is able to do.
  package internal(set) var operation = ServerOperation.running
  /// What the administrator wants.
  package internal(set) var administration: ServerAdministration = []
  /// The count of its checks; nil where it is not checked.
  package internal(set) var health: HealthMachine?
  /// What came of the last check.
  package internal(set) var outcome = CheckOutcome(status: .initializing)
  /// The weight that is in force, 0…256.
  package internal(set) var weight: Int
  /// Errors in a row of the connections of clients (`observe`).
  package internal(set) var consecutiveErrors = 0
  /// When operation or administration changed last, in monotonic milliseconds.
  package internal(set) var changedMilliseconds: Int64
  /// Checks that failed while the server was not wholly down.
  package internal(set) var failedChecks = 0
  /// Times that `error-limit` was reached.
  package internal(set) var failedAnalyses = 0
  /// Times that it went down.
  package internal(set) var timesDown = 0
  /// Time that it was down, until the last change, in milliseconds.
  package internal(set) var downMilliseconds: Int64 = 0

  init(settings: ServerSettings, nowMilliseconds: Int64) {
    weight = settings.weight
    changedMilliseconds = nowMilliseconds
    health = settings.check.map { HealthMachine(rise: $0.rise, fall: $0.fall) }
  }

  /// Whether it may be given new connections, its weight apart.
  package var takesConnections: Bool {
    (operation == .running || operation == .starting) && !administration.isMaintenance
      && !administration.isDrain
  }

  /// Whether it is up.
  package var isUp: Bool { operation != .stopped }

  /// Time that it has been down in all, in milliseconds.
  package func downMilliseconds(until now: Int64) -> Int64 {
    downMilliseconds + (isUp ? 0 : max(now - changedMilliseconds, 0))
  }

  /// The whole seconds since it came up, and those of its slow start.
  private func start(_ settings: ServerSettings, _ now: Int64) -> (elapsed: Int, whole: Int) {
    let whole = (max(settings.slowStartMilliseconds, 0) + 999) / 1000
    return (Int(clamping: max(now - changedMilliseconds, 0) / 1000), whole)
  }

  /// Ends the slow start when its time is over; true while it goes on.
  mutating func warmUp(_ settings: ServerSettings, nowMilliseconds: Int64) -> Bool {
    guard operation == .starting else { return false }
    let (elapsed, whole) = start(settings, nowMilliseconds)
    if elapsed >= whole { operation = .running }
    return operation == .starting
  }

  /// The steps of sixteen that its weight has climbed.
  func weightSteps(_ settings: ServerSettings, nowMilliseconds: Int64) -> Int {
    let (elapsed, whole) = start(settings, nowMilliseconds)
    guard operation == .starting, whole > 0, elapsed < whole else { return 16 }
    return (16 * elapsed + whole) / whole
  }

  /// The share of its `maxconn` that it may have, in percent.
  func warmthPercent(_ settings: ServerSettings, nowMilliseconds: Int64) -> Int {
    let (elapsed, whole) = start(settings, nowMilliseconds)
    guard operation == .starting, whole > 0, elapsed < whole else { return 100 }
    return 100 * elapsed / whole
  }
}
