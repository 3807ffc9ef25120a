import Foundation
import Kernel
import LogRecords
import Testing

/// HAProxy's `%{+json}` and `%{+cbor}`, byte for byte.
@Suite("Encodings of HAProxy's language")
struct EncodingTests {
  @Test("+json in %o makes one object of the items that have names")
  func object() {
    let format =
      "%{+json}o ignored %(client)ci %(port)cp %(fe)ft %(ts)ts %(bool:bool)rc %(missing)[so_name]"
      + " %(q)[str(a\\\"b]c\\\\d)] %cp"
    #expect(
      Samples.line(format)
        == #"{"client": "127.0.0.1", "port": 45344, "fe": "f", "ts": "--", "bool": true, "#
        + #""missing": "", "q": "a\"b]c\\d"}"#)
    #expect(Samples.line("%{+json}o") == "{}")
    #expect(Samples.line("%{+json}o %ci text") == "{}")
  }

  @Test(
    "A value keeps its type, or is given another",
    arguments: [
      ("%(a)Tw", #"{"a": 1}"#), ("%(a:str)Tw", #"{"a": "1"}"#), ("%(a:bool)Tw", #"{"a": true}"#),
      ("%(a:bool)Th", #"{"a": false}"#), ("%(a)ms", #"{"a": 463}"#),
      ("%(a)Ts", #"{"a": 1795430374}"#), ("%(a){+X}Ts", #"{"a": "6B0417E6"}"#),
      ("%(a){+X}cp", #"{"a": "B120"}"#), ("%(a){+X}ci", #"{"a": "7F000001"}"#),
      ("%(a){+Q}ci", #"{"a": "127.0.0.1"}"#), ("%(a)hr", #"{"a": null}"#),
      ("%(a)sslv", #"{"a": ""}"#), ("%(a)[int(-7)]", #"{"a": -7}"#),
      ("%(a:str)[int(7)]", #"{"a": "7"}"#), ("%(a:sint)[str(12x)]", #"{"a": 12}"#),
      ("%(a)[bool(true)]", #"{"a": true}"#), ("%(a:bool)[int(2)]", #"{"a": true}"#),
      ("%(a:bool)[src]", #"{"a": ""}"#), ("%(a)s", #"{"a": "s"}"#),
      ("%(a)HM", #"{"a": "<BADREQ>"}"#),
      ("%(a:sint)ci", #"{"a": "127.0.0.1"}"#), ("%(a)ac%(b)fc", #"{"a": 5, "b": 4}"#),
      ("%(a)tsc", #"{"a": "----"}"#), ("%(a)Ta", #"{"a": -1}"#),
    ])
  func types(item: String, line: String) { #expect(Samples.line("%{+json}o " + item) == line) }

  @Test("What a + tells in text is left out")
  func plus() {
    var record = Samples.record
    record.isPartial = true
    record.isRedispatched = true
    #expect(Samples.line("%Tt %B %rc", record) == "+2500 +4096 +1")
    #expect(
      Samples.line("%{+json}o %(t)Tt %(b)B %(r)rc", record) == #"{"t": 2500, "b": 4096, "r": 1}"#)
  }

  @Test("An item alone gives its value; of two encodings the first stays")
  func single() {
    #expect(Samples.line("a=%{+json}ci b=%{+json}cp c=%cp") == #"a="127.0.0.1" b=45344 c=45344"#)
    #expect(Samples.line("%{+cbor}cp %{+cbor}b %(x:bool){+cbor}rc") == "19B120 6162 F5")
    #expect(Samples.line("%{+json,+cbor}cp %{+cbor,+json}cp") == "45344 19B120")
    #expect(Samples.line("%{+json}o %(a){+cbor}cp") == #"{"a": 45344}"#)
  }

  @Test("+cbor makes an indefinite map in hexadecimal, and its bytes with +bin")
  func cbor() throws {
    #expect(
      Samples.line("%{+cbor}o %(client)ci %(port)cp %(n)[int(-500)] %(b)[bool(false)] %(none)hr")
        == "BF66636C69656E74693132372E302E302E3164706F727419B120616E3901F36162F4646E6F6E65F6FF")
    #expect(Samples.line("%{+cbor}o %(fe)ft %(e)[so_name]") == "BF6266657F6166FF6165F6FF")
    #expect(Samples.line("%{+cbor}o %(x)[bin(00ff)]") == "BF61785F4200FFFFFF")
    let program = try FormatProgram(compiling: "%{+cbor,+bin}o %(port)cp")
    var context = Samples.context
    var bytes: [UInt8] = []
    program.render(Samples.record, context: &context, into: &bytes)
    #expect(bytes == [0xBF, 0x64, 0x70, 0x6F, 0x72, 0x74, 0x19, 0xB1, 0x20, 0xFF])
  }

  @Test("Control characters and bytes that are no UTF-8 come out valid")
  func anyBytes() throws {
    let line = Samples.line("%{+json}o %(a)[bin(0a09011f80c3a9ff22),bytes(0)] %(b)[src]")
    #expect(line == #"{"a": "\n\t\u0001\u001F�é�\"", "b": "127.0.0.1"}"#)
    _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
    #expect(Samples.line("%{+cbor}o %(a:str)[bin(ff)]") == "BF616163EFBFBDFF")
  }

  @Test("A name has letters, digits, - and _")
  func names() {
    #expect(
      Samples.line("%(a.b)ci")
        == "error at 3: invalid character in custom name near '.' at position 3 line : '%(a.b)ci'")
  }
}
