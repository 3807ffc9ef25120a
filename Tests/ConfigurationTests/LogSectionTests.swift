import ConfigSyntax
import Configuration
import Kernel
import LogSinks
import Proxy
import TLS
import Testing

@Suite("The sections for logs")
struct LogSectionTests {
  private func snapshot(_ text: String) throws -> Snapshot {
    let found = load(text)
    return try #require(found.snapshot, "\(found.diagnostics.rendered(processIdentifier: 1))")
  }

  private let local: UInt32 = 0x7F00_0001

  @Test(
    "targets of streams have HAProxy's port, or RELP's, where they name none",
    arguments: [
      ("tcp@127.0.0.1", "tcp@127.0.0.1:514", LogServerSettings.Framing.legacy),
      ("tcp4@127.0.0.1:99", "tcp@127.0.0.1:99", .legacy),
      ("tcp6@[::1]", "tcp@[::1]:514", .legacy),
      ("tcp@db.example", "tcp@10.0.0.1:514", .legacy),
      ("uxst@/run/log", "uxst@/run/log", .legacy),
      ("relp@127.0.0.1", "relp@127.0.0.1:2514", .relp),
      ("relp@[::1]:99", "relp@[::1]:99", .relp),
      ("relp@db.example:99", "relp@10.0.0.1:99", .relp),
    ])
  func streams(target: String, name: String, framing: LogServerSettings.Framing) throws {
    let logger = try #require(try snapshot("global\nlog \(target) local0").global.loggers.first)
    guard case .stream(let server) = logger.target else {
      Issue.record("\(logger.target)")
      return
    }
    #expect(server.name == name)
    #expect(server.framing == framing)
    #expect(logger.format == nil)
    #expect(logger.target.name == name)
  }

  @Test("the words of a 'log' line stand in HAProxy's order, with 'sd all' behind the format")
  func order() throws {
    let found = try snapshot(
      "global\nlog 127.0.0.1 len 900 format rfc5424 sd all sample 1:2 profile p local0 info\n"
        + "log-profile p")
    let logger = try #require(found.global.loggers.first)
    #expect(logger.hasAllFields)
    #expect(logger.format == .rfc5424)
    #expect(logger.profile == "p")
    #expect(logger.length == 900)
    #expect(logger.sample?.size == 2)
    #expect(logger.level == .information)
    let wrong = load("global\nlog 127.0.0.1 sample 1:2 len 900 local0")
    #expect(messages(wrong.diagnostics, .alert) == ["2: log : unknown log facility 'len'"])
  }

