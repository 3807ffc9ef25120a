import Kernel
import LogRecords
import Testing

@Suite("Aliases of log-format")
struct AliasTests {
  @Test("Each alias stands at its place in the table, under a name of its own")
  func table() {
    for alias in FormatAlias.allCases {
      #expect(alias.description.alias == alias)
      #expect(FormatAlias(name: alias.description.name) == alias)
    }
    #expect(Set(FormatAlias.table.map(\.name)).count == FormatAlias.allCases.count)
  }

  @Test(
    "Each alias prints what HAProxy prints",
    arguments: [
      ("%B", "4096"), ("%U", "120"), ("%H", "db.example"), ("%ID", "-"), ("%OG", "txn_close"),
      ("%ST", "0"), ("%T", "23/Nov/2026:10:39:34 +0000"), ("%Tc", "1"), ("%Td", "2498"),
      ("%Th", "0"), ("%Ts", "1795430374"), ("%Tt", "2500"), ("%Tu", "2500"), ("%Tw", "1"),
      ("%ac", "5"), ("%fc", "4"), ("%bc", "3"), ("%sc", "2"), ("%rc", "1"), ("%sq", "6"),
      ("%bq", "7"), ("%ci", "127.0.0.1"), ("%cp", "45344"), ("%fi", "127.0.0.1"),
      ("%fp", "5000"), ("%bi", "127.0.0.1"), ("%bp", "60206"), ("%si", "192.168.1.1"),
      ("%sp", "5432"), ("%f", "f"), ("%ft", "f"), ("%b", "b"), ("%s", "s"), ("%lc", "9"),
      ("%rt", "38"), ("%ms", "463"), ("%pid", "7488"), ("%sslv", "-"), ("%sslc", "-"),
      ("%ts", "--"), ("%tsc", "----"), ("%hr", ""), ("%hs", ""), ("%hrl", ""), ("%hsl", ""),
      ("%o", ""), ("%%", "%"),
    ])
  func alone(format: String, expected: String) {
    #expect(Samples.line(format) == expected)
  }

  @Test(
    "What means something in HTTP mode alone prints what HAProxy prints in TCP mode",
    arguments: [
      ("%CC", "-"), ("%CS", "-"), ("%HM", "<BADREQ>"), ("%HP", "<BADREQ>"), ("%HPO", "<BADREQ>"),
      ("%HQ", "<BADREQ>"), ("%HU", "<BADREQ>"), ("%HV", "<BADREQ>"), ("%r", "<BADREQ>"),
      ("%Ta", "-1"), ("%Ti", "-1"), ("%Tq", "-1"), ("%TR", "-1"), ("%Tr", "-1"),
      ("%trg", "23/Nov/2026:10:39:34 +0000"),
    ])
  func http(format: String, expected: String) throws {
    #expect(Samples.line(format) == expected)
    #expect(try FormatProgram(compiling: format).warnings.count == 1)
  }

  @Test("Local dates have the offset of the time zone, and agree with the date in UTC")
  func localDates() {
    let time = CalendarTime(local: Int64(Samples.accepted / 1_000_000_000))
    #expect(Samples.line("%t").hasSuffix(".463"))
    #expect(Samples.line("%t").utf8.count == 24)
    #expect(Samples.line("%tr") == Samples.line("%t"))
    #expect(Samples.line("%trl") == Samples.line("%Tl"))
    if time.offsetSeconds == 0 {
      #expect(Samples.line("%Tl") == Samples.line("%T"))
      #expect(Samples.line("%t") == "23/Nov/2026:10:39:34.463")
    }
  }

