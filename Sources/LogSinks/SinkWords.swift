internal import Kernel
internal import LogRecords
internal import TLS

/// What is said of sinks to who can mend them: each with what to do.
extension Sink.Notice {
  /// Whether the sink's own lines tell of it as well: they do once it takes lines again.
  var isForItself: Bool {
    switch self {
    case .lost: false
    case .back, .spoolFailed, .spoolBack, .recovered: true
    }
  }

  /// The event of it, for the sink of this name.
  func event(of sink: String) -> LogEvent {
    let now = Clock.realtimeNanoseconds()
    switch self {
    case .lost(let error):
      return LogEvent(
        .sinkLost,
        text: "Sink \(sink) cannot be reached (\(error.words)). \(Self.remedy(for: error))",
        values: [.text(.sink, sink), .text(.errno, error.name)], nanoseconds: now)
    case .spoolFailed(let error, let words):
      return LogEvent(
        .sinkLost,
        text: "The spool of sink \(sink) cannot be used (\(words)). Lines are kept in memory alone"
          + " until it can.",
        values: [.text(.sink, sink), .text(.errno, error)], nanoseconds: now)
    case .spoolBack(let unspooled):
      return LogEvent(
        .sinkBack,
        text: "The spool of sink \(sink) can be used again; \(unspooled) lines were kept in memory"
          + " alone so far.",
        values: [.text(.sink, sink)], nanoseconds: now)
    case .recovered(let count, let damaged):
      return LogEvent(
        .sinkBack,
        text: "The spool of sink \(sink) has \(count) lines of before, which are sent now;"
          + " \(damaged) were torn or damaged.",
        values: [.text(.sink, sink)], nanoseconds: now)
    case .back(let microseconds, let dropped):
      let loss = dropped == 0 ? "nothing was lost" : "\(dropped) lines were dropped meanwhile"
      return LogEvent(
        .sinkBack,
        text: "Sink \(sink) takes lines again after \(microseconds / 1000) ms; \(loss).",
        values: [.text(.sink, sink), .integer(.dropped, dropped)], nanoseconds: now)
    }
  }

  /// What mends a sink that failed so.
  static func remedy(for failure: SinkFailure) -> String {
    switch failure {
    case .system(let error): remedy(for: error)
    case .tls(let error): "Remedy: \(error.remedy ?? "see what the receiver says of TLS")."
    case .closed: "See what the receiver says; it is connected to again."
    case .connectTimeout: "See whether the host is there: address, route, firewall."
    case .silence: "The receiver hangs: see to it."
    case .violation: "See whether the receiver speaks the protocol of 'log-proto'."
    }
  }

  /// What mends a sink that met this error.
  static func remedy(for error: Errno) -> String {
    switch error {
    case .noEntry, Errno(20):
      "Start the receiver that makes the socket, or correct the path of the 'log' line."
    case .connectionRefused, Errno(107):
      "Start the receiver, or correct the address of the 'log' line."
    case Errno(1), .permissionDenied:
      "Let the user that Weir runs as write there (owner and mode of the socket and its folder)."
    case .brokenPipe, .connectionReset:
      "Its reader has gone: start it again."
    case .hostUnreachable, .networkUnreachable, .timedOut:
      "See whether the host is there: address, route, firewall."
    case Errno(28): "The disk is full: make room."
    default: "See whether the receiver runs and what it says."
    }
  }
}

extension DropReason {
  /// What keeps it from happening again; `lastError` is the last that the sink met.
  func remedy(_ lastError: String?) -> String {
    switch self {
    case .ringFull:
      "The log thread was behind: write fewer or cheaper lines (level, sample, log-limit), or leave"
        + " it a core."
    case .queueFull:
      "The receiver was behind or away: see to it, or write fewer lines (level, sample, log-limit)."
    case .refused:
      "The last error was \(lastError ?? "none"): see whether the receiver runs and takes lines."
    case .tooLong: "The receiver takes no line of such a size: lower 'len'."
    case .unacknowledged:
      "The connection broke: see to the receiver and the network. RELP ('log-proto relp') sends such"
        + " lines again."
    case .noReceiver: "No server of the log backend was up: see to them, or add a 'backup'."
    case .overwritten: "Nobody reads the ring: give it a 'server', or a larger 'size'."
    case .encoding:
      "Not even what a line of its format must have fits: raise 'len' of the log line."
    case .spoolFull:
      "The spool or its disk was full: see to the receiver, make room, or give 'spool' a larger"
        + " size."
    case .spoolFailed: "The last error was \(lastError ?? "none"): see to the disk of the spool."
    case .spoolDamaged:
      "The disk of the spool gave back something else than was written: see to it."
    case .stopped: "The process ended before the receiver took them."
    }
  }
}

extension SinkLedger {
  /// What keeps the loss that is greatest since an earlier state from happening again.
  func remedy(since earlier: SinkLedger?) -> String {
    func fresh(_ reason: DropReason) -> UInt64 {
      dropped(reason) &- min(earlier?.dropped(reason) ?? 0, dropped(reason))
    }
    let worst = DropReason.allCases.max { fresh($0) < fresh($1) } ?? .refused
    return worst.remedy(lastError)
  }
}
