import HealthChecks
import Kernel
import Proxy

extension Keyword {
  /// The words of `server` and `default-server` lines.
  static let servers: [Keyword] = servedServers + checkWords + foreignServers

  private static let servedServers: [Keyword] = [
    reversible("backup", initial: "off", "It serves when no other server does.") {
      $0.settings.isBackup = $1
    },
    server(
      "disabled", .flag { $0.settings.isDisabled = true }, "It starts in maintenance."),
    server(
      "enabled", .flag { $0.settings.isDisabled = false },
      "It starts though `default-server` says `disabled`."),
    server(
      "error-limit", .integer("<number>", in: 1...Int(Int32.max)) { $0.settings.errorLimit = $1 },
      initial: "10", "Errors in a row, by `observe`, that trigger `on-error`."),
    server(
      "id",
      .custom("<number>") { (draft, arguments) throws(Mistake) in
        guard let text = arguments.peek, let number = Int(text), number > 0 else {
          throw Mistake(
            "'id' : custom id has to be > 0.", at: arguments.isAtEnd ? nil : arguments.next)
        }
        let value = try arguments.integer(in: 1...Int(Int32.max))
        draft.identifier = Located(value, arguments)
      }, initial: "the next free one from 1", "Its number in the backend."),
    server(
      "init-addr", .custom("{last|libc|none|<address>}[,…]", readMethods), initial: "last,libc",
      "How its name is made an address at start; `none` starts it in maintenance."),
    server(
      "init-state",
      .choice([
        ("fully-up", ServerSettings.InitialState.fullyUp), ("up", .up), ("down", .down),
        ("fully-down", .fullyDown), ("none", .up),
      ]) { $0.settings.initialState = $1 }, initial: "up",
      "The state that a checked server starts in: `up` and `down` may change at the first check."),
    server(
      "maxconn",
      .integer("<connections>", in: 0...Int(Int32.max)) { $0.settings.connectionLimit = $1 },
      initial: "none", "Connections at once; more wait in its queue."),
    server(
      "maxqueue", .integer("<connections>", in: 0...Int(Int32.max)) { $0.settings.queueLimit = $1 },
      initial: "none", "Connections that may wait in its queue."),
    server(
      "minconn",
      .integer("<connections>", in: 0...Int(Int32.max)) {
        $0.settings.minimumConnectionLimit = $1
      }, "The limit of connections under low load; it grows to `maxconn` by `fullconn`."),
    server(
      "observe",
      .custom("{none|layer4}") { (draft, arguments) throws(Mistake) in
        let expected = "'observe' expects one of 'none', 'layer4', 'layer7'"
        switch try arguments.take(orElse: expected) {
        case "none": draft.settings.observesConnections = false
        case "layer4": draft.settings.observesConnections = true
        case "layer7":
          throw Mistake("'layer7' can only be used in http proxies.", at: arguments.last)
        case let word: throw Mistake(expected + " but got '\(word)'.", at: arguments.last)
        }
      }, initial: "none", "Connections that fail count as failed checks."),
    server(
      "on-error",
      .choice([
        ("fastinter", ServerSettings.OnError.fastInterval), ("fail-check", .failCheck),
        ("sudden-death", .suddenDeath), ("mark-down", .markDown),
      ]) { $0.settings.onError = $1 }, initial: "fail-check",
      "What happens at `error-limit` errors."),
    server(
      "on-marked-down",
      .choice([("shutdown-sessions", ())]) { (draft, _) in
        draft.settings.endsSessionsWhenDown = true
      }, "Its connections are ended when it goes down."),
    server(
      "on-marked-up",
      .choice([("shutdown-backup-sessions", ())]) { (draft, _) in
        draft.settings.endsBackupSessionsWhenUp = true
      }, "The connections of backups are ended when it comes up."),
    server(
      "send-proxy", .flag { $0.settings.proxyProtocol = 1 },
      "A PROXY protocol header of version 1 comes first."),
    server(
      "send-proxy-v2", .flag { $0.settings.proxyProtocol = 2 },
      "A PROXY protocol header of version 2 comes first."),
    server(
      "no-send-proxy",
      .flag { if $0.settings.proxyProtocol == 1 { $0.settings.proxyProtocol = nil } },
      "Takes `send-proxy` back."),
    server(
      "no-send-proxy-v2",
      .flag { if $0.settings.proxyProtocol == 2 { $0.settings.proxyProtocol = nil } },
      "Takes `send-proxy-v2` back."),
    server(
      "slowstart", .custom("<time>", readSlowStart), initial: "0",
      "After it comes up, its weight and limits grow over this time; a number alone is in ms."),
    server(
      "source",
      .custom(SourceDraft.grammar("<address>[:<port>[-<port>]]")) {
        (draft, arguments) throws(Mistake) in
        draft.source = try SourceDraft.read(&arguments, allowsRange: true)
      }, initial: "that of the backend",
      "Where connections come from: " + SourceDraft.help
        + " Of several ports, each is for one connection at a time."),
    server(
      "tcp-ut",
      .custom("<time>") { (draft, arguments) throws(Mistake) in
        draft.settings.userTimeoutMilliseconds = try arguments.time(in: 1...Int(Int32.max))
      }, "Time that sent data may stay without an acknowledgement."),
    reversible("tfo", initial: "off", "TCP Fast Open.") { $0.settings.fastOpen = $1 },
    server(
      "track",
      .custom("[<backend>/]<server>") { (draft, arguments) throws(Mistake) in
        let name = try arguments.take(orElse: "'track' expects [<proxy>/]<server> as argument.")
        draft.track = Located(name, arguments)
      }, "It has the state of that server in place of checks of its own."),
    server(
      "weight",
      .custom("<number>") { (draft, arguments) throws(Mistake) in
        draft.settings.weight = try arguments.integer(in: 0...256)
      }, initial: "1", "Its share, 0 to 256; 0 takes no new connections."),
  ]

