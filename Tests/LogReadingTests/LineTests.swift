import LogReading
import Testing

/// What a line says, with its texts taken out.
struct Line: Equatable {
  var kind: LineKind
  var event: ReadRecord.Event
  var client: String
  var port: UInt64?
  var frontend: String
  var backend: String
  var server: String
  var state: String
  var accepted: Int64?
  /// Queue, connect, total in µs.
  var times: [UInt64?]
  var bytes: UInt64?
  var sequence: UInt64?
  var boot: String
  var retries: UInt64

  /// Reads a line, dates without a zone being of UTC.
  init(_ text: String) {
    var reader = LogLineReader(datesAreLocal: false)
    var record = ReadRecord()
    let bytes = Array(text.utf8)
    kind = reader.read(bytes.span, into: &record)
    event = record.event
    func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    client = part(record.client)
    port = record.clientPort
    frontend = part(record.frontend)
    backend = part(record.backend)
    server = part(record.server)
    boot = part(record.boot)
    state = record.cause == 0 ? "" : String(decoding: [record.cause, record.phase], as: UTF8.self)
    accepted = record.acceptedMicroseconds
    times = [record.queueMicroseconds, record.connectMicroseconds, record.totalMicroseconds]
    self.bytes = record.bytesOut
    sequence = record.sequence
    retries = record.retries
  }
}

@Suite("Lines of logs")
struct LineTests {
  static let text =
    "127.0.0.1:45344 [23/Nov/2026:10:39:34.463] psql~ psql_nodes/node1 0/1/12 455 CD 3/3/2/1/+2 0/7"
  static let accepted: Int64 = 1_795_430_374_463_000

  @Test(
    "tcplog is read behind any header",
    arguments: [
      "", "<134>Nov 23 10:39:34 weir[7488]: ", "Nov 23 10:39:34 weir01 weir[7488]: ",
      "<158>1 2026-11-23T10:39:34.463+00:00 host weir 7488 - - ",
      "2026-11-23T10:39:34.463512+00:00 host haproxy[12]: ", "<6> ",
      "<158>1 2026-11-23T10:39:34.463+00:00 host weir 7488 - [ex@1 fe=\"a b\"] ",
    ])
  func headers(_ header: String) {
    let line = Line(header + Self.text)
    #expect(line.kind == .record && line.event == .end)
    #expect(line.client == "127.0.0.1" && line.port == 45344)
    #expect(line.frontend == "psql" && line.backend == "psql_nodes" && line.server == "node1")
    #expect(line.accepted == Self.accepted && line.times == [0, 1000, 12_000])
    #expect(line.bytes == 455 && line.state == "CD" && line.retries == 2)
  }

  @Test("-1 is no time, and IPv6 addresses and <NOSRV> are read")
  func unknown() {
    let line = Line(
      "2001:db8::7:45344 [29/Feb/2028:23:59:59.999] f b/<NOSRV> -1/-1/5000 0 sQ 3/3/2/1/0 0/7")
    #expect(line.kind == .record && line.client == "2001:db8::7" && line.server == "<NOSRV>")
    #expect(line.times == [nil, nil, 5_000_000] && line.accepted == 1_835_481_599_999_000)
  }

  @Test("A plus before total time or bytes tells that the connection goes on")
  func partial() {
    for numbers in ["1/0/+0 +0", "1/0/+40 12"] {
      let line = Line("127.0.0.1:1 [23/Nov/2026:10:39:34.463] f b/s \(numbers) -- 1/1/0/0/0 0/0")
      #expect(line.kind == .record && line.event == .interim, "\(numbers)")
    }
  }

  @Test("A connection that failed before its session is an error")
  func errors() {
    let line = Line("127.0.0.1:9 [23/Nov/2026:10:39:34.463] pp/1: SSL handshake failure")
    #expect(line.kind == .record && line.event == .error && line.frontend == "pp")
  }

  @Test("The common log format is read")
  func commonLog() {
    let line = Line(
      "w[1]: 127.0.0.1 - - [23/Nov/2026:10:39:34 +0000] \"TCP \" 000 4 \"\" \"\" 49508 463 \"clf\" "
        + "\"normal\" \"s\" 0 1 0 3 4 CD-- 1 1 0 0 0 0 0 \"\" \"\" ")
    #expect(line.kind == .record && line.frontend == "clf" && line.backend == "normal")
    #expect(line.client == "127.0.0.1" && line.port == 49508 && line.accepted == Self.accepted)
    #expect(line.times[2] == 3000 && line.bytes == 4 && line.state == "CD" && line.server == "s")
  }

