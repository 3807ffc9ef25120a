internal import LogRecords

/// A backend of `mode log` at work: which of its receivers gets a message.
final class LogBackend {
  /// One receiver: the place of its sink, and what is known of it.
  private struct Member {
    let sink: Int
    let isBackup: Bool
    var isUp = true
  }

  /// The place of the sink that accounts for what no receiver could get.
  let account: Int
  private let algorithm: LogBackendSettings.Algorithm
  private var members: [Member]
  /// The members that messages may go to, those that came back last at the end.
  private var usable: [Int] = []
  /// The same in the order of the file.
  private var inOrder: [Int] = []
  private var turn = -1
  private var hash: MessageHash?

  /// A backend whose receivers' sinks lie at these places, in the order of its servers; all are up.
  init(_ settings: LogBackendSettings, sinks: [Int], account: Int) {
    self.account = account
    algorithm = settings.algorithm
    members = zip(settings.servers, sinks).map { Member(sink: $1, isBackup: $0.isBackup) }
    if case .hash(let converters) = settings.algorithm {
      // What cannot be read is refused with the configuration.
      hash = try? MessageHash(converters: converters)
    }
    renew()
  }

  /// Takes in which receivers are up.
  func update(_ isUp: (Int) -> Bool) {
    var isChanged = false
    for index in members.indices {
      let state = isUp(index)
      guard state != members[index].isUp else { continue }
      members[index].isUp = state
      isChanged = true
    }
    if isChanged { renew() }
  }

  /// Backups are used when no other is up; the first of them alone, as for any backend.
  private func renew() {
    let active = members.indices.filter { members[$0].isUp && !members[$0].isBackup }
    let backups = members.indices.filter { members[$0].isUp && members[$0].isBackup }
    let wanted = active.isEmpty ? Array(backups.prefix(1)) : active
    // Who comes back goes behind those that stayed: `sticky` keeps its receiver.
    usable = usable.filter(wanted.contains) + wanted.filter { !usable.contains($0) }
    inOrder = usable.sorted()
  }

  /// The places of all its sinks.
  var sinks: [Int] { members.map(\.sink) }

  /// The places of the sinks that messages may go to.
  var usableSinks: [Int] { usable.map { members[$0].sink } }

  /// The place of the sink that gets this message; nil where no receiver is up.
  func choose(for message: Span<UInt8>) -> Int? {
    guard !usable.isEmpty else { return nil }
    switch algorithm {
    case .sticky: return members[usable[0]].sink
    case .random: return members[usable[Int.random(in: usable.indices)]].sink
    case .roundRobin:
      turn = turn + 1 < inOrder.count ? turn + 1 : 0
      return members[inOrder[turn]].sink
    case .hash:
      let value = hash?.hash(message) ?? 0
      return members[inOrder[Int(value) % inOrder.count]].sink
    }
  }
}