  private static let checkWords: [Keyword] = [
    reversible("check", initial: "off", "It is checked.") { $0.isChecked = $1 },
    reversible(
      "check-send-proxy", initial: "as `send-proxy`, unless `addr` or `port` is there",
      "Checks start with a PROXY protocol header."
    ) { $0.checkSendsProxy = $1 },
    server(
      "addr",
      .custom("<address>") { (draft, arguments) throws(Mistake) in
        let text = try arguments.take(orElse: "'addr' expects an address.")
        do throws(AddressMistake) {
          draft.checkAddress = Located(try AddressText.parse(text), arguments)
        } catch {
          throw Mistake("'addr' : \(error.message)", at: arguments.last)
        }
      }, initial: "its own", "Where checks connect."),
    server(
      "port",
      .custom("<port>") { (draft, arguments) throws(Mistake) in
        guard !arguments.isAtEnd else {
          throw Mistake("'port' expects a port number as argument.", at: nil)
        }
        draft.check.port = UInt16(try arguments.integer(in: 1...65535))
      }, initial: "its own", "The port that checks connect to."),
    server(
      "inter", .custom("<time>", readInterval { $0.check.intervalMilliseconds = $1 }),
      initial: "2s", "Time between two checks."),
    server(
      "fastinter", .custom("<time>", readInterval { $0.check.fastIntervalMilliseconds = $1 }),
      initial: "`inter`", "The same while it goes up or down."),
    server(
      "downinter", .custom("<time>", readInterval { $0.check.downIntervalMilliseconds = $1 }),
      initial: "`inter`", "The same while it is down."),
    server(
      "rise", .custom("<number>", readCount { $0.check.rise = $1 }), initial: "2",
      "Passes in a row that bring it up."),
    server(
      "fall", .custom("<number>", readCount { $0.check.fall = $1 }), initial: "3",
      "Failures in a row that take it down."),
  ]

  private static func reversible(
    _ name: String, initial: String, _ help: String,
    _ set: @escaping @Sendable (inout ServerDraft, Bool) -> Void
  ) -> Keyword {
    var keyword = server(name, .flag { set(&$0, true) }, initial: initial, help)
    keyword.isReversible = true
    keyword.effect = .server(
      .custom("") { (draft, arguments) throws(Mistake) in
        set(&draft, !arguments.keyword.hasPrefix("no-"))
      })
    return keyword
  }

  private static func readInterval(
    _ set: @escaping @Sendable (inout ServerDraft, Int) -> Void
  ) -> Grammar<ServerDraft>.Reader {
    { (draft, arguments) throws(Mistake) in
      guard !arguments.isAtEnd else {
        throw Mistake("'\(arguments.keyword)' expects a delay as argument.", at: nil)
      }
      set(&draft, try arguments.time(in: 1...Int(Int32.max)))
    }
  }

