import HealthChecks
import LogRecords
import Proxy

extension Keyword {
  /// `option …`
  static let options: [Keyword] = toggles + optionsWithWords + foreignOptions

  private static let toggles: [Keyword] = [
    option(
      "abortonclose", .back,
      "A client that leaves while it is queued, or while the server is connected, is given up."
    ) { $0.values.back.abortsOnClose = $1 ?? false },
    option(
      "allbackups", .back, "Once every other server is down, all backups serve, not only the first."
    ) { $0.values.back.usesAllBackups = $1 ?? false },
    option("clitcpka", .front, "TCP keep-alive on connections from clients.") {
      $0.values.front.keepAlive = $1 ?? false
    },
    option("srvtcpka", .back, "TCP keep-alive on connections to servers.") {
      $0.values.back.keepAlive = $1 ?? false
    },
    option("dontlog-normal", .front, "A connection that ended well makes no line.") {
      $0.values.front.skipsNormalConnections = $1 ?? false
    },
    option("dontlognull", .front, "A connection without a byte from the client makes no line.") {
      $0.values.front.skipsEmptyConnections = $1 ?? false
    },
    option("log-health-checks", .back, "Each change of a check's outcome is logged.") {
      $0.values.back.logsHealthChecks = $1 ?? false
    },
    option(
      "log-separate-errors", .front, "Lines of connections that failed have level err, not info."
    ) { $0.values.front.separatesErrors = $1 ?? false },
    option(
      "logasap", .front,
      "The line is made when the server is connected; times and bytes bear a `+`."
    ) { $0.values.front.logsAsSoonAsPossible = $1 ?? false },
    option(
      "nolinger", .all,
      "Sockets are closed with a reset, those to servers as soon as the client has ended."
    ) {
      $0.values.front.noLinger = $1 ?? false
      $0.values.back.noLinger = $1 ?? false
    },
    option(
      "persist", .back,
      "Who waits for a server alone (`balance source`) goes on waiting when it goes down, in spite of `option redispatch`."
    ) { $0.values.back.persists = $1 ?? false },
    option("splice-auto", .all, "Bulk is spliced as soon as it is seen, which Weir does anyway.") {
      setSplice(.automatic, in: &$0, $1)
    },
    option("splice-request", .all, "Data from clients are spliced from the first byte.") {
      setSplice(.request, in: &$0, $1)
    },
    option("splice-response", .all, "Data from servers are spliced from the first byte.") {
      setSplice(.response, in: &$0, $1)
    },
    option(
      "tcp-smart-accept", .front, initial: "on", "The first ACK to a client waits for data."
    ) { $0.values.front.smartAccept = $1 },
    option(
      "tcp-smart-connect", .back, "The first data ride on the ACK that ends a server's handshake."
    ) { $0.values.back.smartConnect = $1 ?? false },
    option(
      "contstats", .front, status: .accepted, "Statistics run on within a connection, as always."
    ) {
      _, _ in
    },
    option("socket-stats", .front, status: .accepted, "Statistics of each socket, as always.") {
      _, _ in
    },
  ]

  private static func setSplice(_ option: SpliceOptions, in draft: inout ProxyDraft, _ on: Bool?) {
    if on == true {
      draft.values.front.splice.insert(option)
      draft.values.back.splice.insert(option)
    } else {
      draft.values.front.splice.remove(option)
      draft.values.back.splice.remove(option)
    }
  }

