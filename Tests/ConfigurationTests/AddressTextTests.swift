import Configuration
import Kernel
import Testing

@Suite("Addresses as the file writes them")
struct AddressTextTests {
  private static let forms: [(String, AddressText.Host, AddressText.Port)] = [
    ("127.0.0.1:80", .literal(.ipv4(0x7F00_0001, port: 0), interface: nil), .numbers(80...80)),
    ("127.0.0.1", .literal(.ipv4(0x7F00_0001, port: 0), interface: nil), .none),
    ("127.0.0.1:", .literal(.ipv4(0x7F00_0001, port: 0), interface: nil), .none),
    (":80", .any(.any), .numbers(80...80)), ("*:80", .any(.any), .numbers(80...80)),
    ("0.0.0.0:80", .any(.ipv4), .numbers(80...80)), (":::80", .any(.ipv6), .numbers(80...80)),
    ("[::]:80", .any(.ipv6), .numbers(80...80)), ("ipv6@:80", .any(.ipv6), .numbers(80...80)),
    ("ipv6@*:80", .any(.ipv6), .numbers(80...80)), ("ipv4@*:80", .any(.ipv4), .numbers(80...80)),
    ("[::1]:80", .literal(.ipv6(high: 0, low: 1, port: 0), interface: nil), .numbers(80...80)),
    ("::1:80", .literal(.ipv6(high: 0, low: 1, port: 0), interface: nil), .numbers(80...80)),
    ("[::1]", .literal(.ipv6(high: 0, low: 1, port: 0), interface: nil), .none),
    ("ipv4@127.0.0.1:80", .literal(.ipv4(0x7F00_0001, port: 0), interface: nil), .numbers(80...80)),
    ("tcp@127.0.0.1:80", .literal(.ipv4(0x7F00_0001, port: 0), interface: nil), .numbers(80...80)),
    ("udp@127.0.0.1:80", .literal(.ipv4(0x7F00_0001, port: 0), interface: nil), .numbers(80...80)),
    ("127.0.0.1:80-90", .literal(.ipv4(0x7F00_0001, port: 0), interface: nil), .numbers(80...90)),
    ("127.0.0.1:+5", .literal(.ipv4(0x7F00_0001, port: 0), interface: nil), .offset(5)),
    ("127.0.0.1:-5", .literal(.ipv4(0x7F00_0001, port: 0), interface: nil), .offset(-5)),
    (
      "[fe80::1%lo]:80",
      .literal(.ipv6(high: 0xFE80_0000_0000_0000, low: 1, port: 0), interface: "lo"),
      .numbers(80...80)
    ),
    ("db.example:80", .name("db.example", .any), .numbers(80...80)),
    ("tcp6@db.example:80", .name("db.example", .ipv6), .numbers(80...80)),
    ("/run/x", .unix("/run/x"), .none), ("unix@/run/x", .unix("/run/x"), .none),
    ("uxst@/run/x:y", .unix("/run/x:y"), .none), ("abns@name", .abstract("name"), .none),
    ("fd@3", .descriptor(3), .none),
  ]

  @Test("every form is understood", arguments: forms.indices)
  func form(index: Int) throws {
    let (text, host, port) = Self.forms[index]
    let address = try AddressText.parse(text)
    #expect(address.host == host, "\(text)")
    #expect(address.port == port, "\(text)")
    #expect(address.text == text)
  }

  @Test(
    "what is no address is refused with a word about it",
    arguments: [
      ("127.0.0.1:99999", "invalid port '99999'"), ("127.0.0.1:9-8", "invalid port range '9-8'"),
      ("127.0.0.1:a", "invalid character 'a' in port number 'a' in '127.0.0.1:a'"),
      ("127.0.0.1:+a", "invalid character 'a' in port number '+a' in '127.0.0.1:+a'"),
      ("[::1:80", "missing ']' in '[::1:80'"), ("[::1]80", "invalid address: '[::1]80'"),
      ("foo@1.1.1.1:80", "invalid address: 'foo@1.1.1.1' in 'foo@1.1.1.1:80'"),
      ("ipv4@::1:80", "invalid address: '::1' in 'ipv4@::1:80'"),
      ("ipv6@1.1.1.1:80", "invalid address: '1.1.1.1' in 'ipv6@1.1.1.1:80'"),
      ("a b:80", "invalid address: 'a b' in 'a b:80'"), ("unix@", "missing socket path in 'unix@'"),
      ("fd@x", "file descriptor 'x' is not a valid integer in 'fd@x'"),
      ("fd@-1", "file descriptor '-1' is not a valid integer in 'fd@-1'"),
      ("abns@", "abstract socket name '' must have 1 to 97 bytes in 'abns@'"),
    ])
  func mistake(text: String, message: String) {
    #expect(throws: AddressMistake(message)) { try AddressText.parse(text) }
  }

  @Test("a path may have 97 bytes and no more")
  func longPath() throws {
    let path = "/" + String(repeating: "x", count: 96)
    #expect(try AddressText.parse(path).host == .unix(path))
    #expect(throws: AddressMistake("socket path '\(path)x' too long (max 97)")) {
      try AddressText.parse(path + "x")
    }
  }

  @Test("any bytes are read without a trap")
  func random() {
    var generator = SystemRandomNumberGenerator()
    let pieces = [
      ":", "@", "[", "]", "-", "+", "%", "*", "/", "1", "80", "ipv6", "fd", "a", "é", ".",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0...8)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }.joined()
      _ = try? AddressText.parse(text)
    }
  }
}
