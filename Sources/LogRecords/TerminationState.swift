/// How a connection ended: what ended it and when, in letters, words and identities.
///
/// It is the one place of these facts: lines, journal and docs/termination-states.md draw on it.
package struct TerminationState: Hashable, Sendable {
  /// What ended it.
  package var cause: TerminationCause
  /// What it was doing then.
  package var phase: TerminationPhase
  /// The reason in a word (`WEIR_REASON`).
  package var reason: String
  /// What happened, as a sentence for people.
  package var sentence: String
  /// Where to look for the cause, as a sentence for administrators.
  package var hint: String
  /// The journal's MESSAGE_ID: 128 bits in 32 hexadecimal digits, never to change.
  package var messageIdentifier: String

  /// The two letters of `%ts`.
  package var letters: String {
    String(decoding: [cause.letter, phase.letter], as: UTF8.self)
  }

  /// Whether the reason is an error (`error.type` of OpenTelemetry).
  package var isError: Bool { cause != .none && cause != .local }

  private init(
    _ cause: TerminationCause, _ phase: TerminationPhase, _ reason: String,
    _ messageIdentifier: String, _ sentence: String, _ hint: String
  ) {
    self.cause = cause
    self.phase = phase
    self.reason = reason
    self.sentence = sentence
    self.hint = hint
    self.messageIdentifier = messageIdentifier
  }

  /// The state of a cause and a phase; where the two never meet, the cause's first.
  package static func of(_ cause: TerminationCause, _ phase: TerminationPhase) -> TerminationState {
    table[places[Int(cause.rawValue) * TerminationPhase.allCases.count + Int(phase.rawValue)]]
  }

  /// The place of each cause and phase in the table.
  private static let places: [Int] = TerminationCause.allCases.flatMap { cause in
    TerminationPhase.allCases.map { phase in
      table.firstIndex { $0.cause == cause && $0.phase == phase }
        ?? table.firstIndex { $0.cause == cause } ?? 0
    }
  }

  private static let resourceHint =
    """
    The proxy's host: memory, open files (`LimitNOFILE=`, `ulimit-n`), ports towards \
    the server (`ip_local_port_range`, several `source` addresses); the log tells \
    which.
    """
  private static let internalHint =
    """
    An error of Weir: report it, with this line, the lines around it and the version \
    (`weir -vv`).
    """
  private static let downHint =
    """
    The log for `Server … is DOWN` and its reason. `on-marked-down shutdown-sessions` \
    is what ends the connections.
    """
  private static let upHint =
    """
    Nothing is wrong: a server is back. `on-marked-up shutdown-backup-sessions` is \
    what ends the connections at backups.
    """
  private static let killedHint =
    """
    Who stopped the process or shut sessions down, and when: `systemctl status weir`, \
    the journal around that time.
    """

  /// Every way a connection can end.
  package static let table: [TerminationState] = [
    .init(
      .none, .normal, "normal", "72e37c3d334f4579a6f7a36a8ebcf985",
      "Both sides ended the connection in good order.",
      "Nothing is wrong."),
    .init(
      .local, .request, "local", "be64424a0dee4445a3c98274076771cc",
      "The proxy answered by itself.",
      "Nothing is wrong: no server was asked."),
    .init(
      .clientTimeout, .request, "client_timeout_request", "893bff35625244ad975fc5cdbd731798",
      "The client did not say what it had to say first in time.",
      """
      A client that connects and says nothing: a port scan, a monitor, or a protocol \
      whose server speaks first. Else `tcp-request inspect-delay` and `timeout client`.
      """),
    .init(
      .clientTimeout, .queue, "client_timeout_queue", "452df656e99a45a3a25fe6bf4bd3dab2",
      "The client's time was over while it waited in the queue.",
      """
      `timeout client` is shorter than the wait: compare with `timeout queue`. The queue \
      itself: `maxconn` of the servers, and how long their connections last.
      """),
    .init(
      .clientTimeout, .connect, "client_timeout_connect", "855a03e6894941648483ac73a6019fbf",
      "The client's time was over while the server was being connected.",
      """
      `timeout client` is shorter than the connecting: compare with `timeout connect`, \
      and see why the server answers late.
      """),
    .init(
      .clientTimeout, .data, "client_timeout", "4e06691089f44cfbaf077f417b34f28f",
      "The client neither sent nor took data for longer than its timeout.",
      """
      A session that rests, as pools keep them: raise `timeout client`, or let the \
      client send keep-alives. A client that vanished: `option clitcpka`, firewalls \
      between.
      """),
    .init(
      .clientTimeout, .last, "client_timeout_last", "645ffc0b6371410998c37786831980eb",
      "The client did not take the last data in time.",
      "A client that is slow or gone: the network towards it, `timeout client`."),
    .init(
      .clientAbort, .request, "client_aborted_request", "bafd7c450f034b879eee6d2ccb121ba7",
      "The client left before it had said what it had to say first.",
      "The client: it was stopped, gave up, or only looked whether the port is open."),
    .init(
      .clientAbort, .queue, "client_aborted_queue", "c527e773064f40f992ef9f2eb2208690",
      "The client left while it waited in the queue.",
      """
      The client had no patience: why the queue is long (`maxconn` of the servers, how \
      long their connections last), and the client's own timeout.
      """),
    .init(
      .clientAbort, .connect, "client_aborted_connect", "3e6b5ce029e9469fa1f48992b7884e6c",
      "The client left while the server was being connected.",
      """
      The client had no patience: why the server answers late (connect time), and the \
      client's own timeout.
      """),
    .init(
      .clientAbort, .data, "client_aborted", "cc9aedfc1ae546229c05587dffb6ac01",
      "The client left while data were exchanged.",
      """
      The client: it crashed, was killed, or closes without saying so, as some pools do. \
      The server's log shows what it was doing then.
      """),
    .init(
      .clientAbort, .last, "client_aborted_last", "959b387008184094b4fb01559373b6cc",
      "The client left while the last data went to it.",
      "The client: it left before it had read everything."),
    .init(
      .serverTimeout, .request, "server_timeout_request", "c9f3e612b6e540ca90bd498ada598e76",
      "The server's time was over before the client had said what it had to say first.",
      "`timeout server` is shorter than `tcp-request inspect-delay`."),
    .init(
      .serverTimeout, .queue, "queue_timeout", "5f94f50ba5994a7b971a920155315815",
      "No server had room within the queue's timeout.",
      """
      Every server is at its `maxconn`: raise that or add servers, see what keeps \
      connections long, or raise `timeout queue`.
      """),
    .init(
      .serverTimeout, .connect, "connect_timeout", "0d1bb85b6d5f4f9182f4a95a29d6bacd",
      "The server did not take the connection in time.",
      """
      The server's host does not answer: is it up, does a firewall drop, is its backlog \
      full? Else `timeout connect` is too short.
      """),
    .init(
      .serverTimeout, .data, "server_timeout", "49676f14365d4de8afa1cebbcb84e490",
      "The server neither sent nor took data for longer than its timeout.",
      """
      The server works longer than `timeout server` without a word, or its host \
      vanished: its log at that time, slow statements, `option srvtcpka`.
      """),
    .init(
      .serverTimeout, .last, "server_timeout_last", "766ba90cb4c941f1bb4a2305a902bb11",
      "The server's time was over while the last data went to the client.",
      """
      The client took the last data too slowly for `timeout server`: the network towards \
      the client.
      """),
    .init(
      .serverAbort, .request, "server_aborted_request", "20ae5fdd27bf4f27bbc73ca72362292c",
      "The server left before the client had said what it had to say first.",
      "The server's log at that time: it closed before it was spoken to."),
    .init(
      .serverAbort, .queue, "queue_refused", "e23f30a6c77848bbbd57aff6fe34f932",
      "No server could take the connection, and there was no room in a queue.",
      """
      Servers up and their queues: `maxconn`, `maxqueue`; the log for `Server … is \
      DOWN`.
      """),
    .init(
      .serverAbort, .connect, "server_refused", "dd6dc67e22d74f01ba76d20e2a83edde",
      "The server refused the connection, or no server can be used.",
      """
      With a server's name: it refused: is it running, at that port? With `<NOSRV>`: no \
      server is up, the log tells `Server … is DOWN` and why.
      """),
    .init(
      .serverAbort, .data, "server_aborted", "30057d990c84481ab7fd516c8775852b",
      "The server left or failed while data were exchanged.",
      """
      The server's log at that time: it crashed, was restarted, or ended the session. A \
      firewall between that forgets connections does the same.
      """),
    .init(
      .serverAbort, .last, "server_aborted_last", "978f3992bb6641f5880af697c410d755",
      "The server failed while the last data went to the client.",
      "The server's log at that time: it failed in the midst of its last answer."),
    .init(
      .proxy, .request, "rejected", "4b49e2f1dc104715b1c027c6fb8b892c",
      "The proxy rejected the connection: a rule, or a header that is not as it must be.",
      """
      The rules of the frontend (`tcp-request`), or a client without the PROXY header \
      that `accept-proxy` wants.
      """),
    .init(
      .proxy, .queue, "rejected_queue", "a870c7f4a7894d339aa3c59aaf1f8598",
      "The proxy rejected the connection while it waited in the queue.",
      "The rules of the backend, and limits of the proxy."),
    .init(
      .proxy, .connect, "limit_reached", "0686af8d5cb9423d9c7131eb6c058c5e",
      "The proxy reached a limit of its own while it connected to the server.",
      """
      `maxconn` of the process, `ulimit-n`, and what else the warnings at start tell of \
      limits.
      """),
    .init(
      .proxy, .data, "response_rejected", "297ebf35c5d84d35b50e23e1da2b3e0b",
      "The proxy rejected what the server answered.",
      """
      The rules for answers (`tcp-response`), or a server that speaks another protocol.
      """),
    .init(
      .proxy, .last, "response_rejected_last", "8ff337a3719949daaba423bcf3f36da0",
      "The proxy rejected the end of what the server answered.",
      """
      The rules for answers (`tcp-response`), or a server that speaks another protocol.
      """),
    .init(
      .resource, .request, "resource_exhausted_request", "e72030699f3147849becbcaa452a4eca",
      "The proxy ran out of memory, descriptors or ports before the client had said what it had to say first.",
      resourceHint),
    .init(
      .resource, .queue, "resource_exhausted_queue", "69adce45ceaa452abfb1a35cde5fd2e3",
      "The proxy ran out of memory, descriptors or ports while the connection waited in the queue.",
      resourceHint),
    .init(
      .resource, .connect, "resource_exhausted_connect", "2ac7501b018546cf9964f1611e94e16e",
      "The proxy ran out of memory, descriptors or ports while the server was being connected.",
      resourceHint),
    .init(
      .resource, .data, "resource_exhausted", "bb0b57ece50544beb217ae4983d67efd",
      "The proxy ran out of memory, descriptors or ports while data were exchanged.",
      resourceHint),
    .init(
      .resource, .last, "resource_exhausted_last", "a2b1a6a07c774cdf81372753aced50c8",
      "The proxy ran out of memory, descriptors or ports while the last data went to the client.",
      resourceHint),
    .init(
      .internal, .request, "internal_error_request", "800442493a07458aa376cb93c9cf8747",
      "The proxy found an error within itself before the client had said what it had to say first.",
      internalHint),
    .init(
      .internal, .queue, "internal_error_queue", "d0cee160473449d58e43fa4e8e61bc23",
      "The proxy found an error within itself while the connection waited in the queue.",
      internalHint),
    .init(
      .internal, .connect, "internal_error_connect", "03f6eac046c6480b96b7d4a53e431bdd",
      "The proxy found an error within itself while the server was being connected.",
      internalHint),
    .init(
      .internal, .data, "internal_error", "4894d82fed714cbc8708096c3f6475e6",
      "The proxy found an error within itself while data were exchanged.",
      internalHint),
    .init(
      .internal, .last, "internal_error_last", "f7517148445b4bb1b0a09a570702af97",
      "The proxy found an error within itself while the last data went to the client.",
      internalHint),
    .init(
      .down, .request, "server_down_request", "69cc9e638cf2456ab56b3938365b697e",
      "The server went down, and its connections were ended before the client had said what it had to say first.",
      downHint),
    .init(
      .down, .queue, "server_down_queue", "d75028fb8f8744c6b4c9f0284834f299",
      "The server went down, and its connections were ended while the connection waited in the queue.",
      downHint),
    .init(
      .down, .connect, "server_down_connect", "cd06b5a2968341b1a2762b8ad90b5c79",
      "The server went down, and its connections were ended while the server was being connected.",
      downHint),
    .init(
      .down, .data, "server_down", "bce730fb1a73419bb574f910bad9dae3",
      "The server went down, and its connections were ended while data were exchanged.",
      downHint),
    .init(
      .down, .last, "server_down_last", "5373e866419645d39e8de9009c811f5d",
      "The server went down, and its connections were ended while the last data went to the client.",
      downHint),
    .init(
      .up, .request, "active_server_up_request", "e8b968fead01428f8252899edf5b4dd8",
      "An active server came up, and the connections of backups were ended before the client had said what it had to say first.",
      upHint),
    .init(
      .up, .queue, "active_server_up_queue", "cca593317d584f51bdc15a7d90eca09e",
      "An active server came up, and the connections of backups were ended while the connection waited in the queue.",
      upHint),
    .init(
      .up, .connect, "active_server_up_connect", "7bd43394e73f464a9c42c79a8c4c4c2b",
      "An active server came up, and the connections of backups were ended while the server was being connected.",
      upHint),
    .init(
      .up, .data, "active_server_up", "b47fbf66e3274b64ae3031b068d582f6",
      "An active server came up, and the connections of backups were ended while data were exchanged.",
      upHint),
    .init(
      .up, .last, "active_server_up_last", "5f4b552f49174ba38d5cec1a443ad5f2",
      "An active server came up, and the connections of backups were ended while the last data went to the client.",
      upHint),
    .init(
      .killed, .request, "killed_request", "9ad5a676e96e4fa0a73a6f588f5235e4",
      "The administrator or the stop of the process ended the connection before the client had said what it had to say first.",
      killedHint),
    .init(
      .killed, .queue, "killed_queue", "88361434104447f89b17cb765f0e5f6b",
      "The administrator or the stop of the process ended the connection while the connection waited in the queue.",
      killedHint),
    .init(
      .killed, .connect, "killed_connect", "6c52491db4d64f798730f7054309817d",
      "The administrator or the stop of the process ended the connection while the server was being connected.",
      killedHint),
    .init(
      .killed, .data, "killed", "ede3c6bbe5d6447e8d3e4469abff2592",
      "The administrator or the stop of the process ended the connection while data were exchanged.",
      killedHint),
    .init(
      .killed, .last, "killed_last", "e4ea0a7876014caca9e6932448d11d49",
      "The administrator or the stop of the process ended the connection while the last data went to the client.",
      killedHint),
  ]
}
