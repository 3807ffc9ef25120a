import Balancing
import Configuration
import HealthChecks
import Kernel
import LogRecords
import LogSinks
import Proxy

extension KeywordEffectTests {
  /// What needs a logger, so that a format is no reason for a warning.
  private static let logger = "log 127.0.0.1 local0"

  static let fronts: [KeywordEffect] = [
    .front("bind", "[::1]:81 name second") {
      $0.proxy.frontends[0].listeners.map(\.address).contains(
        .internet(.ipv6(high: 0, low: 1, port: 81)))
    },
    .front("default_backend", "other", given: "backend other\nserver o 127.0.0.9:9") {
      $0.proxy.frontends[0].backend == $0.proxy.backends.firstIndex { $0.name == "other" }
    },
    .front("maxconn", "55") { $0.proxy.frontends[0].connectionLimit == 55 },
    .front("backlog", "56") { $0.proxy.frontends[0].backlog == 56 },
    .front("log", "/dev/log local1") {
      $0.frontendLogs[0].loggers == [
        LoggerSettings(target: .unixDatagram(path: "/dev/log"), facility: .local1)
      ]
    },
    .front("log-steps", "accept,close") {
      $0.proxy.frontends[0].logSteps == [.accept, .close]
    },
    .front("log-steps", "all") { $0.proxy.frontends[0].logSteps?.count == 3 },
    .front("log-interval", "1m") { $0.proxy.frontends[0].logIntervalMilliseconds == 60000 },
    .front("log-limit", "error 10/1s") {
      $0.frontendLogs[0].limits == [.error: LogLimitSettings(count: 10, periodMilliseconds: 1000)]
    },
    .back("log-limit", "server.down 5/1m") {
      $0.backendLogs[0].limits
        == [.event(.serverDown): LogLimitSettings(count: 5, periodMilliseconds: 60000)]
    },
    .front("log-format", "\"%ci %f\"", given: logger) {
      $0.frontendLogs[0].format?.source == "%ci %f"
    },
    .front("log-format-sd", "[a@1\\ b=\\\"%f\\\"]", given: logger) {
      $0.frontendLogs[0].structuredData?.source == "[a@1 b=\"%f\"]"
    },
    .front("error-log-format", "%ci", given: logger) {
      $0.frontendLogs[0].errorFormat?.source == "%ci"
    },
    .front("unique-id-format", "%ci-%cp", given: logger) {
      $0.frontendLogs[0].uniqueIdentifier?.source == "%ci-%cp"
    },
    .front("log-tag", "w") { $0.frontendLogs[0].tag == "w" && $0.backendLogs[0].tag == "weir" },
    .front("id", "9") { $0.proxy.frontends[0].identifier == 9 },
    .front("description", "two words") { $0.proxy.frontends[0].description == "two words" },
    .front("disabled") { $0.proxy.frontends[0].isDisabled },
    .front("enabled", given: "disabled") { !$0.proxy.frontends[0].isDisabled },
    .front("option clitcpka") { $0.proxy.frontends[0].keepAlive },
    .front("option dontlog-normal") { $0.proxy.frontends[0].skipsNormalConnections },
    .front("option dontlognull") { $0.proxy.frontends[0].skipsEmptyConnections },
    .front("option log-separate-errors") { $0.proxy.frontends[0].separatesErrors },
    .front("option logasap") { $0.proxy.frontends[0].logsAsSoonAsPossible },
    .front("option nolinger") {
      $0.proxy.frontends[0].noLinger && !$0.proxy.backends[0].noLinger
    },
    .front("option splice-auto") { $0.proxy.frontends[0].splice == .automatic },
    .front("option splice-request") { $0.proxy.frontends[0].splice == .request },
    .front("option splice-response") { $0.proxy.frontends[0].splice == .response },
    .front("option tcp-smart-accept") { $0.proxy.frontends[0].smartAccept == true },
    .front("option tcplog", given: logger) {
      $0.frontendLogs[0].format == FormatProgram.tcplog
        && $0.proxy.frontends[0].lineMoment == .close
    },
    .front("option tcplog", "clf", given: logger) {
      $0.frontendLogs[0].format == FormatProgram.tcplogCLF
    },
    .front("option tcpka") { $0.proxy.frontends[0].keepAlive },
    .front("timeout client", "7s") { $0.proxy.frontends[0].clientTimeoutMilliseconds == 7000 },
    .front("timeout client-fin", "8s") {
      $0.proxy.frontends[0].clientFinTimeoutMilliseconds == 8000
    },
  ]

