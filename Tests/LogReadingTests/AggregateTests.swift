import LogReading
import Testing

@Suite("What is kept of a log")
struct AggregateTests {
  static func line(
    _ index: Int, client: String = "127.0.0.1", server: String = "s", state: String = "--",
    total: Int = 10
  ) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(client):\(index + 1) [23/Nov/2026:10:\(two(index / 60 % 60)):\(two(index % 60)).000]"
      + " f b/\(server) 1/2/\(total) 100 \(state) 1/1/1/1/0 0/0\n"
  }

  static func read(_ text: String, _ options: LogAggregate.Options = .init()) -> LogAggregate {
    var aggregate = LogAggregate(options: options)
    aggregate.read(Array(text.utf8).span, part: 0)
    aggregate.settle()
    return aggregate
  }

  static func report(_ aggregate: LogAggregate, verifies: Bool = false) -> LogReport {
    LogReport(
      aggregate, source: .init(names: ["x"], elapsedMicroseconds: 1, parts: []), top: 20,
      verifies: verifies)
  }

  @Test("Connections are counted by state, server, client and time")
  func counting() {
    var text = ""
    for index in 0..<120 {
      text += Self.line(
        index, client: "10.0.0.\(index % 3)", server: index % 2 == 0 ? "a" : "c",
        state: index % 10 == 0 ? "sD" : "--", total: index)
    }
    let aggregate = Self.read(text)
    #expect(aggregate.ended == 120 && aggregate.errors == 12 && aggregate.unknown == 0)
    #expect(aggregate.stateCounts.map(\.letters) == ["--", "sD"])
    #expect(aggregate.stateCounts.map(\.count) == [108, 12])
    #expect(aggregate.servers.top(5).map(\.name) == ["b/a", "b/c"])
    #expect(aggregate.servers.top(5).map(\.tally.errors) == [12, 0])
    #expect(aggregate.clients.top(5).map(\.tally.connections) == [40, 40, 40])
    #expect(aggregate.totals.quantile(0.25) == 29_000)
    let slowest = aggregate.slowest.map(\.totalMicroseconds)
    #expect(slowest == [119_000, 118_000, 117_000, 116_000, 115_000])
    #expect(aggregate.bytesOut == 12_000)
    let (_, width, buckets) = aggregate.rates.fitted(to: 12)
    #expect(width == 10_000 && buckets.map(\.connections) == Array(repeating: 10, count: 12))
    #expect(buckets.map(\.errors).reduce(0, +) == 12)
  }

  @Test("Interim lines, errors and messages are no connections that ended")
  func others() {
    let text =
      Self.line(0) + "127.0.0.1:1 [23/Nov/2026:10:39:34.463] f b/s 1/0/+9 +0 -- 1/1/0/0/0 0/0\n"
      + "127.0.0.1:9 [23/Nov/2026:10:39:34.463] f/1: SSL handshake failure\n"
      + "Server b/s is DOWN\nnonsense\n\n"
    var options = LogAggregate.Options()
    options.unparsed = 5
    let aggregate = Self.read(text, options)
    #expect(aggregate.ended == 1 && aggregate.unfinished == 1 && aggregate.refused == 1)
    #expect(aggregate.messages == 1 && aggregate.unknown == 1 && aggregate.lines == 6)
    #expect(aggregate.unparsed.map(\.text) == ["nonsense"])
    #expect(aggregate.unparsed.map(\.line) == [4])
    #expect(aggregate.stateCounts.map(\.count) == [1])
  }

  @Test("Parts read apart and merged, in any order, tell what the whole tells")
  func merging() {
    let lines = (0..<900).map {
      Self.line($0 * 7, client: "10.0.\($0 % 9).1", state: $0 % 5 == 0 ? "CD" : "--", total: $0)
    }
    var parts = stride(from: 0, to: 900, by: 100).map { Self.read(lines[$0..<($0 + 100)].joined()) }
    parts.swapAt(0, 7)
    parts.swapAt(2, 4)
    var merged = parts[0]
    for part in parts.dropFirst() { merged.merge(part) }
    merged.settle()
    #expect(Self.report(merged).json == Self.report(Self.read(lines.joined())).json)
  }

  @Test("Filters let pass what they name and nothing else")
  func filters() {
    var text = ""
    for index in 0..<60 {
      text += Self.line(
        index, client: index < 30 ? "10.1.2.3" : "2001:db8::\(index)",
        server: index % 2 == 0 ? "a" : "c", state: index % 3 == 0 ? "sD" : "CD")
    }
    func count(_ change: (inout LogFilter) -> Void) -> UInt64 {
      var options = LogAggregate.Options()
      options.datesAreLocal = false
      change(&options.filter)
      let aggregate = Self.read(text, options)
      #expect(aggregate.ended + aggregate.filtered == 60)
      return aggregate.ended
    }
    #expect(count { _ in } == 60)
    #expect(count { $0.servers = ["a"] } == 30)
    #expect(count { $0.servers = ["b/c", "x/a"] } == 30)
    #expect(count { $0.servers = ["ab"] } == 0)
    #expect(count { $0.frontends = ["f"] } == 60)
    #expect(count { $0.backends = ["f"] } == 0)
    #expect(count { $0.states = [Array("sD".utf8)] } == 20)
    #expect(count { $0.states = [Array("?D".utf8)] } == 60)
    #expect(count { $0.clients = [AddressBlock("10.1.0.0/16")].compactMap { $0 } } == 30)
    #expect(count { $0.clients = [AddressBlock("2001:db8::/64")].compactMap { $0 } } == 30)
    #expect(count { $0.clients = [AddressBlock("10.1.2.4")].compactMap { $0 } } == 0)
    let begin: Int64 = 1_795_428_000_000_000
    #expect(count { $0.since = begin + 10_000_000 } == 50)
    #expect(count { $0.until = begin + 10_000_000 } == 10)
    #expect(AddressBlock("10.1.2") == nil && AddressBlock("10.1.2.3/33") == nil)
  }

  @Test("Frequent clients stay when there are more than there is room for, and the error is told")
  func heavyHitters() {
    var text = ""
    var aggregate = LogAggregate()
    for index in 0..<80_000 {
      text += Self.line(index, client: "10.\(index >> 16).\(index >> 8 & 255).\(index & 255)")
      if index % 10 == 0 { text += Self.line(index, client: "192.0.2.1") }
      if index % 8000 == 7999 {
        aggregate.read(Array(text.utf8).span, part: 0)
        text = ""
      }
    }
    let clients = aggregate.clients
    #expect(clients.count <= 65_536 && clients.error > 0)
    let first = clients.top(1)
    #expect(first.first?.name == "192.0.2.1")
    #expect((first.first?.tally.connections ?? 0) + clients.error >= 8000)
  }

  @Test("Rates keep their sum whatever the time between connections")
  func rates() {
    var aggregate = LogAggregate()
    for (index, day) in ["01", "28", "15", "02", "28"].enumerated() {
      for year in [2026, 1999, 2031] {
        let text =
          "1.1.1.1:1 [\(day)/Feb/\(year):0\(index):00:00.000] f b/s 1/2/3 4 -- 1/1/1/1/0 0/0\n"
        aggregate.read(Array(text.utf8).span, part: 0)
      }
    }
    let (_, _, buckets) = aggregate.rates.fitted(to: 60)
    #expect(buckets.count <= 60 && buckets.map(\.connections).reduce(0, +) == 15)
  }
}

