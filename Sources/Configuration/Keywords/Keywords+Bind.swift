import Kernel
import Proxy

extension Keyword {
  /// The words of `bind` lines.
  static let binds: [Keyword] =
    [
      bind(
        "accept-proxy", .flag { $0.settings.acceptsProxyProtocol = true },
        "Each connection starts with a PROXY protocol header, version 1 or 2."),
      bind(
        "backlog",
        .integer("<connections>", in: 1...Int(Int32.max)) { $0.settings.backlog = $1 },
        initial: "that of the frontend", "Length of the kernel's queue."),
      bind(
        "defer-accept", .flag { $0.settings.deferAccept = true },
        "A connection is accepted when its first data are there."),
      bind(
        "gid",
        .custom("<number>") { (draft, arguments) throws(Mistake) in
          let number = try arguments.integer(in: 0...Int(UInt32.max) - 1)
          draft.ownership.group = Located(.number(UInt32(number)), arguments)
        }, "The group of a UNIX socket, by number."),
      bind(
        "group",
        .custom("<name>") { (draft, arguments) throws(Mistake) in
          let name = try arguments.take(orElse: "'group' : missing group name")
          draft.ownership.group = Located(.name(name), arguments)
        }, "The group of a UNIX socket, by name."),
      bind(
        "id",
        .custom("<number>") { (draft, arguments) throws(Mistake) in
          guard let text = arguments.peek, let number = Int(text), number > 0 else {
            throw Mistake(
              "'id' : custom id has to be > 0", at: arguments.isAtEnd ? nil : arguments.next)
          }
          let value = try arguments.integer(in: 1...Int(Int32.max))
          let count = draft.addresses.reduce(0) {
            guard case .numbers(let range) = $1.port else { return $0 + 1 }
            return $0 + range.count
          }
          guard count == 1 else {
            throw Mistake("'id' can only be used with a single socket", at: arguments.last - 1)
          }
          draft.identifier = Located(value, arguments)
        }, initial: "the next free one from 1", "The socket's number."),
      bind(
        "interface",
        .custom("<name>") { (draft, arguments) throws(Mistake) in
          let name = try arguments.take(orElse: "'interface' : missing interface name")
          guard name.utf8.count <= 15 else {
            throw Mistake(
              "'interface' : names of interfaces have at most 15 bytes", at: arguments.last)
          }
          draft.settings.interface = name
        }, "The network interface to listen on."),
      bind(
        "maxconn",
        .integer("<connections>", in: 0...Int(Int32.max)) {
          $0.settings.connectionLimit = $1 == 0 ? nil : $1
        }, initial: "none", "Connections at once on each socket."),
      bind(
        "mode", .custom("<octal>", readMode), "The permission bits of a UNIX socket."),
      bind(
        "mss",
        .custom("<bytes>") { (draft, arguments) throws(Mistake) in
          let message = "'mss' : expects an MSS with and absolute value between 1 and 65535"
          guard let text = arguments.peek, let size = Int(text), (1...65535).contains(size) else {
            throw Mistake(message, at: arguments.isAtEnd ? nil : arguments.next)
          }
          _ = arguments.take()
          draft.settings.maximumSegmentSize = size
        }, "The largest TCP segment."),
      bind(
        "name", .word("<name>", missing: "'name' : missing name") { $0.settings.name = $1 },
        "The line's name, in `%[so_name]` and messages."),
      bind(
        "tcp-ut",
        .time("<time>", in: 1...Int(Int32.max)) { $0.settings.userTimeoutMilliseconds = $1 },
        "Time that sent data may stay without an acknowledgement."),
      bind("tfo", .flag { $0.settings.fastOpen = true }, "TCP Fast Open."),
      bind(
        "transparent", .flag { $0.settings.transparent = true },
        "The socket may have an address that is not the system's."),
      bind(
        "uid",
        .custom("<number>") { (draft, arguments) throws(Mistake) in
          let number = try arguments.integer(in: 0...Int(UInt32.max) - 1)
          draft.ownership.user = Located(.number(UInt32(number)), arguments)
        }, "The owner of a UNIX socket, by number."),
      bind(
        "user",
        .custom("<name>") { (draft, arguments) throws(Mistake) in
          let name = try arguments.take(orElse: "'user' : missing user name")
          draft.ownership.user = Located(.name(name), arguments)
        }, "The owner of a UNIX socket, by name."),
      bind(
        "v4v6", .flag { $0.settings.ipv6Only = false }, initial: "as the system has it",
        "An IPv6 socket takes IPv4 too."),
      bind(
        "v6only", .flag { $0.settings.ipv6Only = true }, initial: "as the system has it",
        "An IPv6 socket refuses IPv4."),
      bind(
        "level",
        .choice([("user", "user"), ("operator", "operator"), ("admin", "admin")]) {
          $0.level = $1
        }, status: .kept, initial: "operator", "What one may do on a `stats socket`."),
      bind(
        "expose-fd", .choice([("listeners", ())]) { _, _ in }, status: .accepted,
        "Of a `stats socket`; a reload keeps the sockets within the process."),
      bind(
        "severity-output",
        .choice([("none", "none"), ("number", "number"), ("string", "string")]) {
          $0.severityOutput = $1
        }, status: .kept,
        "Of a `stats socket`: how messages bear their level."),
      bind(
        "nice", .integer("<number>", in: -1024...1024) { _, _ in }, status: .accepted,
        "Workers share their time evenly among connections."),
      bind(
        "process", .ignored("<set>", words: 1), status: .accepted,
        "Every worker serves every socket."),
      bind(
        "thread", .ignored("<set>", words: 1), status: .accepted,
        "Every worker serves every socket."),
      bind(
        "shards", .ignored("<number>", words: 1), status: .accepted,
        "Every worker waits on the same socket; the kernel wakes one."),
      bind(
        "proto", .choice([("none", ())]) { _, _ in }, status: .accepted, "Only `none` in TCP mode."),
    ] + foreignBinds