  static let backs: [KeywordEffect] = [
    .back("server", "u unix@/run/u.sock weight 5") {
      $0.proxy.backends[0].servers.contains {
        $0.name == "u" && $0.address == .unix(path: "/run/u.sock") && $0.weight == 5
      }
    },
    .back("default-server", "weight 6 check inter 4s") {
      $0.proxy.backends[0].servers.allSatisfy {
        $0.weight == 6 && $0.check?.intervalMilliseconds == 4000
      }
    },
    .back("balance", "leastconn") { $0.proxy.backends[0].algorithm == .leastConnections },
    .back("hash-type", "consistent wt6 avalanche") {
      $0.proxy.backends[0].hashType
        == HashType(method: .consistent, function: .wt6, avalanche: true)
    },
    .back("hash-type", "consistent") {
      $0.proxy.backends[0].hashType == HashType(method: .consistent, avalanche: true)
    },
    .back("fullconn", "57") { $0.proxy.backends[0].fullConnections == 57 },
    .back("retries", "6") { $0.proxy.backends[0].retries == 6 },
    .back("source", "127.0.0.5:77") {
      $0.proxy.backends[0].source?.address == .internet(.ipv4(0x7F00_0005, port: 77))
    },
    .back("id", "8") { $0.proxy.backends[0].identifier == 8 },
    .back("log", "global", given: "global\nlog stdout daemon\ndefaults") {
      $0.backendLogs[0].loggers == [
        LoggerSettings(target: .descriptor(1), facility: .daemon)
      ] && $0.frontendLogs[0].loggers.isEmpty
    },
    .back("option abortonclose") { $0.proxy.backends[0].abortsOnClose },
    .back("option allbackups") { $0.proxy.backends[0].usesAllBackups },
    .back("option srvtcpka") { $0.proxy.backends[0].keepAlive },
    .back("option tcpka") { $0.proxy.backends[0].keepAlive },
    .back("option log-health-checks") { $0.proxy.backends[0].logsHealthChecks },
    .back("option nolinger") { $0.proxy.backends[0].noLinger },
    .back("option persist") { $0.proxy.backends[0].persists },
    .back("option splice-response") { $0.proxy.backends[0].splice == .response },
    .back("option tcp-smart-connect") { $0.proxy.backends[0].smartConnect },
    .back("option redispatch") { $0.proxy.backends[0].redispatch == .every(-1) },
    .back("option redispatch", "2") { $0.proxy.backends[0].redispatch == .every(2) },
    .back("option pgsql-check", "user u", server: "check") {
      $0.proxy.backends[0].servers[0].check?.dialogue == .postgres(user: "u")
    },
    .back("option tcp-check", server: "check") {
      $0.proxy.backends[0].servers[0].check?.dialogue == .tcpCheck
    },
    .back("tcp-check connect", server: "check") {
      $0.proxy.backends[0].servers[0].check?.dialogue == .tcpCheck
    },
    .back("timeout check", "300ms", server: "check") {
      let check = $0.proxy.backends[0].servers[0].check
      return check?.checkTimeoutMilliseconds == 300 && check?.connectTimeoutMilliseconds == 1000
    },
    .back("timeout connect", "7s") { $0.proxy.backends[0].connectTimeoutMilliseconds == 7000 },
    .back("timeout queue", "8s") { $0.proxy.backends[0].queueTimeoutMilliseconds == 8000 },
    .back("timeout server", "9s") { $0.proxy.backends[0].serverTimeoutMilliseconds == 9000 },
    .back("timeout server-fin", "10s") {
      $0.proxy.backends[0].serverFinTimeoutMilliseconds == 10000
    },
    .back("timeout tunnel", "1h") { $0.proxy.backends[0].tunnelTimeoutMilliseconds == 3_600_000 },
  ]
}
