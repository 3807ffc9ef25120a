/// At which moments the connections of a frontend make records, worked out once from its settings.
struct RecordPlan: Sendable {
  /// Whether there is a record when the client is known.
  let atAccept: Bool
  /// Whether there is a record when the server is connected.
  let atConnect: Bool
  /// Whether numbers of the record at connect bear a `+`, as they go on growing.
  let isPartialAtConnect: Bool
  /// Whether records before the end are left out while nothing has failed
  /// (`option dontlog-normal`).
  let skipsNormalSteps: Bool
  /// The time between two records of an open connection, in milliseconds; nil where it makes none.
  let intervalMilliseconds: Int64?

  /// Whether there is a record at the end.
  private let atClose: Bool
  /// Whether a connection makes one record: there is none at the end after one of before.
  private let isSingle: Bool

  /// The plan of these settings: the steps that they list, else the one moment of their line.
  init(_ settings: FrontendSettings) {
    if let steps = settings.logSteps {
      // HAProxy 3.5 prints no `+` at listed steps, with `option logasap` neither.
      atAccept = steps.contains(.accept)
      atConnect = steps.contains(.connect)
      atClose = steps.contains(.close)
      isPartialAtConnect = false
      isSingle = false
      skipsNormalSteps = settings.skipsNormalConnections
    } else {
      atAccept = settings.lineMoment == .accept
      atConnect = !atAccept && (settings.logsAsSoonAsPossible || settings.lineMoment == .connect)
      atClose = true
      isPartialAtConnect = settings.lineMoment == .close
      isSingle = true
      // HAProxy's line of a frontend without a format knows no such option.
      skipsNormalSteps = settings.skipsNormalConnections && !atAccept
    }
    intervalMilliseconds = settings.logIntervalMilliseconds.flatMap { $0 > 0 ? Int64($0) : nil }
  }

  /// Whether the end of a connection makes a record, where it made another before or not.
  func endsWithRecord(afterAnother isLogged: Bool) -> Bool { atClose && !(isSingle && isLogged) }

  /// When a connection that begins now makes its first record of an open connection, in
  /// milliseconds: within the first interval, at a place of its own.
  ///
  /// The places follow from the connection's number by the golden ratio (Knuth, 6.4): any run of
  /// numbers lies evenly over the interval, so that many connections that were accepted in one
  /// moment do not speak in one moment for ever after.
  func firstInterim(of connection: UInt64, from now: Int64, interval: Int64) -> Int64 {
    let part = UInt64(UInt32(truncatingIfNeeded: connection) &* 2_654_435_769)
    let place = UInt64(clamping: interval).multipliedFullWidth(by: part)
    return now + 1 + Int64(clamping: place.high << 32 | place.low >> 32)
  }
}
