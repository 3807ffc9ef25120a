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
    logs.limits = proxy.values.logLimits
    guard isFront else { return logs }
    let values = proxy.values
    logs.format = compile(values.format, .line, "log-format", of: proxy)
    logs.structuredData = compile(
      values.structuredData, .structuredData, "log-format-sd", of: proxy)
    logs.errorFormat = compile(values.errorFormat, .error, "error-log-format", of: proxy)
    logs.uniqueIdentifier = compile(
      values.uniqueIdentifier, .uniqueIdentifier, "unique-id-format", of: proxy)
    return logs
  }

  /// Compiles a format of a proxy, and sees that there is what it counts by name.
  private mutating func compile(
    _ format: Located<String>?, _ kind: FormatProgram.Kind, _ keyword: String, of proxy: ProxyDraft
  ) -> FormatProgram? {
    let program = compile(format, kind, keyword)
    guard let format, let program else { return program }
    for count in program.namedCounts {
      guard let (what, fetch) = missing(count.within(proxy.name)) else { continue }
      diagnostics.report(
        Mistake(
          "unable to find \(what) referenced in arg 1 of sample fetch keyword '\(fetch)' in "
            + "\(keyword) string in proxy '\(proxy.name)'.", at: format.word), format.line)
    }
    return program
  }

  /// What is not there of a count's names, in HAProxy's words, and the fetch that names it.
  private func missing(_ count: NamedCount) -> (what: String, fetch: String)? {
    switch count {
    case .frontend(let name):
      return frontends[name] == nil ? ("frontend '\(name)'", "fe_conn") : nil
    case .backend(let name):
      return backends[name] == nil ? ("backend '\(name)'", "be_conn") : nil
    case .server(let backend, let server):
      let backend = backend ?? ""
      guard let draft = backends[backend]?.draft else {
        let isProxy = frontends[backend] != nil
        return isProxy
          ? ("server '\(server)' in proxy '\(backend)',", "srv_conn")
          : ("proxy '\(backend)'", "srv_conn")
      }
      let isThere = proxies[draft].servers.contains { $0.settings.name == server }
      return isThere ? nil : ("server '\(server)' in proxy '\(backend)',", "srv_conn")
    }
  }
}
