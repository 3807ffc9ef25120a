import Proxy

extension Keyword {
  /// The keywords `tune.*` of `global`, and other settings of how HAProxy works inside.
  static let tuning: [Keyword] =
    [
      global(
        "tune.bufsize",
        .custom("<size>") { (draft, arguments) throws(Mistake) in
          guard !arguments.isAtEnd else {
            throw Mistake("'tune.bufsize' expects an integer argument.", at: nil)
          }
          draft.proxy.bufferSize = try arguments.size(in: 1024...(1 << 28))
        }, initial: "16384", "Bytes that are read at once from a connection."),
      global(
        "tune.maxaccept",
        .integer("<number>", in: -1...Int(Int32.max)) {
          $0.proxy.acceptLimit = $1 == -1 ? Int(Int32.max) : max(1, $1)
        }, initial: "64", "Connections that a worker accepts in one turn; -1 is no limit."),
      buffer("tune.rcvbuf.client", "Receive buffer of connections from clients.") {
        $0.proxy.clientReceiveBuffer = $1
      },
      buffer("tune.rcvbuf.server", "Receive buffer of connections to servers.") {
        $0.proxy.serverReceiveBuffer = $1
      },
      buffer("tune.sndbuf.client", "Send buffer of connections from clients.") {
        $0.proxy.clientSendBuffer = $1
      },
      buffer("tune.sndbuf.server", "Send buffer of connections to servers.") {
        $0.proxy.serverSendBuffer = $1
      },
    ]
    + family(
      .global, .accepted, words: 0,
      "Tunes what Weir does otherwise: accepted, with a notice.", tuningNames)
    + foreignGlobals

  private static func buffer(
    _ name: String, _ help: String,
    _ set: @escaping @Sendable (inout GlobalDraft, Int?) -> Void
  ) -> Keyword {
    global(
      name,
      .custom("<size>") { (draft, arguments) throws(Mistake) in
        guard !arguments.isAtEnd else {
          throw Mistake("'\(name)' expects an integer argument.", at: nil)
        }
        let size = try arguments.size(in: 0...Int(Int32.max))
        set(&draft, size == 0 ? nil : size)
      }, once: true, initial: "the system's", help)
  }

