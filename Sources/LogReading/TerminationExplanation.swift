package import LogRecords

/// Says in plain words what a termination state, or a line of a log, tells.
package enum TerminationExplanation {
  /// What came of reading what was to be explained.
  package enum Outcome: Sendable {
    /// The words.
    case words(String)
    /// It is neither a state nor a line that is understood.
    case unknown
    /// It has the form of a state, but there is none of these letters.
    case unknownState
  }

  /// The state of two letters; nil where there is none.
  package static func state(_ letters: String) -> TerminationState? {
    TerminationState.table.first { $0.letters == letters }
  }

  /// All states, a line each.
  package static func list(_ style: TextStyle) -> String {
    var table = TextTable([
      .init(title: "state"), .init(title: "reason"),
      .init(title: "what happened", limit: max(30, style.columns - 44)),
    ])
    for state in TerminationState.table {
      table.add([
        .init(state.letters, state.isError ? .bad : .good), .init(state.reason),
        .init(state.sentence),
      ])
    }
    return table.text(style)
  }

  /// Explains two letters, a word for a reason, or a line of a log.
  package static func explain(_ text: String, _ style: TextStyle) -> Outcome {
    if let state = state(text) ?? TerminationState.table.first(where: { $0.reason == text }) {
      return .words(words(state, style))
    }
    // HAProxy's four letters in mode tcp: two more for cookies.
    if text.utf8.count == 4, text.hasSuffix("--"), let state = state(String(text.prefix(2))) {
      return .words(words(state, style))
    }
    if text.utf8.count <= 4, !text.contains(" ") { return .unknownState }
    var reader = LogLineReader()
    var record = ReadRecord()
    let bytes = Array(text.utf8)
    guard reader.read(bytes.span, into: &record) == .record else { return .unknown }
    return .words(words(record, bytes.span, style))
  }

  private static func words(_ state: TerminationState, _ style: TextStyle) -> String {
    let head = style.paint(state.letters, state.isError ? .bad : .good)
    var text = "\(head)  \(style.paint(state.reason, .heading))\n"
    for line in style.fold(state.sentence, to: style.columns - 4) { text += "    \(line)\n" }
    text += style.paint("    Who ended it: ", .dim) + cause(state.cause) + "; "
    text += phase(state.phase) + ".\n"
    return text + look(state, style)
  }

  private static func look(_ state: TerminationState, _ style: TextStyle) -> String {
    var text = ""
    let label = "    Where to look: "
    for (index, line) in style.fold(state.hint, to: style.columns - label.count).enumerated() {
      let room = String(repeating: " ", count: label.count)
      text += (index == 0 ? style.paint(label, .dim) : room) + line + "\n"
    }
    return text
  }

  private static func cause(_ cause: TerminationCause) -> String {
    switch cause {
    case .none: "both sides were done"
    case .local: "the proxy itself, as it should"
    case .clientTimeout: "the client's time was over"
    case .clientAbort: "the client"
    case .serverTimeout: "the server's time was over"
    case .serverAbort: "the server, or there was none"
    case .proxy: "the proxy refused, by a rule or a limit"
    case .resource: "the proxy had spent a resource"
    case .internal: "an error within the proxy"
    case .down: "the proxy, as the server went down"
    case .up: "the proxy, as a better server came up"
    case .killed: "the administrator"
    }
  }

  private static func phase(_ phase: TerminationPhase) -> String {
    switch phase {
    case .normal: "it had ended"
    case .request: "the client was to speak first"
    case .queue: "it waited in a queue"
    case .connect: "the server was being connected"
    case .data: "data were exchanged"
    case .last: "the last data went to the client"
    }
  }

  /// What a record tells, timer by timer.
  private static func words(
    _ record: ReadRecord, _ bytes: Span<UInt8>, _ style: TextStyle
  ) -> String {
    let letters = String(decoding: [record.cause, record.phase], as: UTF8.self)
    let state = record.event == .end ? state(letters) : nil
    var text = begin(record, bytes, state, letters, style)
    for (name, words) in timers(record, style) {
      let room = String(repeating: " ", count: max(1, 9 - name.count))
      text += "    " + style.paint(name, .dim) + room + words + "\n"
    }
    if let state { text += look(state, style) }
    return text
  }

  private static func begin(
    _ record: ReadRecord, _ bytes: Span<UInt8>, _ state: TerminationState?, _ letters: String,
    _ style: TextStyle
  ) -> String {
    var text = ""
    switch record.event {
    case .end:
      if let state {
        text += style.paint(state.letters, state.isError ? .bad : .good)
        text += "  \(style.paint(state.reason, .heading))\n    \(state.sentence)\n"
      } else {
        text += style.paint(letters, .caution) + "  unknown: not a state of mode tcp\n"
      }
    case .error: text += style.paint("error", .bad) + "  The connection failed before it began.\n"
    case .start: text += style.paint("start", .good) + "  The connection had only begun.\n"
    case .interim: text += style.paint("interim", .good) + "  The connection had not ended yet.\n"
    }
    var client = bytes.text(record.client)
    if let port = record.clientPort { client += ":\(port)" }
    text += "    Client \(client.isEmpty ? "unknown" : client)"
    if let accepted = record.acceptedMicroseconds {
      text += ", accepted \(Wording.date(accepted, milliseconds: true))"
    }
    if !record.frontend.isEmpty { text += " by frontend \(bytes.text(record.frontend))" }
    text += "\n"
    let (backend, server) = (bytes.text(record.backend), bytes.text(record.server))
    if server == "<NOSRV>" || server.isEmpty {
      text += "    No server was chosen" + (backend.isEmpty ? "" : " in backend \(backend)") + "\n"
    } else {
      text += "    Server \(server) of backend \(backend)\n"
    }
    return text
  }

  private static func timers(
    _ record: ReadRecord, _ style: TextStyle
  ) -> [(String, String)] {
    guard record.event != .error else { return [] }
    func time(_ value: UInt64) -> String {
      value == 0 ? "less than 1 ms" : Wording.time(value, isUTF8: style.isUTF8)
    }
    var lines: [(String, String)] = []
    if let queue = record.queueMicroseconds {
      lines.append(("queue", time(queue) + " from accept until a server was chosen"))
    } else {
      lines.append(("queue", "no server was ever chosen"))
    }
    if let connect = record.connectMicroseconds {
      lines.append(("connect", time(connect) + " until the server had answered"))
    } else {
      lines.append(("connect", "the server was never reached"))
    }
    if let total = record.totalMicroseconds {
      var words = time(total) + (record.event == .interim ? " so far" : " in all")
      if let connect = record.connectMicroseconds {
        let before = (record.queueMicroseconds ?? 0) + connect
        if total > before { words += ", \(time(total - before)) of it with the server" }
      }
      lines.append(("total", words))
    }
    if let bytes = record.bytesOut {
      var words = "\(Wording.bytes(bytes)) to the client"
      if let received = record.bytesIn { words += ", \(Wording.bytes(received)) from it" }
      lines.append(("bytes", bytes == 0 ? words + ": the client got nothing" : words))
    }
    if record.retries > 0 {
      lines.append(("retries", "\(record.retries): a server refused or did not answer at first"))
    }
    if record.isRedispatched {
      lines.append(("moved", "to another server than the first choice"))
    }
    return lines
  }
}