  @Test(
    "The same is read of every structured format",
    arguments: [
      #"@cee: {"time":"2026-11-23T10:39:34.463Z","event":"connection.end","client_address":"127.0.0.1","client_port":45344,"frontend":"psql","backend":"psql_nodes","server":"node1","termination":"CD","time_queue_usec":0,"time_connect_usec":1000,"time_total_usec":12000,"bytes_out":455,"retries":2,"sequence":7,"boot_id":"b00"}"#,
      #"<134>Nov 23 10:39:34 weir[1]: {"Timestamp":"2026-11-23T11:39:34.463000000+01:00","Body":"127.0.0.1:1 [x] é \" {","Resource":{"service.name":"weir"},"Attributes":{"event.name":"weir.connection.end","client.address":"127.0.0.1","client.port":45344,"weir.frontend":"psql","weir.backend":"psql_nodes","weir.server":"node1","weir.termination.state":"CD","weir.time.queue":0,"weir.time.connect":1000,"weir.time.total":12000,"weir.bytes.sent":455,"weir.retries":2,"weir.sequence":7,"weir.boot_id":"b00"}}"#,
      #"{"@timestamp":"2026-11-23T10:39:34.463Z","event":{"action":"connection.end","duration":12000000,"sequence":7,"category":["network",["x"]]},"source":{"ip":"127.0.0.1","port":45344},"haproxy":{"frontend_name":"psql","backend_name":"psql_nodes","server_name":"node1","total_waiting_time_ms":0,"connection_wait_time_ms":1,"termination_state":"CD","connections":{"retries":2}},"destination.bytes":455,"weir.boot_id":"b00"}"#,
      #"time=2026-11-23T10:39:34.463Z level=info event=connection.end client=127.0.0.1 client_port=45344 frontend=psql backend=psql_nodes server=node1 termination=CD queue_ms=0 connect_ms=1 total_ms=12 bytes_out=455 retries=2 sequence=7 boot_id=b00 message="a \"b\" state=--""#,
      #"w: 2026-11-23T10:39:34.463Z,connection.end,7,b00,127.0.0.1,45344,psql,psql_nodes,node1,10.0.0.1,5432,0,1,11,12,3,455,CD,"client, ""aborted""",,2,,1,1,1,1,0,0,host,1,info,3,,,text"#,
      #"<158>1 2026-11-23T10:39:34.463Z h weir 1 - [weir@32473 event="connection.end" sequence="7" boot_id="b00" accepted="2026-11-23T10:39:34.463Z" client_address="127.0.0.1" client_port="45344" frontend="psql" backend="psql_nodes" server="node1" time_queue="0" time_connect="1000" time_total="12000" bytes_out="455" termination="CD" reason="a \"\]" retries="2"] text"#,
    ])
  func structured(_ text: String) {
    let line = Line(text)
    #expect(line.kind == .record && line.event == .end)
    #expect(line.client == "127.0.0.1" && line.port == 45344)
    #expect(line.frontend == "psql" && line.backend == "psql_nodes" && line.server == "node1")
    #expect(line.accepted == Self.accepted && line.times == [0, 1000, 12_000])
    #expect(line.bytes == 455 && line.state == "CD" && line.retries == 2)
    #expect(line.sequence == 7 && line.boot == "b00")
  }

  @Test("Items that people name after HAProxy's aliases are read, in milliseconds")
  func aliases() {
    let line = Line(
      #"{"ci": "127.0.0.1", "cp": 45344, "ft": "psql~", "b": "be", "s": "s", "Tw": -1, "Tc": 1, "#
        + #""Tt": 12, "B": 455, "ts": "CD", "t": "23/Nov/2026:10:39:34.463"}"#)
    #expect(line.kind == .record && line.frontend == "psql" && line.state == "CD")
    #expect(line.times == [nil, 1000, 12_000] && line.accepted == Self.accepted)
  }

  @Test("Events that are no end of a connection are told apart")
  func events() {
    for (name, event) in [("interim", ReadRecord.Event.interim), ("start", .start)] {
      let line = Line(#"{"event":"connection.\#(name)","client_address":"::1","termination":"--"}"#)
      #expect(line.kind == .record && line.event == event)
    }
    let down = Line(#"{"event":"server.down","server":"s","sequence":9}"#)
    #expect(down.kind == .message && down.sequence == 9)
    #expect(Line("<129>Nov 23 10:39:34 weir[1]: Server be/s is DOWN, reason: x").kind == .message)
  }

  @Test(
    "What is no record is none, and nothing traps",
    arguments: [
      "", " ", "[", "hello", "{", "{}", "{\"", "{\"a\":", "{\"a\":{\"b\":[1,2", "x=", "=", "a=\"",
      "127.0.0.1:1 [23/Nov/2026:10:39:34.463]", "127.0.0.1:1 [23/Nov/2026:10:39:34.463] f b/s 1/",
      "127.0.0.1:1 [23/Foo/2026:10:39:34.463] f b/s 1/1/1 1 -- 1/1/1/1/1 0/0",
      "127.0.0.1 [23/Nov/2026:10:39:34.463] f b/s 1/1/1 1 -- 1/1/1/1/1 0/0",
      "[weir@1", "[weir@1 a", "[weir@1 a=\"", "2026-11-23T10:39:34Z,", "\"TCP \" - - [",
      "1.1.1.1:1 [23/Nov/2026:10:39:34.463] f b/s 99999999999999999999/1/1 1 -- 1/1/1/1/1 0/0",
    ])
  func nonsense(_ text: String) { #expect(Line(text).kind == .unknown) }

  @Test("A good line cut anywhere, or with any byte changed, never traps")
  func damage() {
    let bytes = Array(Self.text.utf8)
    var reader = LogLineReader()
    var record = ReadRecord()
    var understood = 0
    for index in bytes.indices {
      if reader.read(bytes.span.extracting(0..<index), into: &record) == .record { understood += 1 }
      for byte in [0, 0x20, 0x2F, 0x30, 0x3A, 0x5B, 0x7B, 0xFF] as [UInt8] {
        var changed = bytes
        changed[index] = byte
        _ = reader.read(changed.span, into: &record)
      }
    }
    // The places in queues stand last; nothing before them can be left out.
    #expect(understood < 6)
  }
}
