import ConfigSyntax
import HealthChecks
import Kernel
import Proxy

extension Keyword {
  /// The other keywords of proxies.
  static let proxies: [Keyword] = [
    proxy(
      "mode", .all,
      .custom("{tcp|log}") { (draft, arguments) throws(Mistake) in
        let mode = try arguments.take(orElse: "'mode' expects 'tcp' or 'log'.")
        draft.values.isForeignMode = mode != "tcp" && mode != "log"
        draft.values.isLogMode = mode == "log"
        switch mode {
        case "tcp": break
        case "log" where draft.kind == .frontend || draft.kind == .listen:
          draft.values.isForeignMode = true
          throw Mistake(
            "mode log is only applicable on proxies with backend capability.",
            at: arguments.last,
            remedy: "Take messages in by a 'log-forward' section; a backend of 'mode log' spreads"
              + " them.")
        case "log": break
        case "http", "spop", "haterm":
          throw Mistake(
            "'mode \(mode)' is known to HAProxy 3.5 but not served by this version of Weir",
            at: arguments.last,
            remedy: "Use 'mode tcp', which passes any protocol through as it is.")
        case "health":
          throw Mistake(
            "'mode health' doesn't exist anymore.", at: arguments.last,
            remedy: "Use 'mode tcp'; a connection that opens shows health.")
        default:
          throw Mistake("unknown proxy mode '\(mode)'.", at: arguments.last)
        }
        try arguments.expectEnd()
      }, initial: "tcp",
      "What the proxy speaks; a backend of `mode log` spreads messages (`log backend@…`)."),
    proxy(
      "bind", [.frontend, .listen],
      .custom("<address>[,<address>…] [<word of bind lines>…]") {
        (draft, arguments) throws(Mistake) in
        draft.binds.append(try BindLine.read(&arguments, section: draft.kind.rawValue))
      }, "Listens on the addresses; see the words of `bind` lines."),
    proxy(
      "server", [.listen, .backend],
      .custom("<name> <address>[:<port>] [<word of server lines>…]") {
        (draft, arguments) throws(Mistake) in
        let server = try ServerLine.read(
          &arguments, backend: draft.name, defaults: draft.values.defaultServer,
          for: draft.values.isLogMode ? .logBackend : .connections)
        draft.servers.append(server)
      }, "A server; see the words of `server` lines."),
    proxy(
      "default-server", .back,
      .custom("[<word of server lines>…]") { (draft, arguments) throws(Mistake) in
        try ServerLine.readDefaults(
          &arguments, into: &draft.values.defaultServer,
          for: draft.values.isLogMode ? .logBackend : .connections)
      }, "What the servers after it start from."),
    proxy(
      "default_backend", .front,
      .custom("<backend>") { (draft, arguments) throws(Mistake) in
        let name = try arguments.take(orElse: "'default_backend' expects a backend name.")
        try arguments.expectEnd()
        draft.values.defaultBackend = Located(name, arguments)
      }, "The backend that connections are given to."),
    proxy(
      "balance", .back, .custom("<algorithm>", readBalance), initial: "random",
      "How a server is chosen; see the algorithms of `balance`."),
    proxy(
      "hash-type", .back,
      .custom(
        "{map-based|consistent} [{sdbm|djb2|wt6|crc32|none} [avalanche]]", readHashType),
      initial: "map-based sdbm",
      "How `balance source` makes a hash into a server; `consistent` alone is `consistent sdbm avalanche`."
    ),
    proxy(
      "maxconn", .front,
      .integer("<connections>", in: 0...Int(Int32.max)) {
        $0.values.front.connectionLimit = $1 == 0 ? nil : $1
      }, initial: "that of `global`", "Connections at once; more wait in the kernel's queue."),
    proxy(
      "fullconn", .back,
      .integer("<connections>", in: 0...Int(Int32.max)) {
        $0.values.back.fullConnections = $1 == 0 ? nil : $1
      }, initial: "a tenth of the `maxconn` of the frontends that lead here",
      "Connections at which servers with a `minconn` reach their `maxconn`."),
    proxy(
      "backlog", .front,
      .integer("<connections>", in: 0...Int(Int32.max)) {
        $0.values.front.backlog = $1 == 0 ? nil : $1
      }, initial: "`maxconn`", "Length of the kernel's queue of connections to be accepted."),
    proxy(
      "retries", .back,
      .custom("<number>") { (draft, arguments) throws(Mistake) in
        guard !arguments.isAtEnd else {
          throw Mistake(
            "'retries' expects an integer argument (dispatch counts for one).", at: nil)
        }
        draft.values.back.retries = try arguments.integer(in: 0...Int(Int32.max))
      }, initial: "3", "How often a failed connection to a server is tried again."),
    proxy(
      "source", .back,
      .custom(SourceDraft.grammar("<address>[:<port>]")) { (draft, arguments) throws(Mistake) in
        draft.values.source = try SourceDraft.read(&arguments, allowsRange: false)
      }, "Where connections to servers come from: " + SourceDraft.help),
    proxy(
      "log", .all,
      .custom("global | \(LogLine.grammar)") { (draft, arguments) throws(Mistake) in
        if arguments.peek == "global", arguments.line.words.count == arguments.next + 1 {
          _ = arguments.take()
          draft.values.logs.append(.global)
        } else {
          draft.values.logs.append(.logger(try LogLine.read(&arguments)))
        }
      }, "Where lines go: as `global` says, or to a receiver of its own.",
      no: { $0.values.logs = [] }),
    format(
      "log-format", "The line of a connection; `@NAME` is a log format by its name (Weir's own)."
    ) {
      $0.format = $1
      $0.httpLog = nil
    },
    format("log-format-sd", "The structured data of RFC 5424 lines.") { $0.structuredData = $1 },
    format("error-log-format", "The line of a connection that failed before it began.") {
      $0.errorFormat = $1
    },
    format("unique-id-format", "The text of `%ID`.") { $0.uniqueIdentifier = $1 },
    proxy(
      "log-tag", .all,
      .word("<tag>", missing: "'log-tag' expects a tag for use in syslog.") {
        $0.values.logTag = $1
      }, initial: "that of `global`", "The program's name in lines."),
    proxy(
      "id", .proxies,
      .custom("<number>") { (draft, arguments) throws(Mistake) in
        guard !arguments.isAtEnd else {
          throw Mistake("'id' expects an integer argument.", at: nil)
        }
        guard let text = arguments.peek, let number = Int(text), number > 0 else {
          throw Mistake("custom id has to be > 0.", at: arguments.next)
        }
        let value = try arguments.integer(in: 1...Int(Int32.max))
        draft.identifier = Located(value, arguments)
      }, initial: "the next free one from 1", "The proxy's number, in `%[fe_id]` and statistics."),
    proxy(
      "description", .proxies,
      .custom("<text>…") { (draft, arguments) throws(Mistake) in
        var words = [try arguments.take(orElse: "'description' expects a string argument.")]
        while let word = arguments.take() { words.append(word) }
        draft.description = words.joined(separator: " ")
      }, "A text for people, in the statistics to come."),
    proxy(
      "disabled", .all, .flag { $0.values.isDisabled = true },
      "The proxy is read and not started."),
    proxy(
      "enabled", .all, .flag { $0.values.isDisabled = false },
      "The proxy is started though `defaults` says `disabled`."),
    proxy(
      "tcp-check connect", .back,
      .custom("") { (draft, arguments) throws(Mistake) in
        if let word = arguments.peek {
          throw Mistake(
            "'tcp-check connect \(word)' is known to HAProxy 3.5 but not served by this version"
              + " of Weir", at: arguments.next,
            remedy: "Use 'addr' and 'port' of the server lines, or remove the word.")
        }
        draft.values.checkDialogue = .tcpCheck
        draft.values.checkConnectRule = "connect"
      }, "The one step of tcp-check that Weir serves."),
    proxy(
      "tcp-check comment", .back, .ignored("<text>", words: 1), status: .accepted,
      "A text for people, in the statistics to come."),
  ]

  private static func format(
    _ name: String, _ help: String,
    _ set: @escaping @Sendable (inout ProxyValues, Located<String>) -> Void
  ) -> Keyword {
    proxy(
      name, .all,
      .custom("<format>") { (draft, arguments) throws(Mistake) in
        let text = try arguments.take(orElse: "\(name) expects an argument.")
        if arguments.peek != nil {
          throw Mistake(
            "\(name) expects only one argument, don't forget to escape spaces!",
            at: arguments.next)
        }
        if draft.kind == .backend {
          arguments.warn(
            "backend '\(draft.name)' : '\(name)' directive is ignored in backends.")
          return
        }
        set(&draft.values, Located(text, arguments))
      }, help)
  }
}
