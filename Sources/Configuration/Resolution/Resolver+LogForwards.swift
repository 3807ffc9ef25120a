import ConfigSyntax
import Kernel
import LogSinks
import Proxy
import TLS

extension Resolver {
  /// The sections `log-forward`, with their sockets and loggers.
  mutating func resolveLogForwards() {
    for draft in logs.forwards {
      refuseName(of: draft)
      var forward = draft.settings
      for (bind, isDatagram) in draft.binds {
        forward.listeners += makeLogListeners(bind, isDatagram: isDatagram)
      }
      for entry in draft.logs {
        switch entry {
        case .global: forward.loggers += snapshot.global.loggers
        case .logger(let logger):
          if let settings = resolve(logger) { forward.loggers.append(settings) }
        }
      }
      snapshot.logForwards.append(forward)
    }
  }

  /// Sections `log-forward` share their names with no proxy.
  private mutating func refuseName(of draft: LogForwardDraft) {
    let name = draft.settings.name
    for proxy in proxies where proxy.name == name {
      let isAfter =
        proxy.line.file == draft.line.file && proxy.line.number > draft.line.number
      let message =
        isAfter
        ? "\(proxy.kind.title) '\(name)' has the same name as log forward section '\(name)'"
          + " declared at \(place(of: draft.line))."
        : "log forward section '\(name)' has the same name as \(proxy.kind.title) '\(name)'"
          + " declared at \(place(of: proxy.line))."
      diagnostics.report(Mistake(message, at: 1), isAfter ? proxy.line : draft.line)
    }
  }

  /// The sockets of a `bind` or `dgram-bind` line: one for each address and port.
  private mutating func makeLogListeners(
    _ bind: BindDraft, isDatagram: Bool
  ) -> [LogForwardSettings.Listener] {
    let keyword = isDatagram ? "dgram-bind" : "bind"
    func head() -> String {
      "'\(keyword) \(bind.line.words[bind.addressWord].text)' in section 'log-forward' : "
    }
    let tls = isDatagram ? nil : makeServerTLS(bind, head: head())
    let owner = makeOwnership(bind, head: head())
    var listeners: [LogForwardSettings.Listener] = []
    for address in bind.addresses {
      let located = Located(address, bind.line, word: bind.addressWord)
      guard let found = socketAddress(located, head: "'\(keyword)' : ") else { continue }
      if case .numbers(let range) = address.port { listenerCount += range.count }
      guard listenerCount <= Self.listenerLimit else {
        diagnostics.report(
          .alert, "more than \(Self.listenerLimit) sockets to listen on.", at: located,
          remedy: "A process has no more descriptors than that; name fewer ports.")
        return listeners
      }
      for socket in everyPort(of: address, found) {
        var listener = LogForwardSettings.Listener(
          address: prefixed(socket),
          input: isDatagram ? .datagrams : bind.listener.isAcknowledged ? .relp : .stream)
        listener.name = bind.settings.name
        listener.tls = tls
        listener.fileMode = owner.mode
        listener.fileUser = owner.user
        listener.fileGroup = owner.group
        listeners.append(listener)
      }
    }
    return listeners
  }

  /// How a socket speaks TLS; its files must be readable.
  private mutating func makeServerTLS(_ bind: BindDraft, head: String) -> TLSServerSettings? {
    let words = bind.listener
    guard words.speaksTLS else { return nil }
    guard let certificate = words.certificateFile else {
      diagnostics.report(
        Mistake(
          "\(head)no SSL certificate specified (use 'crt').", at: bind.addressWord,
          remedy: "Name a file with certificate, chain and key: 'crt FILE'."), bind.line)
      return nil
    }
    let path = prefixed(certificate.value, by: "crt-base")
    let before = diagnostics.alertCount
    requireCertificate(path, certificate, head: head)
    var tls = TLSServerSettings(certificateFile: path)
    tls.verification = words.verification
    if let file = words.authorityFile {
      let path = prefixed(file.value, by: "ca-base")
      tls.authorityFile = path
      if let reason = lookups.unreadable(path) {
        diagnostics.report(
          .alert, "\(head)Couldn't open the ca-file '\(path)' (\(reason)).", at: file,
          remedy: Self.fileRemedy)
      }
    } else if words.verification != .none {
      diagnostics.report(
        Mistake(
          "\(head)verify is set and no CA file specified: no sender's certificate could hold.",
          at: bind.addressWord, remedy: "Name the authorities with 'ca-file FILE'."), bind.line)
    }
    if diagnostics.alertCount == before, let error = lookups.refusesServer(tls) {
      diagnostics.report(
        .alert, "\(head)\(error.message).", at: certificate, remedy: error.remedy)
    }
    return tls
  }

  /// Says what leads nowhere in the sections for logs.
  mutating func warnOfLogs() {
    for draft in logs.forwards {
      let name = draft.settings.name
      if draft.binds.isEmpty {
        diagnostics.report(
          Mistake(
            "log-forward '\(name)' has no 'bind' directive.", at: 1,
            remedy: "Add 'bind' for streams or 'dgram-bind' for datagrams."), draft.line,
          level: .warning)
      }
      if draft.logs.isEmpty {
        diagnostics.report(
          Mistake(
            "log-forward '\(name)' has no 'log' line: messages go nowhere.", at: 1), draft.line,
          level: .warning)
      }
    }
    for ring in logs.rings where ring.servers.isEmpty && ring.backingFile == nil {
      diagnostics.report(
        Mistake(
          "ring '\(ring.settings.name)' has neither a 'server' nor a 'backing-file': messages go"
            + " nowhere.", at: 1), ring.line, level: .notice)
    }
  }
}
