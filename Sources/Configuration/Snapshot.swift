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

  /// A configuration without proxies.
  package init() {}
}
