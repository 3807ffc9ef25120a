internal import LogRecords
package import LogSinks
package import Proxy

/// One configuration, read, checked and resolved: what every other module is set up from.
package struct Snapshot: Sendable {
  /// The section `global`.
  package var global = GlobalSettings()
  /// The data plane's part.
  package var proxy = ProxySettings()
  /// What each frontend logs, by its index in `proxy.frontends`.
  package var frontendLogs: [ProxyLogSettings] = []
  /// What each backend logs (states of its servers), by its index in `proxy.backends`.
  package var backendLogs: [ProxyLogSettings] = []
  /// The sections `ring`.
  package var rings: [RingSettings] = []
  /// The backends of `mode log`.
  package var logBackends: [LogBackendSettings] = []
  /// The sections `log-forward`.
  package var logForwards: [LogForwardSettings] = []
  /// The sections `log-profile`.
  package var logProfiles: [LogProfileSettings] = []

  /// A configuration without proxies.
  package init() {}
}

extension Snapshot {
  /// Whether anything is listened at, for clients or for logs.
  package var listens: Bool {
    proxy.frontends.contains { !$0.listeners.isEmpty }
      || logForwards.contains { !$0.listeners.isEmpty }
  }

  /// Shows every line of the log on stdout too, beside the receivers that the file names (`-d`).
  package mutating func showEveryLine() {
    var terminal = LoggerSettings(target: .descriptor(1), facility: .daemon)
    terminal.format = .iso
    global.loggers.append(terminal)
    for index in frontendLogs.indices { frontendLogs[index].loggers.append(terminal) }
    for index in backendLogs.indices { backendLogs[index].loggers.append(terminal) }
  }
}
