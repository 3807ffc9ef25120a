internal import Kernel
internal import LogRecords
internal import Reactor

/// Where the messages of one `log` line go.
enum Destination: Hashable {
  /// To one sink.
  case sink(Int)
  /// To all of these sinks: the receivers of a ring.
  case all([Int])
  /// To one of a log backend's receivers, by its place among the backends.
  case backend(Int)
}

/// What tells one sink from another. Two `log` lines with the same share a sink; a sink whose key
/// is in a new configuration too may be kept.
struct SinkKey: Hashable {
  /// Its name in the ledger.
  var name: String
  /// How its lines get out, with all settings of that.
  var way: Sink.Way
  /// The most bytes that wait, where a ring says so.
  var queueBytes: Int?
}

/// All sinks of a pipeline, and who gets what.
struct SinkTable {
  private static let token: UInt8 = 2

  /// The sinks. A sink keeps its place.
  private(set) var sinks: [Sink] = []
  private var keys: [SinkKey: Int] = [:]
  private var backends: [LogBackend] = []
  private var backendPlaces: [String: Int] = [:]
  private let rings: [String: RingSettings]
  private let settings: [String: LogBackendSettings]
  private let isServerUp: (@Sendable (Int, Int) -> Bool)?
  private var backendIndexes: [Int] = []
  private let spoolOwner: SpoolStore.Owner

  /// The sinks of these settings; they come about as loggers name them.
  init(_ settings: LogPipeline.Settings) {
    rings = Dictionary(settings.rings.map { ($0.name, $0) }) { first, _ in first }
    self.settings = Dictionary(settings.logBackends.map { ($0.name, $0) }) { first, _ in first }
    isServerUp = settings.isServerUp
    spoolOwner = SpoolStore.Owner(user: settings.fileUser, group: settings.fileGroup)
  }

  /// The ring that a target names.
  func ring(_ target: LoggerSettings.Target) -> RingSettings? {
    if case .ring(let name) = target { rings[name] } else { nil }
  }

  /// Where the messages for a target go. Sinks that are not there yet are made.
  mutating func destination(of target: LoggerSettings.Target) -> Destination {
    let name = target.name
    switch target {
    case .udp(let address): return .sink(place(name, .datagrams(address)))
    case .unixDatagram(let path): return .sink(place(name, .datagrams(.unix(path: path))))
    case .abstractDatagram(let text):
      return .sink(place(name, .datagrams(.abstract(name: text))))
    case .descriptor(let number): return .sink(place(name, .output(number)))
    case .journald: return .sink(place(name, .journal))
    case .stream(let server): return .sink(place(name, .stream(server)))
    case .ring(let ring): return destination(ofRing: rings[ring] ?? RingSettings(name: ring))
    case .backend(let backend): return destination(ofBackend: backend)
    }
  }

  private mutating func destination(ofRing ring: RingSettings) -> Destination {
    var places = ring.servers.map { server in
      place(
        "ring@\(ring.name)/\(server.name)", .stream(server), queueBytes: ring.size,
        spool: ring.spool.map { ($0, "\($0.folder)/\(ring.name).\(server.name)") })
    }
    if ring.servers.isEmpty || ring.backingFile != nil {
      places.append(
        place("ring@\(ring.name)", .kept(file: ring.backingFile, size: ring.size)))
    }
    return places.count == 1 ? .sink(places[0]) : .all(places)
  }

  private mutating func destination(ofBackend name: String) -> Destination {
    if let known = backendPlaces[name] { return .backend(known) }
    let backend = settings[name] ?? LogBackendSettings(name: name, backend: -1)
    let sinks = backend.servers.map { server in
      place(
        "backend@\(name)/\(server.name)",
        server.isDatagram ? .datagrams(server.address) : .stream(server))
    }
    let account = place("backend@\(name)", .kept(file: nil, size: 0))
    backendPlaces[name] = backends.count
    backendIndexes.append(backend.backend)
    backends.append(LogBackend(backend, sinks: sinks, account: account))
    return .backend(backends.count - 1)
  }

