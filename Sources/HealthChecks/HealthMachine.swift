/// Counts passes and failures of a server's checks (`rise`, `fall`).
///
/// One number tells it all, as in HAProxy: below `rise` the server is down, and the number is the
/// passes in a row; from `rise` on it is up, and what is left above `rise` are the failures that it
/// can still bear. A pass of a server that is up makes it whole again; a failure of one that is
/// down starts anew.
package struct HealthMachine: Hashable, Sendable {
  /// Passes in a row that bring the server up, at least 1.
  package let rise: Int
  /// Failures in a row that take it down, at least 1.
  package let fall: Int
  /// The number, 0…rise+fall-1.
  package private(set) var health: Int

  /// The time between checks that a server's health asks for.
  package enum Pace: Hashable, Sendable { case normal, fast, down }

  /// Makes a machine of a server that is up but not yet proved: one failure takes it down.
  package init(rise: Int, fall: Int) {
    self.rise = max(rise, 1)
    self.fall = max(fall, 1)
    health = self.rise
  }

  /// Whether the server is up.
  package var isUp: Bool { health >= rise }
  /// Whether no failure stands against the server.
  package var isFullyUp: Bool { health == rise + fall - 1 }

  /// Counts a pass; true where the number has changed.
  package mutating func pass() -> Bool {
    guard !isFullyUp else { return false }
    health += 1
    if isUp { health = rise + fall - 1 }
    return true
  }

  /// Counts a failure; true where the number has changed.
  package mutating func fail() -> Bool {
    guard health > 0 else { return false }
    health -= 1
    if !isUp { health = 0 }
    return true
  }

  /// Makes the server wholly up.
  package mutating func setFullyUp() { health = rise + fall - 1 }
  /// Makes the server up, though one failure takes it down.
  package mutating func setUp() { health = rise }
  /// Makes the server down, though one pass brings it up.
  package mutating func setDown() { health = rise - 1 }
  /// Makes the server wholly down.
  package mutating func setFullyDown() { health = 0 }
  /// Leaves a server that is up one failure from going down (`on-error sudden-death`).
  package mutating func setNearlyDown() { if health > rise { health = rise + 1 } }

  /// The counter and its end: passes of `rise` while down, what is left of `fall` while up.
  package var progress: (count: Int, of: Int) {
    isUp ? (health - rise + 1, fall) : (health, rise)
  }

  /// The counter as messages show it, such as `2/3`.
  package var progressText: String {
    let (count, end) = progress
    return "\(count)/\(end)"
  }

  /// How soon to check again; `isServerStopped` where the server is out of use.
  package func pace(isServerStopped: Bool) -> Pace {
    if isFullyUp { return .normal }
    return health == 0 && isServerStopped ? .down : .fast
  }
}

extension CheckSettings {
  /// The time to the next check at a pace, in milliseconds.
  package func intervalMilliseconds(_ pace: HealthMachine.Pace) -> Int {
    switch pace {
    case .normal: intervalMilliseconds
    case .fast: fastIntervalMilliseconds ?? intervalMilliseconds
    case .down: downIntervalMilliseconds ?? intervalMilliseconds
    }
  }
}
