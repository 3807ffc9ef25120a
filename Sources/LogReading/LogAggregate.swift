internal import Memory
package import Metrics

/// All that is kept of the lines that were read: of a size that does not depend on their number.
///
/// Parts of a log may be read by several threads, each with an aggregate of its own, in any order;
/// `merge` makes one of them.
package struct LogAggregate: Sendable {
  /// What is asked for.
  package struct Options: Sendable {
    /// Which connections count.
    package var filter = LogFilter()
    /// How many of the slowest connections are kept, at most 1000.
    package var slowest = 5
    /// How many lines that were not understood are kept, at most 1000.
    package var unparsed = 0
    /// Whether dates without a zone are of the system's rather than UTC.
    package var datesAreLocal = true
    /// The usual choice.
    package init() {}
  }

  /// A line that was not understood.
  package struct UnparsedLine: Sendable {
    /// Which part of the input it is in.
    package var part: Int
    /// Its number there, from 0.
    package var line: UInt64
    /// Its beginning.
    package var text: String
  }

  /// One of the slowest connections.
  package struct SlowConnection: Sendable {
    /// The time from accept to end, in µs.
    package var totalMicroseconds: UInt64
    /// The wait for a server, in µs.
    package var queueMicroseconds: UInt64?
    /// The time to connect, in µs.
    package var connectMicroseconds: UInt64?
    /// When it was accepted, in µs since 1970.
    package var acceptedMicroseconds: Int64?
    /// Bytes to the client.
    package var bytesOut: UInt64?
    /// Client, port with it.
    package var client: String
    /// The frontend.
    package var frontend: String
    /// Backend and server.
    package var server: String
    /// The two letters.
    package var state: String
  }

  /// What is asked for.
  package let options: Options
  /// Lines or entries read.
  package private(set) var lines: UInt64 = 0
  /// Bytes read.
  package private(set) var bytes: UInt64 = 0
  /// Connections that ended, of those that the filter lets pass.
  package private(set) var ended: UInt64 = 0
  /// Those that did not end in good order.
  package private(set) var errors: UInt64 = 0
  /// Records of connections that began or go on.
  package private(set) var unfinished: UInt64 = 0
  /// Connections that failed before their session began.
  package private(set) var refused: UInt64 = 0
  /// Records that the filter held back.
  package private(set) var filtered: UInt64 = 0
  /// Lines of the proxy that tell of something else.
  package private(set) var messages: UInt64 = 0
  /// Lines that were not understood.
  package private(set) var unknown: UInt64 = 0
  /// Bytes to clients.
  package private(set) var bytesOut: UInt64 = 0
  /// Bytes from clients; nil where no record tells.
  package private(set) var bytesIn: UInt64?
  /// Connections that were tried again.
  package private(set) var retried: UInt64 = 0
  /// Connections that went to another server than the first choice.
  package private(set) var redispatched: UInt64 = 0
  /// The earliest time of accept, in µs since 1970.
  package private(set) var firstAccepted: Int64?
  /// The latest time of accept, in µs since 1970.
  package private(set) var lastAccepted: Int64?
  /// Waits for a server, in µs.
  package private(set) var queues = LogLinearHistogram()
  /// Times to connect, in µs.
  package private(set) var connects = LogLinearHistogram()
  /// Times in all, in µs.
  package private(set) var totals = LogLinearHistogram()
  /// Bytes to the client, a connection each.
  package private(set) var sizes = LogLinearHistogram()
  /// Servers, with their backends.
  package private(set) var servers = TallyTable(limit: 1024, keepsTimes: true)
  /// Clients.
  package private(set) var clients = TallyTable(limit: 65_536, keepsTimes: false)
  /// Frontends.
  package private(set) var frontends = TallyTable(limit: 1024, keepsTimes: false)
  /// Connections over time.
  package private(set) var rates = RateSeries()
  /// The slowest connections, in no order.
  package private(set) var slowest: [SlowConnection] = []
  /// The first lines that were not understood.
  package private(set) var unparsed: [UnparsedLine] = []
  /// Numbers of records, by the run of the process that gave them.
  package private(set) var sequences: [String: SequenceCheck] = [:]
  /// Records that bear no number.
  package private(set) var unnumbered: UInt64 = 0

  /// The most runs of the process whose numbers are kept.
  private static let bootLimit = 4096
  private var states: [UInt64] = Array(repeating: 0, count: 128 * 128)
  private var reader: LogLineReader
  private var lastBoot: [UInt8] = []
  private var lastBootName = ""
  private var lastCheck = SequenceCheck()

  /// An aggregate of nothing.
  package init(options: Options = Options()) {
    self.options = options
    reader = LogLineReader(datesAreLocal: options.datesAreLocal)
  }

  /// Reads the lines of a part of the input; what stands behind the last newline is a line too.
  package mutating func read(_ chunk: Span<UInt8>, part: Int, firstLine: UInt64 = 0) {
    var place = 0
    var number = firstLine
    var record = ReadRecord()
    while place < chunk.count {
      let newline = chunk.firstIndex(of: 10, from: place) ?? chunk.count
      let end = newline > place && chunk[newline - 1] == 13 ? newline - 1 : newline
      let line = chunk.extracting(place..<end)
      if !line.isEmpty { read(line: line, part, number, &record) }
      number &+= 1
      place = newline &+ 1
    }
    lines &+= number &- firstLine
    bytes &+= UInt64(chunk.count)
  }

  @inline(__always)
  private mutating func read(
    line: Span<UInt8>, _ part: Int, _ number: UInt64, _ record: inout ReadRecord
  ) {
    switch reader.read(line, into: &record) {
    case .record: add(record, of: line)
    case .message:
      messages &+= 1
      if record.sequence != nil { check(record, line) }
    case .unknown: note(line, part, number)
    }
  }

  /// Counts an entry or line that is no record of a connection.
  mutating func addMessage(_ record: ReadRecord, of bytes: Span<UInt8>) {
    messages &+= 1
    if record.sequence != nil { check(record, bytes) }
  }

  /// Counts what was read from a source that has no lines.
  mutating func count(entries: UInt64, bytes: UInt64) {
    lines &+= entries
    self.bytes &+= bytes
  }

  /// Keeps a line that was not understood, if it is among the first.
  @inline(never)
  mutating func note(_ line: Span<UInt8>, _ part: Int, _ number: UInt64) {
    unknown &+= 1
    guard unparsed.count < options.unparsed else { return }
    unparsed.append(
      UnparsedLine(part: part, line: number, text: line.text(0..<min(line.count, 400))))
  }

  /// Adds a record of a connection.
  package mutating func add(_ record: ReadRecord, of bytes: Span<UInt8>) {
    if record.sequence != nil {
      check(record, bytes)
    } else {
      unnumbered &+= 1
    }
    if !options.filter.isEmpty, !options.filter.passes(bytes, record) {
      filtered &+= 1
      return
    }
    if record.event != .end {
      if record.event == .error { refused &+= 1 } else { unfinished &+= 1 }
      return
    }
    ended &+= 1
    let isError = record.isError
    if isError { errors &+= 1 }
    states[Int(record.cause & 127) &* 128 &+ Int(record.phase & 127)] &+= 1
    let size = record.bytesOut ?? 0
    bytesOut &+= size
    if let count = record.bytesOut { sizes.record(count) }
    if let count = record.bytesIn { bytesIn = (bytesIn ?? 0) &+ count }
    if record.retries > 0 { retried &+= 1 }
    if record.isRedispatched { redispatched &+= 1 }
    if let time = record.queueMicroseconds { queues.record(time) }
    if let time = record.connectMicroseconds { connects.record(time) }
    if let time = record.totalMicroseconds {
      totals.record(time)
      addSlow(time, record, bytes)
    }
    servers.add(bytes, record.backend, record.server, record)
    clients.add(bytes, record.client, nil, record)
    frontends.add(bytes, record.frontend, nil, record)
    if let accepted = record.acceptedMicroseconds {
      rates.add(accepted, isError: isError, bytesOut: size)
      if firstAccepted.map({ accepted < $0 }) ?? true { firstAccepted = accepted }
      if lastAccepted.map({ accepted > $0 }) ?? true { lastAccepted = accepted }
    }
  }

  /// Takes note of a record's number.
  private mutating func check(_ record: ReadRecord, _ bytes: Span<UInt8>) {
    guard let number = record.sequence else { return }
    if !bytes.equals(record.boot, lastBoot) || lastBootName.isEmpty {
      if !lastBootName.isEmpty { sequences[lastBootName] = lastCheck }
      let name = record.boot.isEmpty ? "-" : bytes.text(record.boot)
      guard sequences[name] != nil || sequences.count < Self.bootLimit else { return }
      lastBootName = name
      lastBoot = record.boot.map { bytes[$0] }
      lastCheck = sequences[name] ?? SequenceCheck()
    }
    lastCheck.add(number)
  }

  /// Puts the numbers at hand to the others; to be called before they are looked at.
  package mutating func settle() {
    if !lastBootName.isEmpty { sequences[lastBootName] = lastCheck }
    slowest.sort { $0.totalMicroseconds > $1.totalMicroseconds }
    lastBootName = ""
    lastCheck = SequenceCheck()
  }

  @inline(__always)
  private mutating func addSlow(
    _ time: UInt64, _ record: ReadRecord, _ bytes: Span<UInt8>
  ) {
    guard time > leastSlow || slowest.count < options.slowest else { return }
    insertSlow(Self.slow(time, record, bytes))
  }

  private var leastSlow: UInt64 = 0

  @inline(never)
  private mutating func insertSlow(_ connection: SlowConnection) {
    guard options.slowest > 0 else { return }
    let place =
      slowest.firstIndex { $0.totalMicroseconds < connection.totalMicroseconds } ?? slowest.count
    slowest.insert(connection, at: place)
    if slowest.count > options.slowest { slowest.removeLast() }
    if slowest.count == options.slowest { leastSlow = slowest.last?.totalMicroseconds ?? 0 }
  }

  private static func slow(
    _ time: UInt64, _ record: ReadRecord, _ bytes: Span<UInt8>
  ) -> SlowConnection {
    let port = record.clientPort.map { ":\($0)" } ?? ""
    return SlowConnection(
      totalMicroseconds: time, queueMicroseconds: record.queueMicroseconds,
      connectMicroseconds: record.connectMicroseconds,
      acceptedMicroseconds: record.acceptedMicroseconds, bytesOut: record.bytesOut,
      client: bytes.text(record.client) + port, frontend: bytes.text(record.frontend),
      server: bytes.text(record.backend) + "/" + bytes.text(record.server),
      state: String(decoding: [record.cause, record.phase], as: UTF8.self))
  }

  /// Adds all that another aggregate has; both must be settled.
  package mutating func merge(_ other: LogAggregate) {
    lines &+= other.lines
    bytes &+= other.bytes
    ended &+= other.ended
    errors &+= other.errors
    unfinished &+= other.unfinished
    refused &+= other.refused
    filtered &+= other.filtered
    messages &+= other.messages
    unknown &+= other.unknown
    bytesOut &+= other.bytesOut
    if let more = other.bytesIn { bytesIn = (bytesIn ?? 0) &+ more }
    retried &+= other.retried
    redispatched &+= other.redispatched
    unnumbered &+= other.unnumbered
    firstAccepted = [firstAccepted, other.firstAccepted].compactMap { $0 }.min()
    lastAccepted = [lastAccepted, other.lastAccepted].compactMap { $0 }.max()
    queues.merge(other.queues)
    connects.merge(other.connects)
    totals.merge(other.totals)
    sizes.merge(other.sizes)
    servers.merge(other.servers)
    clients.merge(other.clients)
    frontends.merge(other.frontends)
    rates.merge(other.rates)
    for connection in other.slowest { insertSlow(connection) }
    unparsed = Array(
      (unparsed + other.unparsed).sorted { ($0.part, $0.line) < ($1.part, $1.line) }
        .prefix(options.unparsed))
    for (boot, check) in other.sequences { sequences[boot, default: SequenceCheck()].merge(check) }
    for index in states.indices { states[index] &+= other.states[index] }
  }

  /// The two letters of each state that occurred, and how often, most first.
  package var stateCounts: [(letters: String, count: UInt64)] {
    states.indices.filter { states[$0] > 0 }
      .sorted { states[$0] != states[$1] ? states[$0] > states[$1] : $0 < $1 }
      .map { index in
        let letters = [UInt8(index / 128), UInt8(index % 128)]
        return (letters[0] == 0 ? "??" : String(decoding: letters, as: UTF8.self), states[index])
      }
  }
}
