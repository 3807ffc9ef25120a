import Balancing
import Configuration
import Kernel
import Proxy
import Testing

@Suite("Sections")
struct SectionTests {
  @Test("a proxy starts from the defaults before it")
  func defaults() throws {
    let snapshot = try #require(
      load(
        """
        defaults
          timeout connect 1s
          timeout client 2s
          timeout server 3s
          retries 5
        listen a
          bind :1
        defaults
          timeout connect 4s
          timeout client 5s
          timeout server 6s
        listen b
          bind :2
          timeout client 7s
        """
      ).snapshot)
    #expect(snapshot.proxy.backends.map(\.connectTimeoutMilliseconds) == [1000, 4000])
    #expect(snapshot.proxy.frontends.map(\.clientTimeoutMilliseconds) == [2000, 7000])
    #expect(snapshot.proxy.backends.map(\.retries) == [5, 3])
  }

  @Test("'from' names the defaults of a proxy and of other defaults")
  func from() throws {
    let snapshot = try #require(
      load(
        """
        defaults one
          timeout connect 1s
          timeout client 1s
          timeout server 1s
          retries 1
        defaults two from one
          retries 2
        defaults
          retries 9
        backend a from one
        backend b from two
        backend c
        """
      ).snapshot)
    #expect(snapshot.proxy.backends.map(\.retries) == [1, 2, 9])
    #expect(snapshot.proxy.backends.map(\.connectTimeoutMilliseconds) == [1000, 1000, nil])
  }

  @Test("names of defaults that are missing or stand twice are mistakes where they are used")
  func ambiguous() {
    let found = load(
      """
      defaults a
      defaults a
      defaults lonely
      frontend f from a
      frontend g from lonley
      """)
    #expect(
      messages(found.diagnostics, .alert) == [
        "4: ambiguous defaults section name 'a' referenced by frontend 'f' exists at least at"
          + " t.cfg:1 and t.cfg:2.",
        "5: defaults section 'lonley' not found for frontend 'g'; did you mean 'lonely' maybe ?",
      ])
  }

  @Test("a 'listen' is a frontend with a backend of its own")
  func listen() throws {
    let snapshot = try #require(
      load(
        timeouts + """
          backend other
          listen l
            bind :1
            server s 127.0.0.1:2
            maxconn 5
            fullconn 6
            option tcpka
            disabled
          """
      ).snapshot)
    let frontend = try #require(snapshot.proxy.frontends.first)
    let backend = try #require(snapshot.proxy.backends.last)
    #expect(frontend.name == "l" && backend.name == "l")
    #expect(frontend.backend == 1)
    #expect(frontend.identifier == backend.identifier)
    #expect(frontend.connectionLimit == 5 && backend.fullConnections == 6)
    #expect(frontend.keepAlive && backend.keepAlive)
    #expect(frontend.isDisabled && backend.isDisabled)
    #expect(backend.kind == "proxy")
    #expect(snapshot.proxy.backends[0].kind == "backend")
  }

  @Test("each file starts outside of any section, and defaults reach over files")
  func files() throws {
    let found = load(timeouts, "maxconn 5\nfrontend f\n  bind :1")
    #expect(
      messages(found.diagnostics, .alert) == ["1: unknown keyword 'maxconn' out of section."])
    let both = try #require(load(timeouts, "frontend f\n  bind :1").snapshot)
    #expect(both.proxy.frontends[0].clientTimeoutMilliseconds == 1000)
  }

  @Test("ids count from 1, on behind each and over those that the file gives")
  func identifiers() throws {
    let snapshot = try #require(
      load(
        timeouts + """
          frontend a
            bind :1
            bind :2,:3 name x
            bind :4 id 2
            bind :5-7
          backend b
            id 3
            server s 127.0.0.1:1
            server t 127.0.0.1:1 id 1
            server u 127.0.0.1:1
          listen c
            bind :8
          frontend d
            bind :9
          """
      ).snapshot)
    #expect(snapshot.proxy.frontends.map(\.identifier) == [1, 4, 5])
    #expect(snapshot.proxy.backends.map(\.identifier) == [3, 4])
    #expect(snapshot.proxy.frontends[0].listeners.map(\.identifier) == [1, 3, 4, 2, 6, 7, 8])
    #expect(
      snapshot.proxy.frontends[0].listeners.map(\.name) == [nil, "x", "x", nil, nil, nil, nil])
    #expect(
      snapshot.proxy.frontends[0].listeners.map(\.address)
        == (1...7).map { .internet(.ipv4(0, port: $0)) })
    #expect(snapshot.proxy.backends[0].servers.map(\.identifier) == [2, 1, 4])
  }

  @Test("'global' may stand several times, also after the proxies")
  func global() throws {
    let snapshot = try #require(
      load(
        """
        global
          log stdout daemon
        \(timeouts)
          log global
        listen l
          bind :1
        global
          log stderr daemon
          maxconn 5
        """
      ).snapshot)
    #expect(snapshot.frontendLogs[0].loggers.map(\.target) == [.descriptor(1), .descriptor(2)])
    #expect(snapshot.proxy.connectionLimit == 5)
  }

  @Test("'no log' drops what defaults gave, and lines after it count")
  func noLog() throws {
    let snapshot = try #require(
      load(
        timeouts + """
            log stdout daemon
          listen l
            bind :1
            no log
            log stderr daemon
          """
      ).snapshot)
    #expect(snapshot.frontendLogs[0].loggers.map(\.target) == [.descriptor(2)])
  }

  @Test("'no' and 'default' take options back that defaults turned on")
  func reversals() throws {
    let snapshot = try #require(
      load(
        timeouts + """
            option dontlognull
            option logasap
            option splice-auto
            option redispatch
            option allbackups
            no option tcp-smart-accept
          listen l
            bind :1
            no option dontlognull
            default option logasap
            no option splice-auto
            no option redispatch
            no option allbackups
            default option tcp-smart-accept
          listen m
            bind :2
          """
      ).snapshot)
    let (l, m) = (snapshot.proxy.frontends[0], snapshot.proxy.frontends[1])
    #expect(!l.skipsEmptyConnections && m.skipsEmptyConnections)
    #expect(!l.logsAsSoonAsPossible && m.logsAsSoonAsPossible)
    #expect(l.splice == [] && m.splice == .automatic)
    #expect(l.smartAccept == nil && m.smartAccept == false)
    let (lb, mb) = (snapshot.proxy.backends[0], snapshot.proxy.backends[1])
    #expect(lb.redispatch == .off && mb.redispatch == .every(-1))
    #expect(!lb.usesAllBackups && mb.usesAllBackups)
  }

  @Test("without 'balance', servers are drawn at random, as in HAProxy 3.5")
  func balance() throws {
    let snapshot = try #require(load(timeouts + "backend b").snapshot)
    #expect(snapshot.proxy.backends[0].algorithm == .random(draws: 2))
  }
}
