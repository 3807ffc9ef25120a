import ConfigSyntax
import Configuration
import Testing

@Suite("Long files", .serialized)
struct ScaleTests {
  /// A file with so many servers, each tracking the first, and a tenth as many sockets.
  private func file(servers count: Int) -> [UInt8] {
    var text = timeouts + "frontend f\n default_backend b\n"
    for number in 0..<count / 10 {
      text += " bind 127.0.\(number >> 15).1:\(1024 + number & 0x7FFF) name n\(number)\n"
    }
    text += "backend b\n balance roundrobin\n server first 10.0.0.1:1 check\n"
    for number in 0..<count {
      text +=
        " server s\(number) 10.\(number >> 16).\(number >> 8 & 255).\(number & 255):5432"
        + " weight 5 maxconn 10 track b/first\n"
    }
    return Array(text.utf8)
  }

  private func time(servers count: Int) -> Duration {
    let bytes = file(servers: count)
    return (0..<2).map { _ in
      ContinuousClock().measure {
        let (snapshot, _) = ConfigurationLoader.load(
          [ConfigSource(name: "t", bytes: bytes)], lookups: testLookups)
        #expect(snapshot?.proxy.backends[0].servers.count == count + 1)
        #expect(snapshot?.proxy.frontends[0].listeners.count == count / 10)
      }
    }.min() ?? .zero
  }

  @Test("take a time that grows no faster than their length")
  func linear() {
    let short = time(servers: 3000)
    let long = time(servers: 24000)
    // Eight times the lines: 64 times the time, were anything quadratic.
    #expect(long < short * 24, "\(short) and \(long)")
  }

  @Test("may not ask for more sockets than a process can have")
  func sockets() {
    let lines = String(repeating: " bind :1-65535\n", count: 17)
    #expect(
      messages(load(timeouts + "frontend f\n" + lines).diagnostics, .alert)
        == ["frontend 'f' : more than 1048576 sockets to listen on."])
  }

  @Test("with many mistakes are given up in order")
  func mistakes() {
    let text = String(repeating: "foo\n", count: 50_000)
    let (snapshot, diagnostics) = load("global\n" + text)
    #expect(snapshot == nil)
    #expect(diagnostics.entries.count <= 102)
    #expect(diagnostics.entries.last?.message == "too many errors, giving up after 100.")
  }
}
