import Configuration
import HealthChecks
import Kernel
import Proxy
import Testing

@Suite("Servers")
struct ServerTests {
  /// The servers of a backend with these lines.
  private func servers(_ lines: String) throws -> [ServerSettings] {
    let found = load(timeouts + "backend b\n" + lines)
    let snapshot = try #require(
      found.snapshot, "\(found.diagnostics.rendered(processIdentifier: 1))")
    return snapshot.proxy.backends[0].servers
  }

  @Test("ports may be missing or count from the client's")
  func ports() throws {
    let servers = try servers(
      """
      server a 127.0.0.1:5
      server b 127.0.0.1
      server c 127.0.0.1:+10
      server d 127.0.0.1:-10
      server e /run/x.sock
      server f abns@x
      server g *
      """)
    #expect(servers.map(\.portOffset) == [nil, 0, 10, -10, nil, nil, 0])
    #expect(servers[1].address == .internet(.ipv4(0x7F00_0001, port: 0)))
    #expect(servers[4].address == .unix(path: "/run/x.sock"))
    #expect(servers[5].address == .abstract(name: "x"))
    #expect(servers[6].address == .internet(.ipv4(0, port: 0)))
  }

  @Test("names are looked up by the methods of 'init-addr', in their order")
  func names() throws {
    let found = load(
      timeouts + """
        backend b
          server a db.example:5
          server b ipv6@db.example:5
          server c no.example:5 init-addr last,libc,none
          server d no.example:5 init-addr none
          server e no.example:5 init-addr libc,10.0.0.7
        """)
    let servers = try #require(found.snapshot).proxy.backends[0].servers
    #expect(servers[0].address == .internet(.ipv4(0x0A00_0001, port: 5)))
    #expect(servers[1].address == .internet(.ipv6(high: 0, low: 7, port: 5)))
    #expect(servers.map(\.isDisabled) == [false, false, true, true, false])
    #expect(servers[4].address == .internet(.ipv4(0x0A00_0007, port: 5)))
    #expect(
      messages(found.diagnostics, .warning) == [
        "8: 'server b/c' : could not resolve address 'no.example', disabling server.",
        "10: 'server b/e' : could not resolve address 'no.example', falling back to configured"
          + " address.",
      ])
    #expect(
      messages(load("backend b\nserver s no.example:5").diagnostics, .alert)
        == ["2: 'server b/s' : could not resolve address 'no.example'."])
  }

  @Test("a host is looked up once, however many servers have it")
  func oneLookup() throws {
    let counter = Counter()
    var lookups = testLookups
    lookups.host = { _, _ in
      counter.add()
      return .ipv4(1, port: 0)
    }
    let lines = (1...50).map { "server s\($0) db.example:\($0)\n" }.joined()
    let found = ConfigurationLoader.load(
      [.init(name: "t", bytes: Array("backend b\n\(lines)".utf8))], lookups: lookups)
    #expect(found.snapshot?.proxy.backends[0].servers.count == 50)
    #expect(counter.count == 1)
  }

  @Test("'default-server' holds for the lines after it, and adds up")
  func defaults() throws {
    let servers = try servers(
      """
      server a 127.0.0.1:1
      default-server weight 5 check inter 7s backup
      server b 127.0.0.1:1
      default-server inter 8s
      server c 127.0.0.1:1 no-backup no-check
      server d 127.0.0.1:1 weight 6
      """)
    #expect(servers.map(\.weight) == [1, 5, 5, 6])
    #expect(servers.map(\.isBackup) == [false, true, false, true])
    #expect(servers.map { $0.check?.intervalMilliseconds } == [nil, 7000, nil, 8000])
  }

  @Test("a check connects where 'addr' and 'port' say, with the header that belongs to it")
  func checks() throws {
    let servers = try servers(
      """
      source 127.0.0.9
      server a 127.0.0.1:1 check send-proxy
      server b 127.0.0.1:1 check send-proxy-v2 port 9
      server c 127.0.0.1:1 check send-proxy addr 127.0.0.2
      server d 127.0.0.1:1 check send-proxy addr 127.0.0.2:8 check-send-proxy
      server e 127.0.0.1:1 check check-send-proxy source 127.0.0.8
      server f 127.0.0.1 check port 7
      server g /run/x.sock check
      server h 127.0.0.1:+1 check addr 127.0.0.2:7
      server i 127.0.0.1:1 check send-proxy port 9 check-send-proxy no-check-send-proxy
      """)
    #expect(servers.map { $0.check?.proxyProtocol } == [1, nil, nil, 1, 1, nil, nil, nil, nil])
    #expect(servers.map { $0.check?.port } == [nil, 9, nil, nil, nil, 7, nil, nil, 9])
    #expect(servers[2].check?.address == .internet(.ipv4(0x7F00_0002, port: 1)))
    #expect(servers[3].check?.address == .internet(.ipv4(0x7F00_0002, port: 8)))
    #expect(servers[0].check?.source?.address == .internet(.ipv4(0x7F00_0009, port: 0)))
    #expect(servers[4].check?.source?.address == .internet(.ipv4(0x7F00_0008, port: 0)))
  }

  @Test("a server's 'source' takes a range of ports, an interface and a foreign address")
  func sources() throws {
    let servers = try servers(
      """
      source 127.0.0.9 interface lo
      server a 127.0.0.1:1
      server b 127.0.0.1:1 source 127.0.0.8:1000-1009 weight 3
      server c 127.0.0.1:1 source 0.0.0.0 usesrc clientip interface eth0
      server d 127.0.0.1:1 source 127.0.0.8:1000-1000 usesrc client
      server e 127.0.0.1:1 source * usesrc 192.0.2.1:9
      """)
    #expect(servers.map { $0.source?.ports } == [nil, 1000...1009, nil, nil, nil])
    #expect(servers.map { $0.source?.interface } == [nil, nil, "eth0", nil, nil])
    #expect(
      servers.map { $0.source?.transparency }
        == [nil, nil, .clientAddress, .client, .address(.ipv4(0xC000_0201, port: 9))])
    #expect(servers[1].source?.address == .internet(.ipv4(0x7F00_0008, port: 0)))
    #expect(servers[1].weight == 3)
    #expect(servers[3].source?.address == .internet(.ipv4(0x7F00_0008, port: 1000)))
  }

  @Test(
    "what is wrong with 'source' is told with what to do",
    arguments: [
      ("source 127.0.0.1:5-6", "", "port range not permitted here"),
      ("source 127.0.0.1:+5", "", "port offset not permitted here"),
      ("", "source 127.0.0.1:0-6", "port 0 cannot be in a port range"),
      ("", "source 127.0.0.1 interface", "'interface' : missing interface name."),
      ("", "source 127.0.0.1 interface abcdefghijklmnop", "names have 1 to 15 bytes"),
      ("", "source 127.0.0.1 usesrc", "'client', 'clientip', or 'hdr_ip(name,#)'"),
      ("", "source 127.0.0.1 usesrc hdr_ip(x-forwarded-for)", "not served by this version"),
      ("", "source 127.0.0.1 usesrc 127.0.0.1:1-2", "port range not permitted here"),
      ("", "source 127.0.0.1 usesrc /run/x", "an IPv4 or IPv6 address is expected"),
    ])
  func wrongSources(line: String, words: String, message: String) {
    let found = load(
      timeouts + """
        backend b
          \(line)
          server a 127.0.0.1:1 \(words)

        """)
    let alerts = messages(found.diagnostics, .alert)
    #expect(alerts.contains { $0.contains(message) }, "\(alerts)")
  }

  @Test("'usesrc' and a user other than root exclude each other")
  func lostPrivileges() {
    for (user, isRefused) in [("user haproxy", true), ("uid 7", true), ("uid 0", false)] {
      let found = load(
        "global\n  \(user)\n" + timeouts + """
          backend b
            server a 127.0.0.1:1 source 127.0.0.1 usesrc clientip

          """)
      let alerts = messages(found.diagnostics, .alert)
      let isTold = alerts.contains { $0.contains("'usesrc' needs full privileges") }
      #expect(isTold == isRefused, "\(user): \(alerts)")
    }
  }

  @Test("a check needs a port to connect to")
  func missingPort() {
    let found = load(
      timeouts + """
        backend b
          server a 127.0.0.1 check
          server b 127.0.0.1:+5 check
          server c 127.0.0.1 check addr 127.0.0.2
        """)
    #expect(
      messages(found.diagnostics, .alert)
        == [("a", 6), ("b", 7), ("c", 8)].map {
          "\($0.1): backend 'b': server '\($0.0)' has neither service port nor check port."
        })
  }

  @Test("servers may track others, over backends and in chains")
  func tracking() throws {
    let found = load(
      timeouts + """
        backend b
          server a 127.0.0.1:1 track c/y
          server b 127.0.0.1:1 track a
        backend c
          server x 127.0.0.1:1
          server y 127.0.0.1:1 check
        """)
    let servers = try #require(found.snapshot).proxy.backends[0].servers
    #expect(servers[0].track == .init(backend: 1, server: 1))
    #expect(servers[1].track == .init(backend: 0, server: 0))
  }

  @Test("a chain of tracked servers ends at one that is checked")
  func faultyTracking() {
    let found = load(
      timeouts + """
        backend b
          server a 127.0.0.1:1 track no/x
          server b 127.0.0.1:1 track no
          server c 127.0.0.1:1 track d
          server d 127.0.0.1:1 track c
          server e 127.0.0.1:1 track f
          server f 127.0.0.1:1
          server g 127.0.0.1:1 track f check
          server h 127.0.0.1:1 track h
        """)
    #expect(
      messages(found.diagnostics, .alert) == [
        "6: 'server b/a' : unable to find required proxy 'no' for tracking.",
        "7: 'server b/b' : unable to find required server 'no' for tracking.",
        "12: 'server b/g' : unable to enable checks and tracking at the same time!",
        "8: 'server b/c' : unable to track b/d as it belongs to a tracking chain looping back to"
          + " b/c.",
        "9: 'server b/d' : unable to track b/c as it belongs to a tracking chain looping back to"
          + " b/d.",
        "10: 'server b/e' : unable to use b/f for tracking as it does not have any check nor agent"
          + " enabled.",
        "13: 'server b/h' : unable to track b/h as it belongs to a tracking chain looping back to"
          + " b/h.",
      ])
  }
}

/// Counts from any thread.
private final class Counter: @unchecked Sendable {
  private(set) var count = 0
  func add() { count += 1 }
}