  private static let readMode: Grammar<BindDraft>.Reader = { (draft, arguments) throws(Mistake) in
    let text = arguments.take() ?? ""
    guard let mode = UInt32(text, radix: 8), mode <= 0o7777 else {
      throw Mistake(
        "'mode' : missing or invalid mode '\(text)' (octal integer expected)",
        at: text.isEmpty ? nil : arguments.last)
    }
    draft.ownership.mode = mode
  }

  private static let tlsRemedy =
    "End TLS on the servers: Weir passes it through as it is."

  private static let foreignBinds: [Keyword] =
    family(
      .bind, .notServed(remedy: tlsRemedy),
      [
        "allow-0rtt", "ech", "force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12",
        "force-tlsv13", "generate-certificates", "no-alpn", "no-ca-names", "no-sslv3",
        "no-strict-sni", "no-tls-tickets", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13",
        "prefer-client-ciphers", "ssl", "strict-sni", "tls-tickets",
      ])
    + family(
      .bind, .notServed(remedy: tlsRemedy), words: 1,
      [
        "alpn", "ca-file", "ca-ignore-err", "ca-sign-file", "ca-sign-pass", "ca-verify-file",
        "ciphers", "ciphersuites", "client-sigalgs", "crl-file", "crt", "crt-ignore-err",
        "crt-list", "curves", "default-crt", "ecdhe", "ktls", "npn", "ocsp-update", "sigalgs",
        "ssl-max-ver", "ssl-min-ver", "tls-ticket-keys", "verify",
      ])
    + family(
      .bind, .notServed(remedy: "Remove the word; the socket works without it."), words: 1,
      [
        "cc", "guid-prefix", "idle-ping", "label", "namespace", "nbconn", "quic-cc-algo",
        "quic-socket", "tcp-md5sig", "tcp-ss",
      ])
    + family(
      .bind, .notServed(remedy: "Use 'accept-proxy', which the PROXY protocol is for."), words: 1,
      ["accept-netscaler-cip"])
    + family(
      .bind, .notServed(remedy: "Remove the word; the socket works without it."),
      ["quic-force-retry"])
}
