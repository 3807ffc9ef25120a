import Foundation
import Kernel
import LogRecords
import Testing

@Suite("Expressions in log formats")
struct ExpressionTests {
  /// Expressions and what HAProxy 2.6 printed for them, a connection of 127.0.0.1.
  static var measured: [(format: String, output: String)] {
    get throws {
      let text = try String(contentsOf: corpora("format-haproxy/expressions.txt"), encoding: .utf8)
      return text.split(separator: "\n").map { line in
        let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
      }
    }
  }

  static func corpora(_ path: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Corpora/\(path)")
  }

  @Test("Converters do what HAProxy's do")
  func converters() throws {
    let measured = try Self.measured
    #expect(measured.count > 200)
    for (format, output) in measured { #expect(Samples.line(format) == output, "\(format)") }
  }

  @Test(
    "Each fetch tells of the record",
    arguments: [
      ("src", "127.0.0.1"), ("src_port", "45344"), ("fc_src", "127.0.0.1"),
      ("fc_src_port", "45344"), ("dst", "127.0.0.1"), ("dst_port", "5000"),
      ("fc_dst", "127.0.0.1"), ("fc_dst_port", "5000"), ("bc_src", "127.0.0.1"),
      ("bc_src_port", "60206"), ("bc_dst", "192.168.1.1"), ("bc_dst_port", "5432"),
      ("fe_name", "f"), ("fe_id", "2"), ("be_name", "b"), ("be_id", "3"), ("srv_name", "s"),
      ("srv_id", "1"), ("so_id", "1"), ("so_name", "-"), ("fc_err", "0"),
      ("fc_err_str", "Success"), ("bc_err", "0"), ("bc_err_str", "Success"),
      ("bytes_in", "120"), ("req.bytes_in", "120"), ("req.bytes_out", "120"),
      ("bytes_out", "4096"), ("res.bytes_in", "4096"), ("res.bytes_out", "4096"),
      ("fe_conn", "4"), ("be_conn", "3"), ("act_conn", "5"), ("pid", "7488"), ("proc", "1"),
      ("hostname", "db.example"), ("stopping", "0"), ("uptime", "62"), ("date", "1795430376"),
      ("date(10)", "1795430386"), ("date(0,ms)", "1795430376963"), ("date_us", "963000"),
      ("accept_date", "1795430374"), ("accept_date(us)", "1795430374463000"), ("rand(1)", "0"),
      ("uuid,length", "36"), ("fc.timer.handshake", "0"), ("fc.timer.total", "2500"),
      ("txn.timer.user", "2500"), ("req.timer.queue", "1"), ("bc.timer.connect", "1"),
      ("res.timer.data", "2498"), ("txn.sess_term_state", "--"), ("txn.conn_retries", "1"),
      ("txn.redispatched", "0"), ("unique-id", "-"), ("always_true", "1"),
      ("always_false", "0"), ("env(HOME)", "/root"), ("env(NOPE)", "-"),
    ])
  func fetches(expression: String, expected: String) {
    #expect(Samples.line("%[\(expression)]") == expected)
  }

  @Test("Counts by name are asked for when the line is made")
  func counts() {
    var context = Samples.context
    context.counts = { count in
      switch count {
      case .frontend("psql"): 41
      case .backend("b"): 31
      case .server(backend: "b", server: "s"): 21
      case .server(backend: "f", server: "s"): 11
      default: nil
      }
    }
    let format =
      "%[fe_conn(psql)] %[be_conn(b),add(1)] %[srv_conn(b/s)] %[srv_conn(s)] %[be_conn(x)] %[fe_conn]"
    #expect(Samples.line(format, context: context) == "41 32 21 11 - 4")
    #expect(Samples.line(format) == "- - - - - 4")
    #expect(Samples.line("%[srv_conn]").contains("missing server name in arg 1"))
  }

  @Test("What is not known ends the chain and prints -")
  func absent() {
    var record = Samples.record
    record.server = nil
    record.serverAddress = .none
    record.sourceAddress = .none
    record.connectMicroseconds = nil
    record.backend = nil
    #expect(
      Samples.line("%[srv_name,upper] %[srv_id,add(1)] %[bc_err] %[bc_src] %{+Q}[bc_dst]", record)
        == "- - - - \"\"")
    #expect(Samples.line("%b %[be_name] %[be_id]", record) == "f f 2")
  }