  private static let tuningNames = [
    "tune.applet.zero-copy-forwarding", "tune.buffers.limit", "tune.buffers.reserve",
    "tune.bufsize.large", "tune.bufsize.small", "tune.chksize", "tune.cli.max-payload-size",
    "tune.comp.maxlevel", "tune.disable-fast-forward", "tune.disable-zero-copy-forwarding",
    "tune.epoll.mask-events", "tune.events.max-events-at-once", "tune.fail-alloc",
    "tune.fd.edge-triggered", "tune.glitches.kill.cpu-usage", "tune.h1.be.glitches-threshold",
    "tune.h1.fe.glitches-threshold", "tune.h1.zero-copy-fwd-recv", "tune.h1.zero-copy-fwd-send",
    "tune.h2.be.glitches-threshold", "tune.h2.be.initial-window-size",
    "tune.h2.be.max-concurrent-streams", "tune.h2.be.rxbuf", "tune.h2.fe.glitches-threshold",
    "tune.h2.fe.initial-window-size", "tune.h2.fe.max-concurrent-streams",
    "tune.h2.fe.max-total-streams", "tune.h2.fe.rxbuf", "tune.h2.header-table-size",
    "tune.h2.initial-window-size", "tune.h2.log-errors", "tune.h2.max-concurrent-streams",
    "tune.h2.max-frame-size", "tune.h2.zero-copy-fwd-send", "tune.http.cookielen",
    "tune.http.logurilen", "tune.http.maxhdr", "tune.idle-pool.shared", "tune.idletimer",
    "tune.listener.default-shards", "tune.listener.multi-queue", "tune.lua.bool-sample-conversion",
    "tune.lua.burst-timeout", "tune.lua.forced-yield", "tune.lua.log.loggers",
    "tune.lua.log.stderr", "tune.lua.maxmem", "tune.lua.openlibs", "tune.lua.service-timeout",
    "tune.lua.session-timeout", "tune.lua.task-timeout", "tune.max-checks-per-thread",
    "tune.max-rules-at-once", "tune.maxpollevents", "tune.maxrewrite", "tune.memory.hot-size",
    "tune.notsent-lowat.client", "tune.notsent-lowat.server", "tune.pattern.cache-size",
    "tune.peers.max-updates-at-once", "tune.pipesize", "tune.pool-high-fd-ratio",
    "tune.pool-low-fd-ratio", "tune.pt.zero-copy-forwarding", "tune.quic.be.cc.cubic-min-losses",
    "tune.quic.cc-hystart", "tune.quic.cc.cubic.min-losses", "tune.quic.disable-tx-pacing",
    "tune.quic.disable-udp-gso", "tune.quic.frontend.conn-tx-buffers.limit",
    "tune.quic.frontend.glitches-threshold", "tune.quic.frontend.max-data-size",
    "tune.quic.frontend.max-idle-timeout", "tune.quic.frontend.max-streams-bidi",
    "tune.quic.frontend.max-tx-mem", "tune.quic.frontend.stream-data-ratio", "tune.quic.listen",
    "tune.quic.max-frame-loss", "tune.quic.mem.tx-max", "tune.quic.reorder-ratio",
    "tune.quic.retry-threshold", "tune.quic.socket-owner", "tune.quic.zero-copy-fwd-send",
    "tune.rcvbuf.backend", "tune.rcvbuf.frontend", "tune.recv_enough", "tune.renice.runtime",
    "tune.renice.startup", "tune.ring.queues", "tune.runqueue-depth", "tune.sched.low-latency",
    "tune.sndbuf.backend", "tune.sndbuf.frontend", "tune.ssl.cachesize",
    "tune.ssl.capture-buffer-size", "tune.ssl.capture-cipherlist-size",
    "tune.ssl.certificate-compression", "tune.ssl.default-dh-param",
    "tune.ssl.force-private-cache", "tune.ssl.hard-maxrecord", "tune.ssl.keylog",
    "tune.ssl.lifetime", "tune.ssl.maxrecord", "tune.ssl.ocsp-update.maxdelay",
    "tune.ssl.ocsp-update.mindelay", "tune.ssl.ocsp-update.mode", "tune.ssl.ssl-ctx-cache-size",
    "tune.stick-counters", "tune.takeover-other-tg-connections", "tune.vars.check-max-size",
    "tune.vars.global-max-size", "tune.vars.proc-max-size", "tune.vars.reqres-max-size",
    "tune.vars.sess-max-size", "tune.vars.txn-max-size", "tune.zlib.memlevel",
    "tune.zlib.windowsize",
  ]

