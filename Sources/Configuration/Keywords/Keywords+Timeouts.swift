import ConfigSyntax
import Proxy

extension Keyword {
  /// `timeout …`
  static let timeouts: [Keyword] = [
    timeout(
      "check", .back,
      "Time for a server's answer to a check once it is connected; `inter` limits all where this is not set."
    ) { $0.checkTimeoutMilliseconds = $1 },
    timeout(
      "client", .front, "Time without a byte from the client, or to it, that ends a connection."
    ) { $0.front.clientTimeoutMilliseconds = $1 },
    timeout(
      "client-fin", .front, initial: "`timeout client`",
      "The same once the client or the server has ended its side."
    ) { $0.front.clientFinTimeoutMilliseconds = $1 },
    timeout("connect", .back, "Time for a connection to a server.") {
      $0.back.connectTimeoutMilliseconds = $1
    },
    timeout(
      "queue", .back, initial: "`timeout connect`", "Time that a connection waits for a free place."
    ) { $0.back.queueTimeoutMilliseconds = $1 },
    timeout(
      "server", .back, "Time without a byte from the server, or to it, that ends a connection."
    ) { $0.back.serverTimeoutMilliseconds = $1 },
    timeout(
      "server-fin", .back, initial: "`timeout server`",
      "The same once the client or the server has ended its side."
    ) { $0.back.serverFinTimeoutMilliseconds = $1 },
    timeout(
      "tunnel", .back, initial: "`timeout client`, `timeout server`",
      "Takes the place of both once data flow both ways."
    ) {
      $0.back.tunnelTimeoutMilliseconds = $1
      $0.front.tunnelTimeoutMilliseconds = $1
    },
    Keyword(
      name: "timeout client-hs", place: .proxy, sections: .front, grammar: "<time>", wordCount: 1,
      help: "Time for handshakes before the first data.",
      status: .notServed(remedy: "Use 'timeout client', which limits handshakes too.")),
    Keyword(
      name: "timeout http-keep-alive", place: .proxy, sections: .all, grammar: "<time>",
      wordCount: 1, help: "Time between two requests.", status: .httpOnly(nil)),
    Keyword(
      name: "timeout http-request", place: .proxy, sections: .all, grammar: "<time>", wordCount: 1,
      help: "Time for a whole request.", status: .httpOnly(nil)),
    Keyword(
      name: "timeout tarpit", place: .proxy, sections: .all, grammar: "<time>", wordCount: 1,
      help: "Time that a tarpit holds a request.", status: .httpOnly(nil)),
  ]

  private static func timeout(
    _ name: String, _ sections: Sections, initial: String = "none", _ help: String,
    _ set: @escaping @Sendable (inout ProxyValues, Int?) -> Void
  ) -> Keyword {
    let keyword = "timeout \(name)"
    return proxy(
      keyword, sections,
      .custom("<time>") { (draft, arguments) throws(Mistake) in
        let value = try arguments.time()
        if let extra = arguments.peek {
          let given = arguments.line.words[arguments.last].text
          throw Mistake(
            "'\(keyword)' : unexpected extra argument '\(extra)' after value '\(given)'.",
            at: arguments.next)
        }
        let isFirst = draft.timeoutsHere.insert(keyword).inserted
        if !isFirst, draft.kind != .defaults {
          arguments.warn("overwriting '\(keyword)' which was already specified")
        }
        set(&draft.values, value == 0 ? nil : value)
      }, initial: initial, help)
  }
}
