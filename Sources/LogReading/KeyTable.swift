internal import LogRecords

/// What a key of a structured record is for.
struct KeyMeaning: Sendable {
  enum Field: UInt8, Sendable {
    case event, client, clientPort, frontend, backend, server, boot, sequence, accepted, queue
    case connect, total, bytesOut, bytesIn, state, reason, retries, redispatched, message
  }
  var field: Field
  /// How many nanoseconds a time is given in.
  var unitNanoseconds: UInt64 = 1000

  init(_ field: Field, _ unitNanoseconds: UInt64 = 1000) {
    self.field = field
    self.unitNanoseconds = unitNanoseconds
  }
}

/// The keys of all structured formats that are understood, found by a hash of their bytes.
///
/// It is drawn from the one table of fields (OpenTelemetry, ECS, journal), with HAProxy's aliases
/// beside, which is what people name the items of `%{+json}o` after.
struct KeyTable: Sendable {
  /// The state of a hash before its first byte (FNV-1a).
  static let begin: UInt64 = 0xcbf2_9ce4_8422_2325
  private static let mask = 1023

  private var hashes: [UInt64]
  private var meanings: [KeyMeaning]

  /// The hash with one more byte.
  @inline(__always)
  static func hash(_ state: UInt64, _ byte: UInt8) -> UInt64 {
    (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  static let shared = KeyTable()

  private init() {
    hashes = Array(repeating: 0, count: Self.mask + 1)
    meanings = Array(repeating: KeyMeaning(.message), count: Self.mask + 1)
    for (field, meaning) in Self.fields {
      let names = field.description
      for name in [names.openTelemetry, names.journal] { add(name, meaning) }
      add(names.elastic, KeyMeaning(meaning.field, Self.elasticUnits[names.elastic] ?? 1000))
      // Aliases print milliseconds.
      for format in names.format.split(separator: " ") where format.hasPrefix("%") {
        add(String(format.dropFirst()), KeyMeaning(meaning.field, 1_000_000))
      }
    }
    for (name, meaning) in Self.others { add(name, meaning) }
  }

  private mutating func add(_ name: String, _ meaning: KeyMeaning) {
    guard !name.isEmpty else { return }
    let hash = name.utf8.reduce(Self.begin, Self.hash)
    var slot = Int(truncatingIfNeeded: hash >> 32) & Self.mask
    while hashes[slot] != 0, hashes[slot] != hash { slot = (slot + 1) & Self.mask }
    // The first to name a key has it.
    guard hashes[slot] == 0 else { return }
    hashes[slot] = hash
    meanings[slot] = meaning
  }

  /// What a key is for; nil where nobody asks.
  @inline(__always)
  func meaning(_ hash: UInt64) -> KeyMeaning? {
    var slot = Int(truncatingIfNeeded: hash >> 32) & Self.mask
    while hashes[slot] != hash {
      if hashes[slot] == 0 { return nil }
      slot = (slot &+ 1) & Self.mask
    }
    return meanings[slot]
  }

  private static let fields: [(RecordField, KeyMeaning)] = [
    (.event, .init(.event)), (.sequence, .init(.sequence)), (.bootIdentifier, .init(.boot)),
    (.acceptedAt, .init(.accepted)), (.clientAddress, .init(.client)),
    (.clientPort, .init(.clientPort)), (.frontend, .init(.frontend)),
    (.backend, .init(.backend)), (.server, .init(.server)), (.queueTime, .init(.queue)),
    (.connectTime, .init(.connect)), (.totalTime, .init(.total)), (.bytesIn, .init(.bytesIn)),
    (.bytesOut, .init(.bytesOut)), (.termination, .init(.state)), (.reason, .init(.reason)),
    (.retries, .init(.retries)), (.redispatched, .init(.redispatched)),
  ]

  /// The units of times in ECS, where they are not microseconds.
  private static let elasticUnits: [String: UInt64] = [
    "haproxy.total_waiting_time_ms": 1_000_000, "haproxy.connection_wait_time_ms": 1_000_000,
    "event.duration": 1,
  ]

  /// Keys that the table of fields does not have.
  private static let others: [(String, KeyMeaning)] = [
    ("client", .init(.client)), ("client_address", .init(.client)), ("client_ip", .init(.client)),
    ("client_port", .init(.clientPort)), ("port", .init(.clientPort)),
    ("frontend", .init(.frontend)), ("fe", .init(.frontend)), ("backend", .init(.backend)),
    ("be", .init(.backend)), ("server", .init(.server)), ("srv", .init(.server)),
    ("event", .init(.event)), ("sequence", .init(.sequence)), ("boot_id", .init(.boot)),
    ("state", .init(.state)), ("termination", .init(.state)), ("termination_state", .init(.state)),
    ("reason", .init(.reason)), ("retries", .init(.retries)),
    ("redispatched", .init(.redispatched)), ("bytes_out", .init(.bytesOut)),
    ("bytes_in", .init(.bytesIn)), ("bytes", .init(.bytesOut)),
    ("accepted", .init(.accepted)), ("time", .init(.accepted)), ("timestamp", .init(.accepted)),
    ("@timestamp", .init(.accepted)), ("queue_ms", .init(.queue, 1_000_000)),
    ("connect_ms", .init(.connect, 1_000_000)), ("total_ms", .init(.total, 1_000_000)),
    ("queue_us", .init(.queue)), ("connect_us", .init(.connect)), ("total_us", .init(.total)),
    ("time_queue_usec", .init(.queue)), ("time_connect_usec", .init(.connect)),
    ("time_total_usec", .init(.total)), ("time_queue", .init(.queue)),
    ("time_connect", .init(.connect)), ("time_total", .init(.total)),
    ("MESSAGE", .init(.message)), ("message", .init(.message)), ("msg", .init(.message)),
    ("Body", .init(.message)), ("body", .init(.message)),
  ]
}
