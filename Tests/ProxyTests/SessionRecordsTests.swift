import Kernel
import LogRecords
import Testing

@testable import Proxy

/// The records of a connection's steps, and of one that stays open.
@Suite struct SessionRecordsTests {
  /// What tells a record from the others of its connection.
  private struct Moment: Equatable, CustomStringConvertible {
    var event: ConnectionRecord.Event
    var origin: ConnectionRecord.Origin
    var description: String { "\(event) \(origin)" }

    init(_ event: ConnectionRecord.Event, _ origin: ConnectionRecord.Origin) {
      self.event = event
      self.origin = origin
    }

    init(_ record: ConnectionRecord) { self.init(record.event, record.origin) }
  }

  /// A connection that goes over and ends, with these settings of its frontend, and its records.
  private func records(
    _ count: Int, speaks: Bool = true, _ configure: (inout FrontendSettings) -> Void
  ) throws -> [ConnectionRecord] {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) { configure(&$0.frontends[0]) }
    let client = try fixture.connect()
    let end = try server.accept()
    if speaks {
      try client.send("question")
      #expect(try end.receiveText(8) == "question")
      try end.send("answer")
      #expect(try client.receiveText(6) == "answer")
    }
    client.close()
    #expect(try end.receiveRest() == "")
    end.close()
    try fixture.waitUntilEmpty()
    fixture.stop()
    let records = fixture.records
    #expect(records.count == count)
    return records
  }

  @Test("each listed step makes one record, with what is known then and no `+`")
  func steps() throws {
    let records = try records(3) {
      $0.logSteps = [.accept, .connect, .close]
      $0.logsAsSoonAsPossible = true
    }
    guard records.count == 3 else { return }
    #expect(
      records.map(Moment.init) == [
        Moment(.start, .accept), Moment(.interim, .connect), Moment(.end, .close),
      ])
    #expect(records.map { $0.queueMicroseconds != nil } == [false, true, true])
    #expect(records.map { $0.connectMicroseconds != nil } == [false, true, true])
    #expect(records.map(\.bytesFromServer) == [0, 0, 6])
    #expect(records.map(\.isPartial) == [false, false, false])
    #expect(records.map(\.letters) == ["--", "--", "--"])
    #expect(records.map { $0.backend != nil } == [false, true, true])
    #expect(records.map(\.backendConnections) == [0, 1, 0])
    #expect(Set(records.map(\.connection)).count == 1)
  }

  @Test(
    "steps that are not listed make none",
    arguments: [
      ([FrontendSettings.LogStep.connect], [Moment(.start, .connect)]),
      ([.close], [Moment(.end, .close)]),
      ([.accept, .close], [Moment(.start, .accept), Moment(.end, .close)]),
      ([], []),
    ])
  private func some(steps: [FrontendSettings.LogStep], expected: [Moment]) throws {
    let records = try records(expected.count) { $0.logSteps = Set(steps) }
    #expect(records.map(Moment.init) == expected)
  }

  @Test("without steps one record is made, when the line is known")
  func moment() throws {
    let moments: [(FrontendSettings.LineMoment, Bool, Moment, Bool)] = [
      (.accept, false, Moment(.start, .accept), false),
      (.accept, true, Moment(.start, .accept), false),
      (.connect, false, Moment(.start, .connect), false),
      (.close, true, Moment(.start, .connect), true),
      (.close, false, Moment(.end, .close), false),
    ]
    for (moment, asSoonAsPossible, expected, isPartial) in moments {
      let records = try records(1) {
        $0.lineMoment = moment
        $0.logsAsSoonAsPossible = asSoonAsPossible
      }
      #expect(records.map(Moment.init) == [expected])
      #expect(records.map(\.isPartial) == [isPartial])
    }
  }

  @Test("`dontlog-normal` leaves out every step while nothing failed, `dontlognull` the empty end")
  func leftOut() throws {
    let normal = try records(0) {
      $0.logSteps = [.accept, .connect, .close]
      $0.skipsNormalConnections = true
    }
    #expect(normal.isEmpty)
    let empty = try records(2, speaks: false) {
      $0.logSteps = [.accept, .connect, .close]
      $0.skipsEmptyConnections = true
    }
    #expect(empty.map(\.origin) == [.accept, .connect])
    // A line that is made at accept because there is no format is HAProxy's own.
    let plain = try records(1) {
      $0.lineMoment = .accept
      $0.skipsNormalConnections = true
    }
    #expect(plain.map(\.origin) == [.accept])
  }

  @Test("a connection that fails after a normal beginning has its end under `dontlog-normal`")
  func failure() throws {
    let nobody = try RefusingAddress()
    let fixture = try WorkerFixture(servers: [nobody.address]) {
      $0.frontends[0].logSteps = [.accept, .connect, .close]
      $0.frontends[0].skipsNormalConnections = true
      $0.backends[0].retries = 0
    }
    let client = try fixture.connect()
    #expect(try client.receiveRest() == "")
    let record = try fixture.record()
    #expect(Moment(record) == Moment(.end, .close))
    #expect(record.letters == "SC")
  }

  @Test("a header that fails makes an error at any steps, and one that comes the accept after it")
  func header() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.frontends[0].logSteps = [.accept]
      $0.frontends[0].listeners[0].acceptsProxyProtocol = true
    }
    let stranger = try fixture.connect()
    try stranger.send("GET / HTTP/1.0\r\n\r\n")
    #expect(try fixture.records(1).map(Moment.init) == [Moment(.error, .sessionError)])
    let client = try fixture.connect()
    try client.send("PROXY TCP4 192.0.2.7 192.0.2.8 1234 5678\r\n")
    _ = try server.accept()
    let records = try fixture.records(2)
    #expect(Moment(records[1]) == Moment(.start, .accept))
    #expect(records[1].client == .ipv4(0xC000_0207, port: 1234))
  }

  @Test("an open connection tells of itself every interval, with the bytes so far, and ends once")
  func interim() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.frontends[0].logIntervalMilliseconds = 30
    }
    let client = try fixture.connect()
    let end = try server.accept()
    try client.send("question")
    #expect(try end.receiveText(8) == "question")
    let first = try fixture.records(3)
    try end.send("answer")
    #expect(try client.receiveText(6) == "answer")
    let count = fixture.records.count
    let more = try fixture.records(count + 2)
    client.close()
    end.close()
    try fixture.waitUntilEmpty()
    fixture.stop()
    let records = fixture.records
    let interims = records.dropLast()
    #expect(interims.allSatisfy { Moment($0) == Moment(.interim, .interim) && $0.isPartial })
    #expect(records.last.map(Moment.init) == Moment(.end, .close))
    #expect(records.last?.isPartial == false)
    #expect(first.last?.bytesFromServer == 0)
    #expect(more.last?.bytesFromServer == 6)
    #expect(more.last?.bytesFromClient == 8)
    #expect(interims.map(\.letters).allSatisfy { $0 == "--" })
    // The rhythm is kept: two in a row are an interval apart, but for how late a turn comes.
    let times = first.map(\.totalMicroseconds)
    #expect(times[2] - times[0] >= 45_000, "\(times)")
    #expect(first[0].totalMicroseconds < 10_000_000)
  }

  @Test("who waits for a server tells of itself, and its end tells the wait as it was")
  func interimInQueue() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.frontends[0].logIntervalMilliseconds = 20
      $0.frontends[0].clientTimeoutMilliseconds = 400
      $0.backends[0].servers[0].connectionLimit = 1
      $0.backends[0].queueTimeoutMilliseconds = 60_000
    }
    let holder = try fixture.connect()
    _ = try server.accept()
    let waiting = try fixture.connect()
    let end = try waitFor("the end of who waits") {
      fixture.records.first { $0.event == .end && $0.letters == "cQ" }
    }
    let interims = fixture.records.filter {
      $0.event == .interim && $0.connection == end.connection
    }
    #expect(interims.count >= 3)
    #expect(interims.allSatisfy { $0.queueMicroseconds != nil && $0.connectMicroseconds == nil })
    // HAProxy tells no time in the queue where the client's own time was over.
    #expect(end.queueMicroseconds == nil)
    holder.close()
    waiting.close()
  }

  @Test("`dontlognull` leaves open connections out that nothing came from")
  func interimOfEmpty() throws {
    let server = try PeerListener()
    let fixture = try WorkerFixture(servers: [server.address]) {
      $0.frontends[0].logIntervalMilliseconds = 10
      $0.frontends[0].skipsEmptyConnections = true
    }
    let empty = try fixture.connect()
    let silent = try server.accept()
    let client = try fixture.connect()
    let end = try server.accept()
    try client.send("x")
    #expect(try end.receiveText(1) == "x")
    let records = try fixture.records(5)
    #expect(Set(records.map(\.connection)) == [2])
    empty.close()
    silent.close()
  }

  @Test("connections of one moment tell of themselves evenly over the interval")
  func spread() {
    var settings = FrontendSettings(name: "f", identifier: 2)
    settings.logIntervalMilliseconds = 60_000
    let plan = RecordPlan(settings)
    for start in [UInt64(1), 123_456_789, UInt64(UInt32.max) - 5000, 1 << 40] {
      var seconds = [Int](repeating: 0, count: 60)
      for connection in start..<start + 10_000 {
        let due = plan.firstInterim(of: connection, from: 1_000_000, interval: 60_000)
        #expect(due > 1_000_000 && due <= 1_060_000)
        seconds[Int((due - 1_000_001) / 1000)] += 1
      }
      // Evenly it would be 166.7 in each second.
      #expect((seconds.min() ?? 0) >= 160 && (seconds.max() ?? .max) <= 174, "\(seconds)")
    }
  }
}