  private mutating func place(
    _ name: String, _ way: Sink.Way, queueBytes: Int? = nil,
    spool: (settings: SpoolSettings, path: String)? = nil
  ) -> Int {
    let key = SinkKey(name: name, way: way, queueBytes: queueBytes)
    if let known = keys[key] { return known }
    let place = sinks.count
    keys[key] = place
    sinks.append(
      Sink(
        name: name, way: way, token: EventToken(kind: Self.token, number: place),
        queue: queueBytes.map {
          let least = spool == nil ? 0 : SinkSpool.leastQueueBytes
          return MessageQueue(messageLimit: .max, byteLimit: max($0, least))
        },
        spool: spool.map { SinkSpool($0.settings, path: $0.path, owner: spoolOwner) }))
    return place
  }

  /// Gives a line to who gets the messages of a destination. `message` is the line's text without
  /// its header: what a log backend hashes.
  func accept(
    _ line: Span<UInt8>, isTruncated: Bool, message: Span<UInt8>, for destination: Destination,
    in loop: borrowing EventLoop
  ) {
    switch destination {
    case .sink(let place):
      sinks[place].accept(line, isTruncated: isTruncated, in: loop)
    case .all(let places):
      for place in places {
        sinks[place].accept(line, isTruncated: isTruncated, in: loop)
      }
    case .backend(let index):
      guard let place = backends[index].choose(for: message) else {
        return sinks[backends[index].account].lose(1, .noReceiver)
      }
      sinks[place].accept(line, isTruncated: isTruncated, in: loop)
    }
  }

  /// Counts lines that were lost before a receiver could be chosen.
  func lose(_ count: UInt64, _ reason: DropReason, for destination: Destination) {
    switch destination {
    case .sink(let place): sinks[place].lose(count, reason)
    case .all(let places): for place in places { sinks[place].lose(count, reason) }
    case .backend(let index): sinks[backends[index].account].lose(count, reason)
    }
  }

  /// Counts a line that `log-limit` left out.
  func limit(_ destination: Destination) {
    switch destination {
    case .sink(let place): sinks[place].limit()
    case .all(let places): for place in places { sinks[place].limit() }
    case .backend(let index): sinks[backends[index].account].limit()
    }
  }

  /// Whether every sink that a message of a destination may go to has room: who can wait with the
  /// next does.
  func hasRoom(for destination: Destination) -> Bool {
    switch destination {
    case .sink(let place): sinks[place].hasRoom
    case .all(let places): places.allSatisfy { sinks[$0].hasRoom }
    case .backend(let index): backends[index].usableSinks.allSatisfy { sinks[$0].hasRoom }
    }
  }

  /// Whether every sink that a message of a destination may go to has room for a line of so many
  /// bytes that others sent.
  func hasRoom(for destination: Destination, length: Int) -> Bool {
    switch destination {
    case .sink(let place): sinks[place].hasRoom(for: length)
    case .all(let places): places.allSatisfy { sinks[$0].hasRoom(for: length) }
    case .backend(let index):
      backends[index].usableSinks.allSatisfy { sinks[$0].hasRoom(for: length) }
    }
  }

  /// Every sink that messages of a destination may be in.
  func members(of destination: Destination) -> [Sink] {
    switch destination {
    case .sink(let place): [sinks[place]]
    case .all(let places): places.map { sinks[$0] }
    case .backend(let index): backends[index].sinks.map { sinks[$0] }
    }
  }

  /// Looks which receivers of log backends are up; once a turn.
  func updateBackends() {
    guard let isServerUp else { return }
    for index in backends.indices where backendIndexes[index] >= 0 {
      let backend = backendIndexes[index]
      backends[index].update { isServerUp(backend, $0) }
    }
  }

  /// Opens all sinks ahead of the first line.
  func openEarly(in loop: borrowing EventLoop) {
    for sink in sinks { sink.openEarly(in: loop) }
  }

  /// Tells a sink what the loop tells of it.
  func ready(_ token: EventToken, _ readiness: Readiness, in loop: borrowing EventLoop) {
    guard token.kind == Self.token, token.number < sinks.count else { return }
    sinks[token.number].ready(readiness, in: loop)
  }

  /// Sends what waits, as far as receivers take it.
  func flush(in loop: borrowing EventLoop) {
    for sink in sinks { sink.flush(in: loop) }
  }

  /// The earliest moment at which a sink wants to be flushed; nil where none does.
  var deadline: Int64? {
    var earliest: Int64?
    for sink in sinks {
      guard let deadline = sink.deadline else { continue }
      earliest = min(earliest ?? deadline, deadline)
    }
    return earliest
  }
}