  private static let foreignGlobals: [Keyword] =
    family(
      .global, .kept, "Kept for TLS, which Weir passes through.",
      [
        "ca-base", "crt-base", "issuers-chain-path", "key-base", "ssl-default-bind-ciphers",
        "ssl-default-bind-ciphersuites", "ssl-default-bind-client-sigalgs",
        "ssl-default-bind-curves", "ssl-default-bind-options", "ssl-default-bind-sigalgs",
        "ssl-default-server-ciphers", "ssl-default-server-ciphersuites",
        "ssl-default-server-client-sigalgs", "ssl-default-server-curves",
        "ssl-default-server-options", "ssl-default-server-sigalgs", "ssl-dh-param-file",
        "ssl-engine", "ssl-load-extra-del-ext", "ssl-load-extra-files", "ssl-mode-async",
        "ssl-passphrase-cmd", "ssl-propquery", "ssl-provider", "ssl-provider-path",
        "ssl-security-level", "ssl-server-verify", "ssl-skip-self-issued-ca",
      ])
    + family(
      .global, .kept, "Kept for the runtime API.",
      ["localpeer", "server-state-base", "server-state-file", "stats-file"])
    + family(
      .global, .accepted, "How threads are laid over cores: Weir has workers alike.",
      reversible: true, ["busy-polling", "numa-cpu-mapping"])
    + family(
      .global, .accepted, "How threads are laid over cores: Weir has workers alike.",
      ["cpu-map", "cpu-policy", "cpu-set", "thread-group", "thread-groups", "thread-hard-limit"])
    + family(
      .global, .accepted, "About the inside of HAProxy: Weir needs nothing of the kind.",
      reversible: true, ["insecure-fork-wanted", "set-dumpable", "strict-limits"])
    + family(
      .global, .accepted, "About the inside of HAProxy: Weir needs nothing of the kind.",
      [
        "anonkey", "close-spread-time", "cluster-secret", "debug.counters", "default-path",
        "dns-accept-family",
        "expose-deprecated-directives", "expose-experimental-directives", "fd-hard-limit",
        "force-cfg-parser-pause", "h1-accept-payload-with-any-method", "h1-case-adjust",
        "h1-case-adjust-file", "h1-do-not-close-on-insecure-transfer-encoding",
        "h2-workaround-bogus-websocket-clients",
        "harden.reject-privileged-ports.quic", "harden.reject-privileged-ports.tcp",
        "httpclient.resolvers.disabled", "httpclient.resolvers.id",
        "httpclient.resolvers.prefer", "httpclient.retries", "httpclient.ssl.ca-file",
        "httpclient.ssl.verify", "httpclient.timeout.connect", "insecure-setuid-wanted",
        "limited-quic", "maxcompcpuusage", "maxcomprate", "maxpipes", "maxzlibmem", "maxsslconn",
        "maxsslrate",
        "mworker-max-reloads", "no-memory-trimming", "no-quic", "noepoll", "noevports",
        "nogetaddrinfo", "nokqueue", "nopoll", "noreuseport", "ocsp-update.disable",
        "ocsp-update.httpproxy", "ocsp-update.maxdelay", "ocsp-update.mindelay",
        "ocsp-update.mode", "pp2-never-send-local",
        "profiling.memory", "profiling.tasks", "setcap", "shm-stats-file",
        "shm-stats-file-max-objects", "warn-blocked-traffic-after",
      ])
    + family(
      .global,
      .notServed(
        remedy:
          "Remove the line; 'maxconn' limits connections, of the process and of each frontend."),
      ["maxconnrate", "maxsessrate"])
    + family(
      .global, .notServed(remedy: "Remove the line: Weir runs no Lua."),
      ["lua-load", "lua-load-per-thread", "lua-prepend-path"])
    + family(
      .global, .notServed(remedy: "Remove the line, or use 'setenv' and \"${NAME}\"."),
      ["set-var", "set-var-fmt"])
    + family(
      .global, .notServed(remedy: "Remove the line: device detection needs HTTP."),
      [
        "51degrees-cache-size", "51degrees-data-file", "51degrees-property-name-list",
        "51degrees-property-separator", "deviceatlas-json-file", "deviceatlas-log-level",
        "deviceatlas-properties-cookie", "deviceatlas-separator", "wurfl-cache-size",
        "wurfl-data-file",
        "wurfl-information-list", "wurfl-information-list-separator", "wurfl-patch-file",
      ])
    + [
      Keyword(
        name: "master-worker", place: .global, grammar: "[no-exit-on-failure]",
        status: .removed(
          remedy: "HAProxy 3.5 has only the argument '-W'. Remove the line; Weir reloads in one"
            + " process.")),
      Keyword(
        name: "nbproc", place: .global, grammar: "<number>",
        status: .removed(remedy: "HAProxy 2.5 removed this keyword. Use 'nbthread'.")),
      Keyword(
        name: "debug", place: .global,
        status: .removed(remedy: "HAProxy 3.3 removed this keyword. Use the argument '-d'.")),
    ]
}