  private static func readCount(
    _ set: @escaping @Sendable (inout ServerDraft, Int) -> Void
  ) -> Grammar<ServerDraft>.Reader {
    { (draft, arguments) throws(Mistake) in
      let keyword = arguments.keyword
      guard let text = arguments.peek else {
        throw Mistake("'\(keyword)' expects an integer argument.", at: nil)
      }
      guard let value = Int(text), value > 0 else {
        throw Mistake("'\(keyword)' has to be > 0.", at: arguments.next)
      }
      set(&draft, try arguments.integer(in: 1...Int(Int32.max)))
    }
  }

  /// `slowstart`, whose unit is ms as everywhere; the weight grows in steps of a second at most.
  private static let readSlowStart: Grammar<ServerDraft>.Reader = {
    (draft, arguments) throws(Mistake) in
    draft.settings.slowStartMilliseconds = try arguments.time()
  }

  private static let readMethods: Grammar<ServerDraft>.Reader = {
    (draft, arguments) throws(Mistake) in
    let text = try arguments.take(orElse: "'init-addr' expects a list of methods.")
    var methods: [ServerDraft.AddressMethod] = []
    for method in text.split(separator: ",", omittingEmptySubsequences: false) {
      switch method {
      case "last": methods.append(.last)
      case "libc": methods.append(.libc)
      case "none": methods.append(.none)
      default:
        guard let endpoint = Endpoint(address: method) else {
          throw Mistake(
            "'init-addr' : unknown init-addr method '\(method)', supported methods are"
              + " 'libc', 'last', 'none' and an address.", at: arguments.last)
        }
        methods.append(.literal(endpoint))
      }
    }
    draft.addressMethods = methods
  }

  private static let tlsRemedy = "Weir passes TLS through: the client's own reaches the server."

  private static let foreignServers: [Keyword] =
    family(
      .server, .notServed(remedy: tlsRemedy),
      [
        "allow-0rtt", "check-ssl", "force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12",
        "force-tlsv13", "renegotiate", "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "ssl",
        "ssl-reuse", "tls-tickets",
      ])
    + family(
      .server, .notServed(remedy: tlsRemedy), words: 1,
      [
        "alpn", "ca-file", "check-alpn", "check-sni", "ciphers", "ciphersuites", "client-sigalgs",
        "crl-file", "crt", "curves", "ktls", "npn", "sigalgs", "sni", "ssl-max-ver",
        "ssl-min-ver", "verify", "verifyhost",
      ])
    + family(
      .server, .accepted, "Takes back what Weir does not do.",
      [
        "no-agent-check", "no-check-sni-auto", "no-check-ssl", "no-renegotiate",
        "no-send-proxy-v2-ssl", "no-send-proxy-v2-ssl-cn", "no-sni-auto", "no-ssl",
        "no-ssl-reuse", "no-sslv3", "no-tls-tickets", "no-tlsv10", "no-tlsv11", "no-tlsv12",
        "no-tlsv13", "no-verifyhost", "sni-auto", "check-sni-auto", "non-stick", "stick",
      ])
    + family(
      .server, .notServed(remedy: "Use 'check': an agent's answers are not asked for."),
      ["agent-check"])
    + family(
      .server, .notServed(remedy: "Use 'check' instead."), words: 1,
      ["agent-addr", "agent-inter", "agent-port", "agent-send", "healthcheck"])
    + family(
      .server,
      .notServed(remedy: "Remove the word: the name is looked up once, at start, by the system."),
      words: 1, ["resolve-net", "resolve-opts", "resolve-prefer", "resolvers"])
    + family(
      .server, .notServed(remedy: "Use 'send-proxy-v2' without options."), words: 1,
      ["proxy-v2-options", "set-proxy-v2-tlv-fmt"])
    + family(
      .server, .notServed(remedy: "Remove the word; the server works without it."), words: 1,
      [
        "cc", "check-proto", "from", "guid", "hash-key", "idle-ping", "log-bufsize", "log-proto",
        "namespace", "proto", "shard", "socks4", "tcp-md5sig",
      ])
    + family(
      .server, .notServed(remedy: "Remove the word; the server works without it."),
      ["check-reuse-pool", "check-via-socks4", "strict-maxconn"])
    + [
      Keyword(
        name: "cookie", place: .server, grammar: "<value>", wordCount: 1, help: "Needs HTTP.",
        status: .httpOnly(.serverCookie))
    ]
    + family(
      .server, .httpOnly(nil), words: 1, "Needs HTTP.",
      [
        "check-pool-conn-name", "max-reuse", "pool-conn-name", "pool-low-conn", "pool-max-conn",
        "pool-purge-delay", "redir", "ws",
      ])
}