  @Test("a ring's receivers have its times, and ports by what they speak")
  func receivers() throws {
    let found = try snapshot(
      """
      ring r
        timeout connect 1s
        timeout server 2s
        server a 127.0.0.1
        server b 127.0.0.1 ssl verify none
        server c 127.0.0.1 ssl verify none log-proto relp
        server d db.example:99 ssl ca-file @system-ca tcp-ut 3s
        server e 127.0.0.1:99 ssl verify none sni str(x.example) check weight 7
        server f /run/log no-ssl
      """)
    let servers = found.rings[0].servers
    #expect(servers.map(\.name) == ["a", "b", "c", "d", "e", "f"])
    #expect(servers.allSatisfy { $0.connectTimeoutMilliseconds == 1000 })
    #expect(servers.allSatisfy { $0.serverTimeoutMilliseconds == 2000 })
    #expect(
      servers.map(\.address) == [
        .internet(.ipv4(local, port: 514)), .internet(.ipv4(local, port: 6514)),
        .internet(.ipv4(local, port: 2514)), .internet(.ipv4(0x0A00_0001, port: 99)),
        .internet(.ipv4(local, port: 99)), .unix(path: "/run/log"),
      ])
    #expect(servers.map { $0.tls != nil } == [false, true, true, true, true, false])
    #expect(servers[3].tls?.verifiedHost == "db.example")
    #expect(servers[3].tls?.verification == .required)
    #expect(servers[3].userTimeoutMilliseconds == 3000)
    #expect(servers[4].tls?.serverName == "x.example")
    #expect(servers[4].tls?.verifiedHost == "x.example")
    // A ring without a format leaves messages the one that they have.
    #expect(found.rings[0].format == nil)
  }

  @Test("'ca-base', 'crt-base' and 'ssl-server-verify' of 'global' count wherever they stand")
  func bases() throws {
    let found = try snapshot(
      """
      ring r
        server a 127.0.0.1 ssl ca-file ca.pem crt w.pem
      log-forward l
        bind :1 ssl crt w.pem
        log stderr local0
      global
        ca-base /etc/ca
        crt-base /etc/crt
        ssl-server-verify none
      """)
    let tls = try #require(found.rings[0].servers[0].tls)
    #expect(tls.authorityFile == "/etc/ca/ca.pem")
    #expect(tls.certificateFile == "/etc/crt/w.pem")
    #expect(tls.verification == TLSVerification.none)
    #expect(found.logForwards[0].listeners[0].tls?.certificateFile == "/etc/crt/w.pem")
  }

  @Test("a backend of 'mode log' is one of the data plane's too, so that it is checked")
  func logBackend() throws {
    let found = try snapshot(
      timeouts + """
        backend first
          server s 127.0.0.1:1
        backend receivers
          mode log
          balance roundrobin
          server a 127.0.0.1 check inter 3s
          server b tcp@127.0.0.2:99 backup log-proto octet-count
        frontend f
          bind :1
          log backend@receivers local0
        """)
    let backend = try #require(found.logBackends.first)
    #expect(backend.name == "receivers")
    #expect(backend.backend == 1)
    #expect(backend.algorithm == .roundRobin)
    #expect(backend.servers.map(\.isBackup) == [false, true])
    #expect(backend.servers.map(\.framing) == [.legacy, .octetCount])
    #expect(backend.servers[0].connectTimeoutMilliseconds == 1000)
    let plane = found.proxy.backends[1]
    #expect(plane.servers.map(\.address) == backend.servers.map(\.address))
    #expect(plane.servers[0].address == .internet(.ipv4(local, port: 514)))
    #expect(plane.servers[0].check?.intervalMilliseconds == 3000)
    #expect(plane.servers[1].isBackup)
    #expect(found.frontendLogs[0].loggers.map(\.target) == [.backend("receivers")])
  }

  @Test("in 'mode log', receivers are drawn at random without 'balance', and may take datagrams")
  func logBackendDefaults() throws {
    let found = load("backend b\n mode log\n server a udp@127.0.0.1\n server b uxdg@/dev/log")
    let backend = try #require(found.snapshot?.logBackends.first)
    #expect(backend.algorithm == .random)
    #expect(backend.servers.map(\.isDatagram) == [true, true])
    // Such a backend needs no timeouts.
    #expect(!found.diagnostics.hasWarnings)
  }

  @Test("'mode log' may come of 'defaults', and is an error in what listens")
  func inheritedMode() {
    let found = load("defaults\n mode log\nbackend b\n server a udp@:514\nfrontend f\n bind :1")
    #expect(
      messages(found.diagnostics, .alert)
        == ["5: mode log is only applicable on proxies with backend capability."])
  }

  @Test("a mistake in a line of 'defaults' is told once, however many proxies have it")
  func once() {
    let found = load(timeouts + " log ring@x local0\nlisten a\n bind :1\nlisten b\n bind :2")
    #expect(messages(found.diagnostics, .alert).count == 1)
  }

  @Test("a profile may stand behind the lines that name it, and its formats are compiled")
  func profiles() throws {
    let found = try snapshot(
      """
      global
        log stderr profile p local0
      log-profile p
        log-tag t
        on any drop
        on close format "%ci" sd "[a@1 b=\\"c\\"] "
        on quic-init drop
        on interim
      """)
    let profile = try #require(found.logProfiles.first)
    #expect(Set(profile.rules.keys) == [.any, .close, .interim])
    #expect(profile.rules[.any]?.drops == true)
    #expect(profile.rules[.close]?.format?.source == "%ci")
    #expect(profile.rules[.interim]?.format == nil)
    #expect(profile.tag == "t")
  }

  @Test("what a profile's format needs is recorded for the frontends whose loggers name it")
  func needs() throws {
    func records(_ profile: String) throws -> Bool {
      try snapshot(
        timeouts + """
          frontend f
            bind :1
            log stderr \(profile) local0
            log-format "%ci"
          log-profile p
            on any format "%bi"
          """
      ).proxy.frontends[0].recordsSourceAddress
    }
    #expect(try records("profile p"))
    #expect(try !records(""))
  }

  @Test("'log-forward' listens on each address and port, and sends to 'log global' too")
  func forward() throws {
    let found = try snapshot(
      """
      global
        log stderr local0
        unix-bind prefix /run mode 600
      log-forward l
        bind 127.0.0.1:1514-1515,[::1]:1514 log-proto relp
        dgram-bind udp@127.0.0.1:1514 ssl accept-proxy mss 5
        bind /in.sock
        log global
        log ring@r format iso local0
      ring r
        server s 127.0.0.1
      """)
    let forward = try #require(found.logForwards.first)
    #expect(
      forward.listeners.map { "\($0.input) \($0.address.text)" } == [
        "relp 127.0.0.1:1514", "relp 127.0.0.1:1515", "relp [::1]:1514",
        "datagrams 127.0.0.1:1514", "stream /run/in.sock",
      ])
    #expect(forward.listeners[4].fileMode == 0o600)
    #expect(forward.loggers.map(\.target) == [.descriptor(2), .ring("r")])
    #expect(forward.loggers.map(\.format) == [nil, .iso])
    #expect(forward.connectionLimit == 10)
    #expect(forward.hostRule == .fill)
    #expect(found.listens)
  }

  @Test("'no log' drops the lines before it, and 'maxconn 0' is HAProxy's 10")
  func forwardReversal() throws {
    let forward = try snapshot(
      "log-forward l\n bind :1\n log stderr local0\n no log\n maxconn 0\n log stdout local0"
    ).logForwards[0]
    #expect(forward.loggers.map(\.target) == [.descriptor(1)])
    #expect(forward.connectionLimit == 10)
  }

  @Test("a section that leads nowhere is told of")
  func nowhere() {
    let found = load("log-forward l\nring r")
    #expect(
      messages(found.diagnostics, .warning) == [
        "1: log-forward 'l' has no 'bind' directive.",
        "1: log-forward 'l' has no 'log' line: messages go nowhere.",
      ])
    #expect(
      messages(found.diagnostics, .notice)
        == ["2: ring 'r' has neither a 'server' nor a 'backing-file': messages go nowhere."])
  }

  @Test("a section without a name is one mistake, whatever its lines say")
  func nameless() {
    let found = load("ring\n foo\nlog-forward\n foo\nlog-profile\n foo")
    #expect(
      messages(found.diagnostics, .alert) == [
        "1: missing ring name.", "3: missing name for log-forward section.",
        "5: missing name for log-profile section.",
      ])
  }
}
