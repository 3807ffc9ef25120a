internal import Memory

/// Reads lines of `option tcplog`, and `option tcplog clf`, whatever header stands before them.
struct TextLineReader: Sendable {
  private var dates: DateReader

  init(dates: DateReader) { self.dates = dates }

  /// Reads a line; where it is no record, what `record` holds means nothing.
  mutating func read(_ line: Span<UInt8>, into record: inout ReadRecord) -> LineKind {
    // The date in brackets is what each such line has: [23/Nov/2026:10:39:34.463]
    var from = 0
    while let open = Self.bracket(line, from: from) {
      if open &+ 26 <= line.count, line[open &+ 3] == UInt8(ascii: "/"),
        line[open &+ 7] == UInt8(ascii: "/"), line[open &+ 12] == UInt8(ascii: ":"),
        open > 1, line[open &- 1] == 0x20
      {
        if line[open &+ 25] == UInt8(ascii: "]") { return tcplog(line, open, &record) }
        if line[open &+ 21] == 0x20, line.has("] \"TCP \" ", at: open + 27) {
          return commonLog(line, open, &record)
        }
      }
      from = open &+ 1
    }
    return Self.isMessage(line) ? .message : .unknown
  }

  @inline(__always)
  private static func bracket(_ line: Span<UInt8>, from start: Int) -> Int? {
    var place = start
    // Eight bytes at a time: a byte of the difference is 0 where there is a bracket.
    while place &+ 8 <= line.count {
      let word = line.word(at: place) ^ 0x5B5B_5B5B_5B5B_5B5B
      let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
      if zeros != 0 { return place &+ zeros.trailingZeroBitCount / 8 }
      place &+= 8
    }
    while place < line.count {
      if line[place] == UInt8(ascii: "[") { return place }
      place &+= 1
    }
    return nil
  }

  /// `%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq`
  private mutating func tcplog(
    _ line: Span<UInt8>, _ open: Int, _ record: inout ReadRecord
  ) -> LineKind {
    guard Self.client(line, before: open &- 1, &record),
      let seconds = dates.common(line, at: open &+ 1, isUTC: false)
    else { return .unknown }
    var scanner = ByteScanner(line, at: open &+ 22)
    guard let milliseconds = scanner.number(), scanner.skip(UInt8(ascii: "]")), scanner.skip(0x20)
    else { return .unknown }
    record.acceptedMicroseconds = seconds &+ Int64(milliseconds % 1000) &* 1000
    let begin = scanner.place
    guard let frontend = scanner.range(until: 0x20) else { return .unknown }
    record.frontend = Self.withoutTilde(line, frontend)
    var isPartial = false
    var isIgnored = false
    guard let backend = scanner.range(until: UInt8(ascii: "/")),
      let server = scanner.range(until: 0x20),
      scanner.optionalNumber(&record.queueMicroseconds, hasPlus: &isIgnored),
      scanner.skip(UInt8(ascii: "/")),
      scanner.optionalNumber(&record.connectMicroseconds, hasPlus: &isIgnored),
      scanner.skip(UInt8(ascii: "/")),
      scanner.optionalNumber(&record.totalMicroseconds, hasPlus: &isPartial), scanner.skip(0x20),
      scanner.optionalNumber(&record.bytesOut, hasPlus: &isPartial), scanner.skip(0x20),
      scanner.place &+ 2 < line.count
    else { return Self.error(line, begin, &record) }
    record.backend = backend
    record.server = server
    record.cause = line[scanner.place]
    record.phase = line[scanner.place &+ 1]
    scanner.place &+= 2
    // HAProxy's cookie flags may follow the two letters (%tsc).
    if scanner.byte != 0x20 { _ = scanner.word() } else { scanner.place &+= 1 }
    guard Self.counts(&scanner, &record) else { return .unknown }
    Self.toMicroseconds(&record)
    record.event = isPartial ? .interim : .end
    return .record
  }

  /// `%ac/%fc/%bc/%sc/%rc`
  @inline(__always)
  private static func counts(
    _ scanner: inout ByteScanner, _ record: inout ReadRecord
  ) -> Bool {
    for _ in 0..<4 {
      guard scanner.number() != nil, scanner.skip(UInt8(ascii: "/")) else { return false }
    }
    record.isRedispatched = scanner.skip(UInt8(ascii: "+"))
    guard let retries = scanner.number() else { return false }
    record.retries = retries
    return true
  }

  @inline(__always)
  private static func toMicroseconds(_ record: inout ReadRecord) {
    record.queueMicroseconds = record.queueMicroseconds.map { $0 &* 1000 }
    record.connectMicroseconds = record.connectMicroseconds.map { $0 &* 1000 }
    record.totalMicroseconds = record.totalMicroseconds.map { $0 &* 1000 }
  }