  @Test("Errors of both sides have number, name and words")
  func errors() {
    var record = Samples.record
    record.clientErrorCode = 13
    record.serverErrorCode = 6
    #expect(
      Samples.line("%[fc_err] %[fc_err_name] %[fc_err_str]", record)
        == "13 PRX_TIMEOUT Timeout while waiting for PROXY protocol header")
    #expect(
      Samples.line("%[bc_err] %[bc_err_name] %[bc_err_str]", record)
        == "6 SOCK_ERR General socket error")
    #expect(ConnectionErrorCode.allCases.count == 45)
    #expect(Set(ConnectionErrorCode.allCases.map(\.name)).count == 45)
  }

  @Test("No value ends a line or hides in it: control bytes are written as #XX")
  func control() {
    #expect(Samples.line("%[str(\"a\\nb\\tc\")]") == "a#0Ab#09c")
    #expect(Samples.line("%[bin(7f1b5b)]") == "#7F#1B[")
    #expect(Samples.line("%[int(0),utime(%n%t)]") == "#0A#09")
  }

  @Test(
    "Arguments keep quoted commas and escapes",
    arguments: [
      ("%[str(a\\tb),hex]", "610962"), ("%[str(a\\xb),hex]", "615C7862"),
      ("%[str(a\\ b),hex]", "612062"), ("%[str(\"a\\,b\"),hex]", "615C2C62"),
      ("%[str(a\\\\b),hex]", "615C62"), ("%[str(a\\\")]", "a\""), ("%[str('a,b)')]", "a,b)"),
      ("%[str('a\\nb')]", "a\\nb"), ("%[str()]", "-"), ("%[src()]", "127.0.0.1"),
    ])
  func arguments(format: String, expected: String) {
    #expect(Samples.line(format) == expected)
  }

  @Test(
    "What HAProxy refuses is refused",
    arguments: [
      "%[bin(41),iif(a,b)]", "%[src,iif(a,b)]", "%[bool(1),ipmask(8)]", "%[bin(41),ipmask(8)]",
      "%[str(a),field(0,_)]", "%[str(a),field(1)]", "%[str(a),concat(a,b)]", "%[date(0,xx)]",
      "%[uuid(3)]", "%[str(a),crc32(x)]", "%[int(1),add(x)]", "%[str(a),iif(a)]",
      "%[str(a),json(foo)]", "%[str(a),be2dec(:)]", "%[str(a),be2dec(:,9)]", "%[int]", "%[bool]",
      "%[bin(4)]", "%[bin(zz)]", "%[ipv4(x)]", "%[str(a),bytes]", "%[str(a),  upper]",
      "%[str(a),upper,]", "%[str(a)upper]", "%[STR(a)]", "%[be_name(x)]", "%[src,ipmask(99)]",
      "%[src,ipmask]", "%[src,lower(1)]", "%[str(a]", "%[date,http_date(1,zz)]", "%[ src]",
    ])
  func refused(format: String) {
    #expect(throws: FormatError.self) { try FormatProgram(compiling: format) }
  }

  @Test("Dates of milliseconds and microseconds have their fraction")
  func fractions() {
    #expect(
      Samples.line("%[int(1000000000123),ms_utime(%T.%3N %N)]") == "01:46:40.123 123000000")
    #expect(Samples.line("%[int(1000000000000045),us_utime(%T.%6N)]") == "01:46:40.000045")
    #expect(
      Samples.line("%[int(1000000000005),http_date(0,ms)]") == "Sun, 09 Sep 2001 01:46:40.5 GMT")
    #expect(Samples.line("%[int(-1),utime(%F %T)]") == "1969-12-31 23:59:59")
    #expect(Samples.line("%[int(9223372036854775807),utime(%F)]") == "-")
  }
}