@Suite("Numbers of records")
struct SequenceTests {
  static func read(_ numbers: [UInt64], boot: String = "b00") -> LogAggregate {
    AggregateTests.read(
      numbers.map {
        #"{"client":"::1","ts":"--","Tt":1,"sequence":\#($0),"boot_id":"\#(boot)"}"# + "\n"
      }.joined())
  }

  @Test("Gaps and doubles are found, in whatever order records come")
  func gaps() throws {
    let check = try #require(Self.read([5, 1, 2, 9, 3, 2, 7, 8, 8, 20]).sequences["b00"])
    #expect(check.first == 1 && check.last == 20)
    #expect(check.gaps(10) == [4...4, 6...6, 10...19])
    #expect(check.missing == 12 && check.gapCount == 3)
    #expect(check.doubles == 2 && check.someDoubles.sorted() == [2, 8])
  }

  @Test("Each run of the process has numbers of its own")
  func runs() {
    var aggregate = Self.read([1, 2, 3], boot: "one")
    aggregate.merge(Self.read([1, 2, 4], boot: "two"))
    aggregate.merge(Self.read([4, 5], boot: "one"))
    #expect(aggregate.sequences["one"]?.missing == 0)
    #expect(aggregate.sequences["one"]?.doubles == 0)
    #expect(aggregate.sequences["two"]?.missing == 1)
  }

  @Test("Parts that overlap tell their doubles when they are merged")
  func overlapping() {
    var aggregate = Self.read(Array(1...100))
    aggregate.merge(Self.read(Array(90...120)))
    #expect(aggregate.sequences["b00"]?.doubles == 11)
    #expect(aggregate.sequences["b00"]?.missing == 0)
  }

  @Test("Every other record missing is counted, beyond the gaps that there is room for")
  func many() {
    let check = Self.read((0..<70_000).map { $0 * 2 + 1 }).sequences["b00"]
    #expect(check?.missing == 69_999 && check?.gapCount == 69_999)
  }

  @Test("Text lines bear no numbers")
  func text() {
    let aggregate = AggregateTests.read(AggregateTests.line(1))
    #expect(AggregateTests.report(aggregate, verifies: true).completeness == .unknown)
    #expect(aggregate.unnumbered == 1)
  }
}
