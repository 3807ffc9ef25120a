import ConfigSyntax
import LogRecords
import LogSinks
import Proxy

extension Resolver {
  /// What a proxy logs. Only frontends have formats: a backend logs what befalls its servers.
  mutating func makeLogs(_ number: Int, isFront: Bool) -> ProxyLogSettings {
    let proxy = proxies[number]
    var logs = ProxyLogSettings()
    for entry in proxy.values.logs {
      switch entry {
      case .global: logs.loggers += snapshot.global.loggers
      case .logger(let logger):
        // A `listen` section is both: its loggers are resolved, and reported, once.
        if let settings = resolve(logger) { logs.loggers.append(settings) }
      }
    }
    if let tag = proxy.values.logTag ?? global.settings.logTag { logs.tag = tag }
    guard isFront else { return logs }
    logs.format = compile(proxy.values.format, .line, "log-format")
    logs.structuredData = compile(proxy.values.structuredData, .structuredData, "log-format-sd")
    logs.errorFormat = compile(proxy.values.errorFormat, .error, "error-log-format")
    logs.uniqueIdentifier = compile(
      proxy.values.uniqueIdentifier, .uniqueIdentifier, "unique-id-format")
    return logs
  }
}