  @Test("X prints addresses, ports and some numbers in hexadecimal")
  func hexadecimal() {
    #expect(
      Samples.line("%{+X}ci:%{+X}cp %{+X}fi:%{+X}fp %{+X}Ts %{+X}rt %{+X}pid %{+X}ms %{+X}lc")
        == "7F000001:B120 7F000001:1388 6B0417E6 0026 1D40 1CF 0009")
    #expect(Samples.line("%{+X}bi %{+X}si %{+X}B %{+X}ac") == "7F000001 C0A80101 4096 5")
    var record = Samples.record
    record.client = .ipv6(high: 0x2001_0db8_0000_0000, low: 1, port: 1)
    #expect(Samples.line("%{+X}ci:%{+X}cp", record) == "20010DB8000000000000000000000001:0001")
  }

  @Test("Q quotes text and addresses, and leaves numbers, dates and states alone")
  func quoted() {
    #expect(
      Samples.line("%{+Q}b %{+Q}s %{+Q}f %{+Q}ft %{+Q}ci %{+Q}cp %{+Q}Tt %{+Q}ts %{+Q}H")
        == "\"b\" \"s\" \"f\" \"f\" \"127.0.0.1\" 45344 2500 -- \"db.example\"")
    #expect(Samples.line("%{+Q}T") == "23/Nov/2026:10:39:34 +0000")
    #expect(Samples.line("%{+Q}ID %{+Q}sslv %{+Q}rc %{+Q}B") == "\"\" \"\" 1 4096")
    #expect(Samples.line("%{+Q,+X}o %ci %cp") == "7F000001 B120")
  }

  @Test("Flags of %o hold for all that follows, and an item's own flags for itself")
  func shared() {
    #expect(
      Samples.line("%{+Q}o a %ci %{-Q}cp %B [%b] %ts %{-Q}ci %ci")
        == "a \"127.0.0.1\" 45344 4096 [\"b\"] -- 127.0.0.1 \"127.0.0.1\"")
    #expect(Samples.line("%{+X}o %ci %{-X}o%ci") == "7F000001 127.0.0.1")
  }

  @Test("Runs of spaces merge to one, also around what prints nothing; none begins a line")
  func spaces() {
    #expect(Samples.line("  %ci   %cp  ") == "127.0.0.1 45344 ")
    #expect(Samples.line("%ci %hr %hs %cp") == "127.0.0.1 45344")
    #expect(Samples.line("%{+Q}o %{-Q}ci") == "127.0.0.1")
    #expect(Samples.line("%ci\t%cp") == "127.0.0.1\t45344")
    #expect(Samples.line("a  ", kind: .structuredData) == "a")
  }

  @Test("A connection that never reached a server has -1, <NOSRV> and no server addresses")
  func unreached() {
    var record = Samples.record
    record.server = nil
    record.sourceAddress = .none
    record.serverAddress = .none
    record.connectMicroseconds = nil
    record.dataMicroseconds = nil
    record.queueMicroseconds = 201_000
    record.totalMicroseconds = 200_900
    record.cause = .clientAbort
    record.phase = .queue
    #expect(
      Samples.line("%s %Tw/%Tc/%Td/%Tt %ts %bi:%bp %si:%sp", record)
        == "<NOSRV> 201/-1/-1/200 CQ -:- -:-")
    record.queueMicroseconds = nil
    record.backend = nil
    #expect(Samples.line("%b/%s %Tw/%Tc/%Tt", record) == "f/<NOSRV> -1/-1/200")
  }

  @Test("A line made before the end bears a + on what goes on growing")
  func partial() {
    var record = Samples.record
    record.isPartial = true
    record.isRedispatched = true
    #expect(
      Samples.line("%Th/%Tw/%Tc/%Td/%Tt/%Tu %B %U %rc", record)
        == "0/1/1/2498/+2500/+2500 +4096 120 +1")
  }

  @Test("A UNIX socket's client is unix, its port the number of the listener")
  func unix() {
    var record = Samples.record
    record.client = Endpoint(family: .unix)
    record.frontendAddress = Endpoint(family: .unix)
    record.listener = 1
    #expect(Samples.line("%ci:%cp %fi:%fp", record) == "unix:77 unix:77")
    #expect(Samples.line("%{+X}ci:%{+X}cp %{+Q}ci", record) == "unix:004D \"unix\"")
    #expect(Samples.line("%[src] %[src_port]", record) == "- -")
  }

  @Test("Termination causes and phases print their letters")
  func termination() {
    var record = Samples.record
    let letters = TerminationCause.allCases.map { cause in
      record.cause = cause
      return Samples.line("%ts", record)
    }
    #expect(
      letters == ["--", "L-", "c-", "C-", "s-", "S-", "P-", "R-", "I-", "D-", "U-", "K-"])
    record.cause = .none
    let phases = TerminationPhase.allCases.map { phase in
      record.phase = phase
      return Samples.line("%ts", record)
    }
    #expect(phases == ["--", "-R", "-Q", "-C", "-D", "-L"])
  }

  @Test("Milliseconds of the parts are their sum, whatever the microseconds")
  func sums() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<1000 {
      var record = Samples.record
      let parts = (0..<4).map { _ in Int64.random(in: 0...5_000, using: &generator) }
      record.handshakeMicroseconds = parts[0]
      record.queueMicroseconds = parts[1]
      record.connectMicroseconds = parts[2]
      record.dataMicroseconds = parts[3]
      record.totalMicroseconds = parts.reduce(0, +)
      let times = record.milliseconds
      let sum = times.handshake + (times.queue ?? 0) + (times.connect ?? 0) + (times.data ?? 0)
      #expect(sum == times.total, "parts \(parts)")
    }
  }
}
