import Kernel
import Testing

@Suite("Addresses as text")
struct EndpointTextTests {
  @Test(
    "IPv4 addresses are four octets without leading zeros",
    arguments: [
      ("127.0.0.1", 0x7F00_0001), ("0.0.0.0", 0), ("255.255.255.255", 0xFFFF_FFFF),
      ("256.0.0.1", nil), ("1.2.3", nil), ("1.2.3.4.5", nil), ("01.2.3.4", nil), ("", nil),
      ("1.2.3.", nil), ("1..2.3", nil), ("a.b.c.d", nil), ("1.2.3.4 ", nil),
    ] as [(String, UInt32?)])
  func ipv4(text: String, address: UInt32?) {
    #expect(Endpoint(address: text, port: 7) == address.map { .ipv4($0, port: 7) })
  }

  @Test(
    "IPv6 addresses may leave out one run of zeros and end in an IPv4 one",
    arguments: [
      ("::", 0, 0), ("::1", 0, 1), ("1::", 0x0001_0000_0000_0000, 0),
      ("2001:db8::1", 0x2001_0db8_0000_0000, 1),
      ("1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004, 0x0005_0006_0007_0008),
      ("::ffff:1.2.3.4", 0, 0x0000_ffff_0102_0304), ("FE80::a", 0xFE80_0000_0000_0000, 10),
      ("1:2:3:4:5:6:1.2.3.4", 0x0001_0002_0003_0004, 0x0005_0006_0102_0304),
    ] as [(String, UInt64, UInt64)])
  func ipv6(text: String, high: UInt64, low: UInt64) {
    #expect(Endpoint(address: text) == .ipv6(high: high, low: low, port: 0))
  }

  @Test(
    "what is no IPv6 address is refused",
    arguments: [
      ":", ":::", "1:2", "1:2:3:4:5:6:7:8:9", "::1::", "12345::", "::g", "1:2:3:4:5:6:7:8::",
      "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", ":1", "1:", "fe80::1%eth0",
    ])
  func malformed(text: String) {
    #expect(Endpoint(address: text) == nil)
  }

  @Test("the system's databases are asked for hosts, users, groups and interfaces")
  func lookups() {
    #expect(HostLookup.address(of: "127.0.0.1") == .ipv4(0x7F00_0001, port: 0))
    #expect(HostLookup.address(of: "::1", family: .ipv6) == .ipv6(high: 0, low: 1, port: 0))
    #expect(HostLookup.address(of: "::1", family: .ipv4) == nil)
    #expect(HostLookup.address(of: "no such host") == nil)
    #expect(HostLookup.userIdentifier(of: "root") == 0)
    #expect(HostLookup.userIdentifier(of: "no such user") == nil)
    #expect(HostLookup.groupIdentifier(of: "root") == 0)
    #expect(HostLookup.groupIdentifier(of: "no such group") == nil)
    #expect(HostLookup.interfaceIndex(of: "lo") == 1)
    #expect(HostLookup.interfaceIndex(of: "no such") == nil)
  }
}
