import ConfigSyntax
import LogSinks
import TLS

extension Keyword {
  /// The keywords of `log-forward`.
  static let logForwards: [Keyword] = [
    logForward(
      "backlog",
      .integer("<connections>", in: 0...Int(Int32.max)) {
        $0.settings.backlog = $1 == 0 ? nil : $1
      }, initial: "`maxconn`", "Length of the kernel's queue of connections to be accepted."),
    logForward(
      "bind",
      .custom("<address>[,<address>…] [<word of bind lines>…]") {
        (draft, arguments) throws(Mistake) in
        let bind = try BindLine.read(&arguments, section: "log-forward", for: .messages)
        draft.binds.append((bind: bind, isDatagram: false))
      }, "Takes messages on streams; see the words of `bind` lines for logs."),
    logForward(
      "dgram-bind",
      .custom("<address>[,<address>…] [name <name>] [mode <octal>] [user <name>] [group <name>]") {
        (draft, arguments) throws(Mistake) in
        let bind = try BindLine.read(
          &arguments, section: "log-forward", title: "dgram-bind", for: .datagrams)
        draft.binds.append((bind: bind, isDatagram: true))
      }, "Takes messages in datagrams, a message each."),
    logForward(
      "log",
      .custom("global | \(LogLine.grammar)") { (draft, arguments) throws(Mistake) in
        if arguments.peek == "global", arguments.line.words.count == arguments.next + 1 {
          _ = arguments.take()
          draft.logs.append(.global)
        } else {
          draft.logs.append(.logger(try LogLine.read(&arguments)))
        }
      }, "Where messages go; without `format`, with the header that they came with."),
    logForward(
      "maxconn",
      .integer("<connections>", in: 0...Int(Int32.max)) {
        // As in HAProxy, 0 stands for what there is without the line.
        $0.settings.connectionLimit = $1 == 0 ? 10 : $1
      }, initial: "10", "Connections at once on all `bind` lines."),
    logForward(
      "option assume-rfc6587-ntf", .flag { $0.settings.assumesLines = true }, initial: "off",
      "Messages on streams are lines, whatever they begin with."),
    logForward(
      "option dont-parse-log", .flag { $0.settings.parses = false }, initial: "off",
      "Messages are passed on byte for byte."),
    logForward(
      "option host",
      .choice([
        ("replace", LogForwardSettings.HostRule.replace), ("fill", .fill), ("keep", .keep),
        ("append", .append),
      ]) { $0.settings.hostRule = $1 }, initial: "fill",
      "What becomes of the host that a message names: the sender's address in its place, or where it is missing, or behind it; or it stays."
    ),
    logForward(
      "timeout client",
      .custom("<time>") { (draft, arguments) throws(Mistake) in
        guard !arguments.isAtEnd else { throw Mistake("missing timeout client value.", at: nil) }
        let value = try arguments.time()
        draft.settings.clientTimeoutMilliseconds = value == 0 ? nil : value
      }, initial: "none", "Time that a sender on a stream may be silent."),
  ]

  private static func logForward(
    _ name: String, _ grammar: Grammar<LogForwardDraft>, initial: String = "", _ help: String
  ) -> Keyword {
    Keyword(
      name: name, place: .logForward, grammar: grammar.text, initial: initial, help: help,
      status: .served, effect: .logForward(grammar))
  }

  /// The words of `bind` lines that have an effect, or another one, in `log-forward`.
  static let logBinds: [Keyword] =
    [
      logBind(
        "log-proto",
        .choice([("relp", true), ("legacy", false), ("octet-count", false)]) {
          $0.listener.isAcknowledged = $1
        }, initial: "as each message begins",
        "`relp` (Weir's own): each message is acknowledged when the sinks have taken it."),
      logBind("ssl", .flag { $0.listener.speaksTLS = true }, initial: "off", "TLS is spoken."),
      logBind(
        "crt",
        .custom("<file>") { (draft, arguments) throws(Mistake) in
          let path = try arguments.take(orElse: "'crt' : missing certificate location")
          draft.listener.certificateFile = Located(path, arguments)
        }, "The certificate, chain and key, in PEM."),
      logBind(
        "ca-file",
        .custom("<file>") { (draft, arguments) throws(Mistake) in
          let path = try arguments.take(orElse: "'ca-file' : missing CAfile path")
          draft.listener.authorityFile = Located(path, arguments)
        }, "The authorities that senders' certificates are held against."),
      logBind(
        "verify",
        .custom("{none|optional|required}") { (draft, arguments) throws(Mistake) in
          let word = try arguments.take(orElse: "'verify' : missing verify method")
          guard let method = TLSVerification(rawValue: word) else {
            throw Mistake(
              "'verify' : unknown verify method '\(word)', only 'none', 'optional', and 'required'"
                + " are supported", at: arguments.last)
          }
          draft.listener.verification = method
        }, initial: "none", "Whether senders must show a certificate that holds."),
    ]
    + family(
      .logBind, .notServed(remedy: logWordRemedy),
      ["accept-proxy", "defer-accept", "tfo", "transparent", "v4v6", "v6only"])
    + family(
      .logBind, .notServed(remedy: logWordRemedy), words: 1,
      ["backlog", "id", "interface", "maxconn", "mss", "namespace", "tcp-ut"])

  private static func logBind(
    _ name: String, _ grammar: Grammar<BindDraft>, initial: String = "", _ help: String
  ) -> Keyword {
    Keyword(
      name: name, place: .logBind, grammar: grammar.text, initial: initial, help: help,
      status: .served, effect: .bind(grammar))
  }
}
