import ConfigSyntax
import HealthChecks
import Proxy

extension Resolver {
  /// Warns of what HAProxy warns of, in its words, and notes what else is likely not meant.
  mutating func warnOfProxy(_ number: Int) {
    let draft = proxies[number]
    guard !draft.values.isDisabled else { return }
    let title = "\(draft.kind.title) '\(draft.name)'"
    if draft.kind.isFront, draft.binds.isEmpty {
      diagnostics.report(
        .warning,
        "\(title) has no 'bind' directive. Please declare it as a backend if this was intended.")
    }
    if !draft.values.isLogMode { warnOfTimeouts(draft, title) }
    if !draft.values.isForeignMode { warnOfHTTP(draft, title) }
    if draft.kind.isFront, draft.values.format != nil, hasNoLogger(draft) {
      diagnostics.report(
        .warning, "log format ignored for \(title) since it has no log address.")
    }
    noteServers(draft, title)
  }

  /// Whether a proxy has no `log`, or only `log global` where `global` has none.
  private func hasNoLogger(_ draft: ProxyDraft) -> Bool {
    draft.values.logs.allSatisfy {
      if case .global = $0 { global.loggers.isEmpty } else { false }
    }
  }

  private mutating func warnOfTimeouts(_ draft: ProxyDraft, _ title: String) {
    let values = draft.values
    let lacksClient = draft.kind.isFront && values.front.clientTimeoutMilliseconds == nil
    let lacksServer =
      draft.kind.isBack && !draft.servers.isEmpty
      && (values.back.connectTimeoutMilliseconds == nil
        || values.back.serverTimeoutMilliseconds == nil)
    guard lacksClient || lacksServer else { return }
    diagnostics.report(
      .warning, "missing timeouts for \(title).",
      remedy: """
        While not properly invalid, you will certainly encounter various problems
        with such a configuration. To fix this, please ensure that all following
        timeouts are set to a non-zero value: 'client', 'connect', 'server'.
        """)
  }

  /// Statements for HTTP, each in HAProxy's words.
  private mutating func warnOfHTTP(_ draft: ProxyDraft, _ title: String) {
    if let place = draft.values.httpLog, draft.kind.isFront {
      diagnostics.report(
        .warning,
        "'option \(place.value)' not usable with \(title) (needs 'mode http')."
          + " Falling back to 'option tcplog'.", at: place)
    }
    for warning in draft.values.httpWarnings {
      switch warning {
      case .rules(let name):
        diagnostics.report(
          .warning, "'\(name)' rules ignored for \(title) as they require HTTP mode.")
      case .statement(let name):
        diagnostics.report(
          .warning, "'\(name)' statement ignored for \(title) as it requires HTTP mode.")
      case .option(let name):
        guard applies("option \(name)", to: draft.kind) else { continue }
        diagnostics.report(
          .warning, "'option \(name)' ignored for \(title) as it requires HTTP mode.")
      case .needsMode(let name):
        guard applies(name, to: draft.kind) else { continue }
        diagnostics.report(
          .warning, "\(name) will be ignored for \(title) (needs 'mode http').")
      case .layer7Hash:
        guard draft.kind.isBack else { continue }
        diagnostics.report(
          .warning,
          "Layer 7 hash not possible for \(title) (needs 'mode http')."
            + " Falling back to round robin.")
      case .serverCookie: break
      }
    }
    for server in draft.servers where server.hasCookie {
      guard let line = server.line else { continue }
      diagnostics.report(
        Mistake(
          "\(title) : ignoring cookie for server '\(server.settings.name)' as HTTP mode is disabled.",
          at: 1), line, level: .warning)
    }
  }

  /// Whether a keyword that came from `defaults` concerns this kind of proxy.
  private func applies(_ name: String, to kind: ProxyDraft.Kind) -> Bool {
    KeywordTable.proxies.find(name)?.sections.contains(kind.section) ?? true
  }

  /// HAProxy says nothing of these; neither is it a warning here.
  private mutating func noteServers(_ draft: ProxyDraft, _ title: String) {
    guard draft.kind.isBack, !draft.servers.isEmpty else { return }
    if case .connect = draft.values.checkDialogue { return }
    guard draft.servers.allSatisfy({ !$0.isChecked && $0.track == nil }) else { return }
    diagnostics.report(
      .notice, "no server of \(title) is checked, so that its check is of no use.",
      remedy: "Add 'check' to the server lines.")
  }
}