  /// The client's address and port, which end before a place.
  @inline(__always)
  private static func client(
    _ line: Span<UInt8>, before end: Int, _ record: inout ReadRecord
  ) -> Bool {
    var place = end &- 1
    var port: UInt64 = 0
    var scale: UInt64 = 1
    while place >= 0, line[place] &- 0x30 < 10, scale < 10_000_000_000 {
      port &+= UInt64(line[place] &- 0x30) &* scale
      scale &*= 10
      place &-= 1
    }
    guard place > 0, scale > 1, line[place] == UInt8(ascii: ":") else { return false }
    let colon = place
    while place > 0, line[place &- 1] != 0x20 { place &-= 1 }
    guard place < colon else { return false }
    record.client = place..<colon
    record.clientPort = port
    return true
  }

  @inline(__always)
  private static func withoutTilde(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    line[range.upperBound &- 1] == UInt8(ascii: "~")
      ? range.lowerBound..<(range.upperBound &- 1) : range
  }

  /// `FRONTEND/BIND: MESSAGE`, as a connection leaves it that failed before its session began.
  private static func error(
    _ line: Span<UInt8>, _ begin: Int, _ record: inout ReadRecord
  ) -> LineKind {
    var scanner = ByteScanner(line, at: begin)
    guard let frontend = scanner.range(until: UInt8(ascii: "/")),
      let bind = scanner.range(until: 0x20), line[bind.upperBound - 1] == UInt8(ascii: ":")
    else { return .unknown }
    let (client, port, accepted) = (record.client, record.clientPort, record.acceptedMicroseconds)
    record = ReadRecord()
    record.event = .error
    (record.client, record.clientPort, record.acceptedMicroseconds) = (client, port, accepted)
    record.frontend = frontend
    return .record
  }

  /// What `option tcplog clf` makes; the fields are parted by spaces.
  private mutating func commonLog(
    _ line: Span<UInt8>, _ open: Int, _ record: inout ReadRecord
  ) -> LineKind {
    guard line.has(" - - ", at: open - 5),
      let seconds = dates.common(line, at: open + 1, isUTC: line.has("+0000", at: open + 22))
    else { return .unknown }
    var start = open - 5
    while start > 0, line[start - 1] != 0x20 { start -= 1 }
    record.client = start..<(open - 5)
    var scanner = ByteScanner(line, at: open + 36)
    var words: [Range<Int>] = []
    while scanner.place < line.count, words.count < 22 {
      let word = scanner.word()
      let isQuoted = word.count >= 2 && line[word.lowerBound] == UInt8(ascii: "\"")
      words.append(isQuoted ? (word.lowerBound + 1)..<(word.upperBound - 1) : word)
    }
    guard words.count == 22 else { return .unknown }
    func number(_ index: Int) -> UInt64? {
      var scanner = ByteScanner(line, at: words[index].lowerBound)
      _ = scanner.skip(UInt8(ascii: "+"))
      return scanner.number()
    }
    // 000 %B "" "" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U %ts-- %ac %fc %bc %sc %rc %sq %bq
    guard words[14].count >= 2, let milliseconds = number(5), !words[6].isEmpty else {
      return .unknown
    }
    record.bytesOut = number(1)
    record.clientPort = number(4)
    record.acceptedMicroseconds = seconds + Int64(milliseconds % 1000) * 1000
    record.frontend = Self.withoutTilde(line, words[6])
    (record.backend, record.server) = (words[7], words[8])
    record.queueMicroseconds = number(10)
    record.connectMicroseconds = number(11)
    record.totalMicroseconds = number(12)
    record.bytesIn = number(13)
    record.cause = line[words[14].lowerBound]
    record.phase = line[words[14].lowerBound + 1]
    record.isRedispatched = line[words[19].lowerBound] == UInt8(ascii: "+")
    record.retries = number(19) ?? 0
    Self.toMicroseconds(&record)
    record.event = line[words[12].lowerBound] == UInt8(ascii: "+") ? .interim : .end
    return .record
  }

  /// Whether the line is one that the proxy writes of itself and its servers.
  private static func isMessage(_ line: Span<UInt8>) -> Bool {
    var scanner = ByteScanner(line)
    // The text begins the line, or stands behind the tag of a header: `weir[7488]: `.
    var start = 0
    while scanner.place + 1 < line.count {
      if scanner.byte == UInt8(ascii: ":"), line[scanner.place + 1] == 0x20 {
        start = scanner.place + 2
        break
      }
      scanner.place += 1
    }
    for place in [0, start] {
      for text in [
        "Server ", "Proxy ", "Backup Server ", "backend ", "Health check ", "Connect from ",
        "sink ",
        "Connect() failed ", "Paused ", "Resumed ", "SIGHUP received", "Running on ",
      ] where line.has(text, at: place) {
        return true
      }
    }
    return false
  }
}