  private static let optionsWithWords: [Keyword] = [
    proxy(
      "option tcplog", .all,
      .custom("[clf|<name>]") { (draft, arguments) throws(Mistake) in
        var text = FormatProgram.tcplogText
        if let name = arguments.take() {
          text = name == "clf" ? FormatProgram.tcplogCLFText : "@\(name)"
          guard NamedFormat.isName(name) else {
            throw Mistake(
              "'option tcplog' expects the name of a log format (got '\(name)').",
              at: arguments.last)
          }
        }
        try arguments.expectEnd()
        if draft.kind == .backend {
          arguments.warn(
            "backend '\(draft.name)' : 'option tcplog' directive is ignored in backends.")
          return
        }
        draft.values.format = Located(text, arguments)
        draft.values.httpLog = nil
      }, initial: "the line `Connect from …` at accept",
      "The line of a connection tells everything that TCP mode knows, at its end; `otel`, `ecs`, `logfmt` and other names are Weir's own."
    ),
    proxy(
      "option tcpka", .all,
      .custom("") { (draft, arguments) throws(Mistake) in
        try arguments.expectEnd()
        draft.values.front.keepAlive = true
        draft.values.back.keepAlive = true
      }, initial: "off", "TCP keep-alive on both sides."),
    proxy(
      "option redispatch", .back,
      .custom("[<interval>]") { (draft, arguments) throws(Mistake) in
        let interval =
          arguments.isAtEnd ? -1 : try arguments.integer(in: -1_000_000...1_000_000)
        try arguments.expectEnd()
        draft.values.back.redispatch = interval == 0 ? .off : .every(interval)
      }, initial: "off",
      "A connection that fails goes to another server: at once, or, where `balance source` binds it to its server, each `<interval>` retries, or that many before the last (-1, the default: at the last).",
      no: { $0.values.back.redispatch = .off }),
    proxy(
      "option pgsql-check", .back,
      .custom("user <username>") { (draft, arguments) throws(Mistake) in
        let expected = "'option pgsql-check' expects 'user <username>' as argument."
        let word = try arguments.take(orElse: expected)
        guard word == "user" else {
          throw Mistake(
            "'option pgsql-check' only supports optional values: 'user' (got '\(word)').",
            at: arguments.last)
        }
        let user = try arguments.take(orElse: expected)
        guard user.utf8.count <= 63 else {
          throw Mistake(
            "'option pgsql-check' : PostgreSQL's user names have at most 63 bytes.",
            at: arguments.last)
        }
        try arguments.expectEnd()
        draft.values.checkDialogue = .postgres(user: user)
      }, "Checks speak PostgreSQL's protocol: any authentication request is a pass."),
    proxy(
      "option tcp-check", .back,
      .custom("") { (draft, arguments) throws(Mistake) in
        try arguments.expectEnd()
        draft.values.checkDialogue = .tcpCheck
      }, "Checks connect, which is all that Weir's tcp-check does yet."),
    proxy(
      "option httplog", .all,
      .custom("[clf]") { (draft, arguments) throws(Mistake) in
        if draft.kind == .backend {
          arguments.warn(
            "backend '\(draft.name)' : 'option httplog' directive is ignored in backends.")
        } else {
          draft.values.format = Located(FormatProgram.tcplogText, arguments)
          draft.values.httpLog = Located("httplog", arguments)
        }
        while arguments.take() != nil {}
      }, status: .httpOnly(nil), "Becomes `option tcplog`, with a warning."),
    proxy(
      "option httpslog", .all,
      .custom("") { (draft, arguments) throws(Mistake) in
        if draft.kind == .backend {
          arguments.warn(
            "backend '\(draft.name)' : 'option httpslog' directive is ignored in backends.")
        } else {
          draft.values.format = Located(FormatProgram.tcplogText, arguments)
          draft.values.httpLog = Located("httpslog", arguments)
        }
        while arguments.take() != nil {}
      }, status: .httpOnly(nil), "Becomes `option tcplog`, with a warning."),
  ]

  private static let foreignOptions: [Keyword] =
    [
      "external-check", "mysql-check", "redis-check", "ldap-check", "smtpchk", "ssl-hello-chk",
      "spop-check", "httpchk",
    ].map {
      Keyword(
        name: "option \($0)", place: .proxy, sections: .back, grammar: "…",
        status: .notServed(
          remedy: "Remove the line to check that servers take connections, or use"
            + " 'option pgsql-check user <name>' for PostgreSQL."))
    }
    + family(
      .proxy,
      .notServed(remedy: "Remove the line: both sides of a connection share their timeouts."),
      sections: .all, reversible: true, ["option independent-streams"])
    + family(
      .proxy, .notServed(remedy: "Remove the line: buffers take no room while they are empty."),
      sections: .all, reversible: true, ["option use-small-buffers"])
    + [
      Keyword(
        name: "option transparent", place: .proxy, sections: .back,
        status: .removed(
          remedy: "HAProxy 3.3 removed this option. Name the servers, or one at address '*'."))
    ]
    + httpOptions([
      ("accept-invalid-http-request", .front), ("accept-invalid-http-response", .back),
      ("accept-unsafe-violations-in-http-request", .front),
      ("accept-unsafe-violations-in-http-response", .back), ("checkcache", .back),
      ("disable-h2-upgrade", .front), ("h1-case-adjust-bogus-client", .front),
      ("h1-case-adjust-bogus-server", .back), ("http-buffer-request", .all),
      ("http-drop-request-trailers", .back), ("http-drop-response-trailers", .front),
      ("http-ignore-probes", .front), ("http-no-delay", .all), ("http-pretend-keepalive", .back),
      ("http-use-proxy-header", .front), ("idle-close-on-response", .front),
      ("prefer-last-server", .back),
    ])
    + ["forwardfor", "originalto", "forwarded"].map {
      Keyword(
        name: "option \($0)", place: .proxy, sections: .all, grammar: "[…]",
        help: "Needs HTTP.", status: .httpOnly(.option($0)), isReversible: $0 == "forwarded")
    }
    + family(
      .proxy, .httpOnly(nil), sections: .all, "Needs HTTP.", reversible: true,
      [
        "option http-keep-alive", "option http-server-close", "option httpclose",
        "option http-restrict-req-hdr-names",
      ])

  private static func httpOptions(_ options: [(String, Sections)]) -> [Keyword] {
    options.map {
      Keyword(
        name: "option \($0.0)", place: .proxy, sections: $0.1, help: "Needs HTTP.",
        status: .httpOnly(.option($0.0)), isReversible: true)
    }
  }
}
