import Configuration
import HealthChecks
import Kernel
import Proxy

extension KeywordEffectTests {
  static let servers: [KeywordEffect] = [
    .server("backup") { $0.isBackup },
    .server("disabled") { $0.isDisabled },
    .server("enabled", given: "default-server disabled") { !$0.isDisabled },
    .server("error-limit", "4") { $0.errorLimit == 4 },
    .server("id", "44") { $0.identifier == 44 },
    KeywordEffect(
      place: .server, name: "init-addr",
      text: KeywordEffect.file(backend: "server n db.example:5 init-addr last,10.0.0.9"),
      without: KeywordEffect.file(backend: "server n db.example:5")
    ) {
      $0.proxy.backends[0].servers[0].address == .internet(.ipv4(0x0A00_0009, port: 5))
    },
    .server("init-state", "fully-down") { $0.initialState == .fullyDown },
    .server("maxconn", "5") { $0.connectionLimit == 5 },
    .server("maxqueue", "6") { $0.queueLimit == 6 },
    .server("minconn", "2", after: "maxconn 5") {
      $0.minimumConnectionLimit == 2 && $0.connectionLimit == 5
    },
    .server("minconn", "7") { $0.minimumConnectionLimit == 0 && $0.connectionLimit == 7 },
    .server("observe", "layer4", after: "check") { $0.observesConnections },
    .server("on-error", "mark-down") { $0.onError == .markDown },
    .server("on-marked-down", "shutdown-sessions") { $0.endsSessionsWhenDown },
    .server("on-marked-up", "shutdown-backup-sessions") { $0.endsBackupSessionsWhenUp },
    .server("send-proxy") { $0.proxyProtocol == 1 },
    .server("send-proxy-v2") { $0.proxyProtocol == 2 },
    .server("no-send-proxy", after: "send-proxy") { $0.proxyProtocol == nil },
    .server("no-send-proxy-v2", after: "send-proxy-v2") { $0.proxyProtocol == nil },
    .server("slowstart", "30s") { $0.slowStartMilliseconds == 30000 },
    .server("source", "127.0.0.6") {
      $0.source?.address == .internet(.ipv4(0x7F00_0006, port: 0))
    },
    .server("tcp-ut", "4s") { $0.userTimeoutMilliseconds == 4000 },
    .server("tfo") { $0.fastOpen },
    .server("track", "b/t", given: "default-server check", after: "no-check") {
      $0.track == .init(backend: 0, server: 1)
    },
    .server("weight", "200") { $0.weight == 200 },
  ]

  static let checks: [KeywordEffect] = [
    .server("check") { $0.check == CheckSettings() },
    .server("check-send-proxy", after: "check port 9 send-proxy-v2") {
      $0.check?.proxyProtocol == 2
    },
    .server("addr", "127.0.0.8", after: "check") {
      $0.check?.address == .internet(.ipv4(0x7F00_0008, port: 1))
    },
    .server("port", "99", after: "check") { $0.check?.port == 99 },
    .server("inter", "5s", after: "check") { $0.check?.intervalMilliseconds == 5000 },
    .server("fastinter", "6s", after: "check") { $0.check?.fastIntervalMilliseconds == 6000 },
    .server("downinter", "7s", after: "check") { $0.check?.downIntervalMilliseconds == 7000 },
    .server("rise", "4", after: "check") { $0.check?.rise == 4 },
    .server("fall", "5", after: "check") { $0.check?.fall == 5 },
  ]
}
