import Balancing
import ConfigSyntax
import LogRecords
import LogSinks
import Proxy

extension Resolver {
  /// The backends of `mode log`: their receivers, beside what the data plane has of them.
  mutating func resolveLogBackends() {
    for draft in proxies where draft.values.isLogMode {
      if draft.kind.isFront {
        guard !draft.values.isForeignMode else { continue }
        diagnostics.report(
          Mistake(
            "mode log is only applicable on proxies with backend capability.", at: 0,
            remedy: "\(draft.kind.title) '\(draft.name)' has it of 'defaults': write 'mode tcp'."),
          draft.line)
        continue
      }
      guard let index = backends[draft.name]?.index else { continue }
      var backend = LogBackendSettings(name: draft.name, backend: index)
      backend.algorithm = algorithm(of: draft)
      for (number, server) in draft.servers.enumerated() {
        guard var receiver = makeReceiver(server, section: draft.name) else { continue }
        receiver.connectTimeoutMilliseconds = draft.values.back.connectTimeoutMilliseconds
        receiver.serverTimeoutMilliseconds = draft.values.back.serverTimeoutMilliseconds
        refuseMixture(receiver, among: backend.servers, server, draft)
        backend.servers.append(receiver)
        // Of two backends of a name, which is an error of its own, the name finds but one.
        guard snapshot.proxy.backends[index].servers.indices.contains(number) else { continue }
        snapshot.proxy.backends[index].servers[number].address = receiver.address
      }
      snapshot.logBackends.append(backend)
    }
    for draft in proxies where draft.kind.isBack && !draft.values.isLogMode {
      refuseLogAlgorithm(draft)
    }
  }

  /// How the receiver of a message is chosen.
  private mutating func algorithm(of draft: ProxyDraft) -> LogBackendSettings.Algorithm {
    let title = "\(draft.kind.title) '\(draft.name)'"
    if draft.values.back.hashType.method == .consistent, draft.values.logAlgorithm != nil {
      diagnostics.report(
        Mistake(
          "\(title) : 'hash-type consistent' cannot be used in mode log.", at: 0,
          remedy: "Only 'hash-type map-based' is for 'log-hash'."), draft.line)
    }
    if let own = draft.values.logAlgorithm {
      if case .hash(let converters) = own.value { requireConverters(converters, own) }
      return own.value
    }
    switch draft.values.back.algorithm {
    case .roundRobin: return .roundRobin
    case .random: return .random
    default:
      diagnostics.report(
        Mistake(
          "\(title) : in mode log, 'balance' only supports 'roundrobin', 'random', 'sticky' and"
            + " 'log-hash'.", at: draft.values.balanceLine?.word ?? 0),
        draft.values.balanceLine?.line ?? draft.line)
      return .roundRobin
    }
  }

  /// The converters of `log-hash` must be such as take text.
  private mutating func requireConverters(
    _ converters: String, _ place: Located<LogBackendSettings.Algorithm>
  ) {
    do throws(FormatError) {
      _ = try FormatProgram(compiling: "%[str(text),\(converters)]")
    } catch {
      let near = error.suggestion.map { "; did you mean '\($0)' maybe ?" } ?? ""
      // What is said of the expression around them is left out.
      let message = error.message.split(separator: "> : ", maxSplits: 1).last ?? ""
      diagnostics.report(.alert, "'balance log-hash' : \(message)\(near)", at: place)
    }
  }

  /// A backend has receivers of datagrams, or of streams.
  private mutating func refuseMixture(
    _ receiver: LogServerSettings, among others: [LogServerSettings], _ server: ServerDraft,
    _ draft: ProxyDraft
  ) {
    guard let first = others.first, first.isDatagram != receiver.isDatagram,
      let line = server.line
    else { return }
    let kinds = receiver.isDatagram ? ("udp", "tcp") : ("tcp", "udp")
    diagnostics.report(
      Mistake(
        "\(draft.kind.title) '\(draft.name)' : cannot mix server types within a log backend, found"
          + " '\(kinds.0)' type while previous servers are of '\(kinds.1)' type.", at: 2,
        remedy: "Write one backend for each, and a 'log' line for each of these."), line)
  }

  /// `sticky` and `log-hash` are for logs.
  private mutating func refuseLogAlgorithm(_ draft: ProxyDraft) {
    guard let own = draft.values.logAlgorithm else { return }
    let (name, remedy) =
      own.value == .sticky ? ("sticky", "'balance first'") : ("log-hash", "'balance source'")
    diagnostics.report(
      .alert, "'balance \(name)' is for logs, and needs 'mode log'.", at: own,
      remedy: "Use \(remedy) for connections.")
  }
}
