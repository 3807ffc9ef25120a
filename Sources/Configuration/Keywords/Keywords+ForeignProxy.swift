extension Keyword {
  /// Keywords of proxies that Weir does not serve, or that need HTTP.
  static let foreignProxies: [Keyword] = rules + checks + others + http + removedWords

  private static let ruleRemedy =
    "Weir has no rules: each connection goes to the frontend's 'default_backend'."

  private static let rules: [Keyword] =
    family(.proxy, .notServed(remedy: ruleRemedy), sections: .proxies, ["acl", "filter"])
    + family(
      .proxy, .notServed(remedy: ruleRemedy), sections: .all,
      [
        "tcp-request connection", "tcp-request content", "tcp-request inspect-delay",
        "tcp-request session", "tcp-response content", "tcp-response inspect-delay",
      ])
    + family(
      .proxy, .notServed(remedy: ruleRemedy), sections: [.frontend, .listen],
      ["use_backend", "declare capture", "force-be-switch", "filter-sequence"])
    + family(
      .proxy, .notServed(remedy: "Remove the line: 'balance' alone chooses the server."),
      sections: [.listen, .backend],
      [
        "use-server", "stick match", "stick on", "stick store-request", "stick store-response",
        "force-persist", "ignore-persist",
      ])
    + family(
      .proxy, .notServed(remedy: "Remove the line: Weir has no stick tables."),
      sections: .proxies, ["stick-table"])
    + family(
      .proxy, .notServed(remedy: "Remove the line: 'balance source' keeps clients together."),
      sections: .back, ["persist rdp-cookie"])

  private static let checks: [Keyword] =
    family(
      .proxy,
      .notServed(
        remedy: "Remove the line to check that servers take connections, or use"
          + " 'option pgsql-check user <name>' for PostgreSQL."),
      sections: .back,
      [
        "tcp-check expect", "tcp-check send", "tcp-check send-binary",
        "tcp-check send-binary-lf", "tcp-check send-lf", "tcp-check set-var",
        "tcp-check set-var-fmt", "tcp-check unset-var", "http-check comment",
        "http-check connect", "http-check disable-on-404", "http-check expect",
        "http-check send", "http-check send-state", "http-check set-var",
        "http-check set-var-fmt", "http-check unset-var", "external-check command",
        "external-check path",
      ])

  private static let others: [Keyword] =
    family(
      .proxy, .notServed(remedy: "Remove the line: the system's keep-alive times hold."),
      sections: .front, ["clitcpka-cnt", "clitcpka-idle", "clitcpka-intvl"])
    + family(
      .proxy, .notServed(remedy: "Remove the line: the system's keep-alive times hold."),
      sections: .back, ["srvtcpka-cnt", "srvtcpka-idle", "srvtcpka-intvl"])
    + family(
      .proxy, .notServed(remedy: "Use 'maxconn' to limit connections."), sections: .front,
      ["rate-limit sessions"])
    + family(
      .proxy, .notServed(remedy: "Write one 'server' line for each server."),
      sections: [.listen, .backend], ["server-template"])
    + family(
      .proxy, .notServed(remedy: "Remove the line: states of servers do not outlive the process."),
      sections: .back,
      ["load-server-state-from-file", "server-state-file-name"])
    + family(
      .proxy, .notServed(remedy: "Let what reads the log send mail."), sections: .all,
      [
        "email-alert from", "email-alert level", "email-alert mailers",
        "email-alert myhostname", "email-alert to",
      ])
    + family(
      .proxy, .notServed(remedy: "Remove the line; 'hash-type' alone lays out servers."),
      sections: .back, ["hash-balance-factor", "hash-preserve-affinity"])
    + family(
      .proxy, .notServed(remedy: "Remove the line; the proxy works without it."),
      sections: .all,
      [
        "be-unpublished", "guid", "max-session-srv-conns", "quic-initial",
        "ssl-f-use",
      ])

  private static let http: [Keyword] =
    httpFamily(.rules("http-request"), ["http-request"])
    + httpFamily(.rules("http-response"), ["http-response"])
    + httpFamily(.rules("http-after-response"), ["http-after-response"])
    + httpFamily(.rules("redirect"), ["redirect"])
    + httpFamily(
      .statement("capture"), sections: [.frontend, .listen],
      ["capture cookie", "capture request", "capture response"])
    + httpFamily(
      .statement("stats"),
      [
        "stats admin", "stats auth", "stats enable", "stats hide-version", "stats http-request",
        "stats realm", "stats refresh", "stats scope", "stats show-desc", "stats show-legends",
        "stats show-modules", "stats show-node", "stats show-version", "stats uri",
      ])
    + httpFamily(.needsMode("monitor-uri"), sections: .front, ["monitor-uri"])
    + httpFamily(.needsMode("cookie"), sections: .back, ["cookie"])
    + httpFamily(
      nil,
      [
        "compression", "errorfile", "errorfiles", "errorloc", "errorloc302", "errorloc303",
        "http-error",
      ])
    + httpFamily(
      nil, sections: .back,
      [
        "dynamic-cookie-key", "http-reuse", "http-send-name-header", "max-keep-alive-queue",
        "retry-on", "use-fcgi-app",
      ])
    + httpFamily(nil, sections: .front, ["monitor fail", "unique-id-header"])

  private static func httpFamily(
    _ warning: HTTPWarning?, sections: Sections = .all, _ names: [String]
  ) -> [Keyword] {
    family(.proxy, .httpOnly(warning), sections: sections, "Needs HTTP.", names)
  }

  private static let removedWords: [Keyword] = [
    gone("clitimeout", .front, "HAProxy 2.1 removed this keyword. Use 'timeout client'."),
    gone("contimeout", .back, "HAProxy 2.1 removed this keyword. Use 'timeout connect'."),
    gone("srvtimeout", .back, "HAProxy 2.1 removed this keyword. Use 'timeout server'."),
    gone("bind-process", .all, "HAProxy 2.7 removed this keyword. Remove the line."),
    gone("dispatch", .back, "HAProxy 3.3 removed this keyword. Write a 'server' line."),
    gone("transparent", .back, "HAProxy 3.3 removed this keyword. Write a server at address '*'."),
    gone("block", .all, "HAProxy 2.1 removed this keyword. Remove the line."),
    gone("redisp", .back, "HAProxy 2.1 removed this keyword. Use 'option redispatch'."),
    gone("redispatch", .back, "HAProxy 2.1 removed this keyword. Use 'option redispatch'."),
    gone("monitor-net", .front, "HAProxy 2.4 removed this keyword. Remove the line."),
    gone("reqrep", .all, "HAProxy 2.1 removed this keyword. Remove the line."),
    gone("rspadd", .all, "HAProxy 2.1 removed this keyword. Remove the line."),
  ]

  private static func gone(_ name: String, _ sections: Sections, _ remedy: String) -> Keyword {
    Keyword(name: name, place: .proxy, sections: sections, status: .removed(remedy: remedy))
  }
}
