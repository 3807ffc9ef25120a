import Kernel
import ProxyProtocol
import Testing

@Suite struct ProxyHeaderTests {
  static let version4 = ProxyHeader(
    source: .ipv4(0xC000_0201, port: 56324), destination: .ipv4(0xC000_0202, port: 443))
  static let version6 = ProxyHeader(
    source: .ipv6(high: 0x2001_0DB8_0000_0000, low: 1, port: 1),
    destination: .ipv6(high: 0x2001_0DB8_0000_0000, low: 2, port: 65535))

  @Test("what is written is read back, byte by byte", arguments: [1, 2], [version4, version6])
  func roundTrip(version: Int, header: ProxyHeader) {
    let bytes = header.encoded(version: version)
    for count in 0..<bytes.count {
      #expect(ProxyHeader.decode(Array(bytes[..<count]).span) == .incomplete)
    }
    let whole = bytes + Array("data".utf8)
    #expect(ProxyHeader.decode(whole.span) == .complete(header, length: bytes.count))
  }

  @Test("version 1 is the line of the specification")
  func text() {
    let expected = "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"
    #expect(Self.version4.encoded(version: 1) == Array(expected.utf8))
  }

  @Test("who has no Internet address is unknown")
  func unknown() {
    let header = ProxyHeader(source: Endpoint(family: .unix), destination: Endpoint(family: .unix))
    #expect(header.encoded(version: 1) == Array("PROXY UNKNOWN\r\n".utf8))
    #expect(header.encoded(version: 2).suffix(4) == [0x20, 0, 0, 0])
  }

  @Test(
    "a header that breaks the rules is told apart from what is none",
    arguments: [
      ("GET / HTTP/1.0\r\n", ProxyHeaderError.notAHeader),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", .malformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1 99999\r\n", .malformed),
      ("PROXY TCP4 ::1 ::1 1 2\r\n", .malformed),
      ("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n", .malformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1 +2\r\n", .malformed),
      ("PROXY UNKNOWN\n", .malformed),
      ("PROXY " + String(repeating: "x", count: 200), .malformed),
      ("PROXX", .notAHeader),
    ])
  func broken(text: String, error: ProxyHeaderError) {
    #expect(ProxyHeader.decode(Array(text.utf8).span) == .failed(error))
  }

  @Test(
    "no bytes make the decoder trap, whatever they are", arguments: 1...50 as ClosedRange<UInt64>)
  func anything(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    var bytes = Self.version6.encoded(version: seed % 2 == 0 ? 2 : 1)
    for _ in 0..<200 {
      bytes[Int(next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: next())
      let length = Int(next() % UInt64(bytes.count + 1))
      if case .complete(_, let used) = ProxyHeader.decode(Array(bytes[..<length]).span) {
        #expect(used <= length)
      }
    }
  }
}
