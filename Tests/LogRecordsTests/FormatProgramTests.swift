import Kernel
import LogRecords
import Testing

@Suite("Log formats")
struct FormatProgramTests {
  @Test("option tcplog makes HAProxy's line")
  func tcplog() {
    var record = Samples.record
    record.bytesFromServer = 0
    #expect(
      Samples.line(FormatProgram.tcplog, record)
        == "127.0.0.1:45344 [\(Samples.line("%t"))] f b/s 1/1/2500 0 -- 5/4/3/2/1 6/7")
    #expect(FormatProgram.tcplog.moment == .close)
    #expect(FormatProgram.tcplog.needs == [])
    #expect(FormatProgram.tcplog.source == FormatProgram.tcplogText)
  }

  @Test("option tcplog clf makes HAProxy's line")
  func clf() {
    #expect(
      Samples.line(FormatProgram.tcplogCLF)
        == "127.0.0.1 - - [23/Nov/2026:10:39:34 +0000] \"TCP \" 000 4096 \"\" \"\" 45344 463 "
        + "\"f\" \"b\" \"s\" 0 1 1 2500 120 ---- 5 4 3 2 1 6 7 \"\" \"\" ")
  }

  @Test("A frontend without a format tells of each connection at accept")
  func connectLine() {
    let program = FormatProgram.connectLine
    #expect(program.moment == .accept)
    #expect(program.needs == .frontendAddress)
    #expect(Samples.line(program) == "Connect from 127.0.0.1:45344 to 127.0.0.1:5000 (f/TCP)")
    var record = Samples.record
    record.client = .ipv6(high: 0, low: 1, port: 9)
    record.frontendAddress = .ipv6(high: 0, low: 1, port: 10)
    #expect(Samples.line(program, record) == "Connect from ::1:9 to ::1:10 (f/TCP)")
    record.client = Endpoint(family: .unix)
    record.listener = 1
    #expect(Samples.line(program, record) == "Connect to unix:77 (f/TCP)")
    record.client = .none
    #expect(Samples.line(program, record) == "Connect from unknown source to listener 77 (f/TCP)")
  }

  @Test("A connection that failed before it began names its bind line and what was wrong")
  func embryonic() {
    var record = Samples.record
    record.clientErrorCode = ConnectionErrorCode.proxyNotHeader.rawValue
    #expect(
      Samples.line(FormatProgram.embryonic, record)
        == "127.0.0.1:45344 [\(Samples.line("%t"))] f/1: "
        + "Received something which does not look like a PROXY protocol header")
    record.listener = 1
    #expect(Samples.line(FormatProgram.embryonic, record).contains(" f/inside: "))
  }

  @Test(
    "The line is made when its last item is known",
    arguments: [
      ("%ci:%cp", FormatProgram.Moment.connect), ("%ci %ft %s %si", .connect), ("x", .connect),
      ("%ci %ac", .close), ("%B", .close), ("%ts", .close), ("%Tw", .close), ("%ID", .close),
      ("%[src]", .connect), ("%[bytes_in]", .close), ("%[fc.timer.total]", .close),
      ("%[txn.sess_term_state]", .close), ("%[be_name,upper]", .connect),
    ])
  func moment(format: String, moment: FormatProgram.Moment) throws {
    #expect(try FormatProgram(compiling: format).moment == moment)
  }

  @Test("A program says which addresses it needs")
  func needs() throws {
    #expect(try FormatProgram(compiling: "%ci %si").needs == [])
    #expect(try FormatProgram(compiling: "%fi").needs == .frontendAddress)
    #expect(try FormatProgram(compiling: "%[dst_port]").needs == .frontendAddress)
    #expect(try FormatProgram(compiling: "%bp").needs == .sourceAddress)
    #expect(
      try FormatProgram(compiling: "%[bc_src] %ID").needs == [.sourceAddress, .uniqueIdentifier])
  }

  @Test("Names and types of items are kept for encodings, and change no text")
  func labels() throws {
    let program = try FormatProgram(compiling: "%(client)ci %(port:sint)cp %(x:str){+Q}[src]")
    #expect(program.labels.map(\.name) == ["client", "port", "x"])
    #expect(program.labels.map(\.type) == [nil, .sint, .str])
    #expect(program.labels.map(\.item) == [0, 2, 4])
    #expect(Samples.line(program) == "127.0.0.1 45344 \"127.0.0.1\"")
    #expect(try FormatProgram(compiling: "%ci%(a)hr%(b)o").labels == [])
  }

  @Test("The unique id is made once a connection, from unique-id-format")
  func uniqueIdentifier() throws {
    var context = Samples.context
    context.uniqueIdentifier = try FormatProgram(
      compiling: "%{+X}o %ci:%cp_%fi:%fp_%Ts_%rt:%pid", kind: .uniqueIdentifier)
    #expect(
      Samples.line("%ID %[unique-id,length]", context: context)
        == "7F000001:B120_7F000001:1388_6B0417E6_0026:1D40 46")
    context.uniqueIdentifier = try FormatProgram(
      compiling: "%[uuid]", kind: .uniqueIdentifier)
    let program = try FormatProgram(compiling: "%ID")
    var (first, second, third): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    program.render(Samples.record, context: &context, into: &first)
    program.render(Samples.record, context: &context, into: &second)
    var other = Samples.record
    other.connection = 39
    program.render(other, context: &context, into: &third)
    #expect(first.count == 36)
    #expect(first == second)
    #expect(first != third)
    #expect(throws: FormatError.self) {
      try FormatProgram(compiling: "%ID", kind: .uniqueIdentifier)
    }
    #expect(throws: FormatError.self) {
      try FormatProgram(compiling: "%[unique-id]", kind: .uniqueIdentifier)
    }
  }

  @Test(
    "A mistake is told in HAProxy's words, with its place and what was meant",
    arguments: [
      (
        "a %xx",
        "error at 2: no such format alias 'xx'. If you wanted to emit the '%' character verbatim, "
          + "you need to use '%%'"
      ),
      (
        "%cip",
        "error at 0: no such format alias 'cip'. If you wanted to emit the '%' character verbatim, "
          + "you need to use '%%' [ci]"
      ),
      ("%{+Q", "error at 1: truncated line after '+Q'"),
      ("%{+Qci", "error at 1: truncated line after '+Qci'"),
      ("a %", "error at 2: truncated line after '%'"),
      (
        "%1",
        "error at 0: unexpected alias name near '1' at position 1 line : '%1'. Maybe you want to "
          + "write a single '%', use the syntax '%%'"
      ),
      ("%{+Q} ci", "error at 0: parse argument modifier without alias name near '%{+Q}'"),
      ("%(a:int)ci", "error at 2: unexpected output type 'int': it is str, sint or bool [sint]"),
      ("%(aci", "error at 0: truncated line after 'aci'"),
      ("%[str(a)", "error at 1: missing ']' after 'str(a)'"),
      ("%[src ]", "error at 5: expected ']' after 'src', but found ' '"),
      ("%[]", "error at 2: failed to parse sample expression <> : missing fetch method"),
      (
        "%[srk]",
        "error at 2: failed to parse sample expression <srk> : unknown fetch method 'srk' [src]"
      ),
      (
        "%[str(a),uper]",
        "error at 9: failed to parse sample expression <str(a),uper> : unknown converter 'uper' "
          + "[upper]"
      ),
      (
        "%[ssl_fc_sni]",
        "error at 2: failed to parse sample expression <ssl_fc_sni> : fetch method 'ssl_fc_sni' "
          + "is known but not served yet"
      ),
      (
        "%[str(a),map(f)]",
        "error at 9: failed to parse sample expression <str(a),map(f)> : converter 'map' is known "
          + "but not served yet"
      ),
      (
        "%[req.hdr(host)]",
        "error at 2: failed to parse sample expression <req.hdr(host)> : sample fetch 'req.hdr' "
          + "may not be used here because it needs HTTP, which is not available here"
      ),
      (
        "%[bin(41),add(1)]",
        "error at 10: failed to parse sample expression <bin(41),add(1)> : converter 'add' cannot "
          + "be applied"
      ),
      (
        "%[int(a)]",
        "error at 6: failed to parse sample expression <int(a)> : fetch method 'int' : failed to "
          + "parse 'a' as type 'integer' at position 1"
      ),
      (
        "%[str(a,b)]",
        "error at 8: failed to parse sample expression <str(a,b)> : fetch method 'str' : expected "
          + "')' before ',b'"
      ),
    ])
  func mistakes(format: String, expected: String) {
    #expect(Samples.line(format) == expected)
  }

  @Test("Flags that do nothing are accepted with a warning, as HAProxy accepts them")
  func flags() throws {
    #expect(try FormatProgram(compiling: "%{+Z}ci").warnings.map(\.offset) == [2])
    #expect(try FormatProgram(compiling: "%{Q}ci").warnings.map(\.suggestion) == ["+Q"])
    #expect(try FormatProgram(compiling: "%{+M,-M}ci %{}cp").warnings == [])
    #expect(
      Samples.line("%{Q}ci %{+Q,-Q}ci %{+Q,,+X}ci %{ +Q }b") == "127.0.0.1 127.0.0.1 7F000001 \"b\""
    )
  }
}
