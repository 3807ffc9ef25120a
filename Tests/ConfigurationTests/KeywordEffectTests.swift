import Balancing
import ConfigSyntax
import Configuration
import HealthChecks
import Kernel
import LogRecords
import LogSinks
import Proxy
import Testing

@Suite("Every keyword that is served has its effect")
struct KeywordEffectTests {
  @Test("the snapshot shows the keyword, and does not without it", arguments: effects)
  func effect(_ effect: KeywordEffect) throws {
    let with = load(effect.text)
    let snapshot = try #require(
      with.snapshot, "\(with.diagnostics.rendered(processIdentifier: 1))")
    #expect(effect.shows(snapshot))
    let without = load(effect.without)
    let other = try #require(
      without.snapshot, "\(without.diagnostics.rendered(processIdentifier: 1))")
    #expect(!effect.shows(other), "the sign shows without the keyword too")
  }

  @Test("no keyword that is served is without such a test")
  func complete() {
    let tested = Set(Self.effects.map(\.description))
    for keyword in KeywordTable.keywords where keyword.status == .served {
      // What sections and `mode` do, other suites test.
      if keyword.place != .section, keyword.name != "mode" {
        #expect(tested.contains("\(keyword.place) \(keyword.name)"), "\(keyword.name)")
      }
    }
  }

  static let effects =
    [formatFolder] + globals + fronts + backs + algorithms + binds + servers + checks
    + logSections

  /// Without the folder, a format of this name is not found.
  private static let formatFolder = KeywordEffect(
    place: .global, name: "log-format-dir",
    text: KeywordEffect.file(
      global: "log-format-dir /var/formats", frontend: "log stdout local0\nlog-format @mine"),
    without: KeywordEffect.file(frontend: "log stdout local0\nlog-format @csv")
  ) { $0.proxy.frontends[0].lineMoment != .close }

  static let globals: [KeywordEffect] = [
    .global("daemon") { $0.global.daemonizes },
    .global("hard-stop-after", "5s") { $0.global.hardStopAfterMilliseconds == 5000 },
    .global("grace", "1m") { $0.global.graceMilliseconds == 60000 },
    .global("maxconn", "77") {
      $0.global.connectionLimit == 77 && $0.proxy.connectionLimit == 77
    },
    .global("nbthread", "3") { $0.global.threadCount == 3 },
    .global("pidfile", "/run/w.pid") { $0.global.pidFile == "/run/w.pid" },
    .global("ulimit-n", "5000") { $0.global.descriptorLimit == 5000 },
    .global("quiet") { $0.global.isQuiet },
    .global("zero-warning") { $0.global.refusesWarnings },
    .global("spread-checks", "20") { $0.proxy.checkSpreadPercent == 20 },
    .global("max-spread-checks", "3s") { $0.proxy.checkSpreadLimitMilliseconds == 3000 },
    .global("nosplice") { !$0.proxy.allowsSplice },
    .global("chroot", "/var/empty") { $0.global.changeRoot == "/var/empty" },
    .global("user", "haproxy") { $0.global.user == .name("haproxy") },
    .global("group", "haproxy") { $0.global.group == .name("haproxy") },
    .global("uid", "99") { $0.global.user == .number(99) },
    .global("gid", "98") { $0.global.group == .number(98) },
    .global("node", "n-1.a_b") { $0.global.node == "n-1.a_b" },
    .global("description", "two words") { $0.global.description == "two words" },
    .global(
      "unix-bind", "prefix /run mode 600 user root group haproxy",
      given: "defaults\nfrontend u\nbind /u.sock"
    ) {
      let listener = $0.proxy.frontends.first { $0.name == "u" }?.listeners.first
      return listener?.address == .unix(path: "/run/u.sock") && listener?.ownership.mode == 0o600
        && listener?.ownership.user == 0 && listener?.ownership.group == 98
    },
    .global("log", "127.0.0.1:515 len 500 format rfc5424 sample 1,3-4:5 daemon info notice") {
      var wanted = LoggerSettings(
        target: .udp(.internet(.ipv4(0x7F00_0001, port: 515))), facility: .daemon)
      wanted.length = 500
      wanted.format = .rfc5424
      wanted.sample = .init(ranges: [1...1, 3...4], size: 5)
      wanted.level = .information
      wanted.minimumLevel = .notice
      return $0.global.loggers == [wanted]
    },
    .global("log-limit", "limit.reached 1/10s") {
      $0.global.logLimits
        == [.event(.limitReached): LogLimitSettings(count: 1, periodMilliseconds: 10000)]
    },
    .global("log-send-hostname", "h") { $0.global.logHostname == "h" },
    .global("log-tag", "w") {
      $0.global.logTag == "w" && $0.frontendLogs[0].tag == "w" && $0.backendLogs[0].tag == "w"
    },
    .global("stats socket", "/run/w.sock level admin mode 660") {
      $0.global.statisticsSockets == [
        .init(address: .unix(path: "/run/w.sock"), level: "admin", mode: 0o660)
      ] && $0.proxy.frontends[0].identifier == 2
    },
    .global("stats timeout", "2m") { $0.global.statisticsTimeoutMilliseconds == 120_000 },
    .global("stats maxconn", "7") { $0.global.statisticsConnectionLimit == 7 },
    .global("setenv", "N x", given: "description \"${N-none}\"") { $0.global.description == "x" },
    .global("presetenv", "N y", given: "description \"${N-none}\"") {
      $0.global.description == "y"
    },
    .global("unsetenv", "HOME", given: "description \"a${HOME-none}\"") {
      $0.global.description == "anone"
    },
    .global("resetenv", "PATH", given: "description \"a${HOME-none}\"") {
      $0.global.description == "anone"
    },
    .global("tune.bufsize", "32k") { $0.proxy.bufferSize == 32768 },
    .global("tune.maxaccept", "9") { $0.proxy.acceptLimit == 9 },
    .global("tune.rcvbuf.client", "1m") { $0.proxy.clientReceiveBuffer == 1_048_576 },
    .global("tune.rcvbuf.server", "2m") { $0.proxy.serverReceiveBuffer == 2_097_152 },
    .global("tune.sndbuf.client", "3k") { $0.proxy.clientSendBuffer == 3072 },
    .global("tune.sndbuf.server", "4k") { $0.proxy.serverSendBuffer == 4096 },
  ]

  static let algorithms: [KeywordEffect] = [
    .balance("roundrobin") { $0.proxy.backends[0].algorithm == .roundRobin },
    .balance("static-rr") { $0.proxy.backends[0].algorithm == .staticRoundRobin },
    .balance("leastconn") { $0.proxy.backends[0].algorithm == .leastConnections },
    .balance("first") { $0.proxy.backends[0].algorithm == .first },
    .balance("source") { $0.proxy.backends[0].algorithm == .source },
    .balance("random") { $0.proxy.backends[0].algorithm == .random(draws: 2) },
    KeywordEffect(
      place: .balance, name: "sticky", text: "backend b\nmode log\nbalance sticky",
      without: "backend b\nmode log"
    ) { $0.logBackends.first?.algorithm == .sticky },
    KeywordEffect(
      place: .balance, name: "log-hash",
      text: "backend b\nmode log\nbalance log-hash lower,field(2,:)",
      without: "backend b\nmode log"
    ) { $0.logBackends.first?.algorithm == .hash(converters: "lower,field(2,:)") },
    .balance("random", "(3)") { $0.proxy.backends[0].algorithm == .random(draws: 3) },
  ]

  static let binds: [KeywordEffect] = [
    .bind("accept-proxy") { $0.acceptsProxyProtocol },
    .bind("backlog", "9") { $0.backlog == 9 },
    .bind("defer-accept") { $0.deferAccept },
    .bind("gid", "5") { $0.ownership.group == 5 },
    .bind("group", "haproxy") { $0.ownership.group == 98 },
    .bind("id", "7") { $0.identifier == 7 },
    .bind("interface", "lo") { $0.interface == "lo" },
    .bind("maxconn", "8") { $0.connectionLimit == 8 },
    .bind("mode", "666") { $0.ownership.mode == 0o666 },
    .bind("mss", "1400") { $0.maximumSegmentSize == 1400 },
    .bind("name", "n") { $0.name == "n" },
    .bind("tcp-ut", "3s") { $0.userTimeoutMilliseconds == 3000 },
    .bind("tfo") { $0.fastOpen },
    .bind("transparent") { $0.transparent },
    .bind("uid", "5") { $0.ownership.user == 5 },
    .bind("user", "haproxy") { $0.ownership.user == 99 },
    .bind("v4v6") { $0.ipv6Only == false },
    .bind("v6only") { $0.ipv6Only == true },
  ]
}
