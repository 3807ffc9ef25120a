import ConfigSyntax
import Kernel
import LogRecords
import LogSinks

extension Resolver {
  /// The port of syslog over UDP and TCP (RFC 5426; HAProxy's for both).
  static let syslogPort: UInt16 = 514
  /// The port of syslog over TLS (RFC 5425).
  static let secureSyslogPort: UInt16 = 6514
  /// The port of RELP, as rsyslog's documentation has it.
  static let acknowledgedPort: UInt16 = 2514

  /// A logger with what it names; nil, with a report, where that is not there.
  mutating func resolve(_ logger: Located<LoggerDraft>) -> LoggerSettings? {
    let key = "\(logger.line.number) \(logger.line.file)"
    if let known = loggers[key] { return known }
    let settings = resolveOnce(logger)
    loggers[key] = .some(settings)
    return settings
  }

  private mutating func resolveOnce(_ logger: Located<LoggerDraft>) -> LoggerSettings? {
    var settings = logger.value.settings
    var ring: RingSettings?
    switch logger.value.target {
    case .descriptor(let number): settings.target = .descriptor(number)
    case .journal: settings.target = .journald
    case .address(let text):
      let located = Located(text, logger.line, word: logger.word)
      let port = text.singlePort == 0 ? Self.syslogPort : text.singlePort
      guard let address = socketAddress(located, port: port, head: "log : ") else { return nil }
      switch address {
      case .internet: settings.target = .udp(address)
      case .unix(let path): settings.target = .unixDatagram(path: path)
      case .abstract(let name, _): settings.target = .abstractDatagram(name: name)
      case .descriptor(let number): settings.target = .descriptor(number)
      }
    case .stream(let text, let framing):
      guard let server = stream(Located(text, logger.line, word: logger.word), framing) else {
        return nil
      }
      settings.target = .stream(server)
    case .ring(let name):
      guard let found = find(ring: name, logger) else { return nil }
      ring = found
      settings.target = .ring(name)
    case .backend(let name):
      guard requireLogBackend(name, logger) else { return nil }
      settings.target = .backend(name)
    }
    requireProfile(logger)
    if let ring { refuseLength(settings, ring, logger) }
    refuseAllFields(settings, ring, logger)
    return settings
  }

  /// The receiver of a line that names a stream.
  private mutating func stream(
    _ text: Located<AddressText>, _ framing: LogServerSettings.Framing
  ) -> LogServerSettings? {
    let standard = framing == .relp ? Self.acknowledgedPort : Self.syslogPort
    let port = text.value.singlePort == 0 ? standard : text.value.singlePort
    guard let address = socketAddress(text, port: port, head: "log : ") else { return nil }
    let prefix =
      switch address {
      case .internet: framing == .relp ? "relp@" : "tcp@"
      case .unix: "uxst@"
      case .abstract, .descriptor: ""
      }
    var server = LogServerSettings(name: prefix + address.text, address: address)
    server.framing = framing
    return server
  }

  private mutating func find(
    ring name: String, _ logger: Located<LoggerDraft>
  ) -> RingSettings? {
    if let ring = snapshot.rings.first(where: { $0.name == name }) { return ring }
    let names = snapshot.rings.map(\.name)
    diagnostics.report(
      .alert,
      "log : unknown ring '\(name)'" + suggestionWords(for: name, among: names, else: "."),
      at: logger, remedy: Self.listed(names, "'ring' sections", "a section 'ring \(name)'"))
    return nil
  }

  private mutating func requireLogBackend(
    _ name: String, _ logger: Located<LoggerDraft>
  ) -> Bool {
    let names = proxies.filter { $0.kind.isBack && $0.values.isLogMode }.map(\.name)
    guard let found = backends[name]?.draft else {
      diagnostics.report(
        .alert,
        "log : uses unknown log backend '\(name)'"
          + suggestionWords(for: name, among: names, else: "."), at: logger,
        remedy: Self.listed(
          names, "backends of 'mode log'", "a section 'backend \(name)' with 'mode log'"))
      return false
    }
    guard proxies[found].values.isLogMode else {
      diagnostics.report(
        .alert,
        "log : uses incompatible log backend '\(name)' (\(place(of: proxies[found].line))).",
        at: logger, remedy: "Write 'mode log' in that backend, above its servers.")
      return false
    }
    return true
  }

  private mutating func requireProfile(_ logger: Located<LoggerDraft>) {
    guard let name = logger.value.settings.profile, let word = logger.value.profileWord,
      !logs.profiles.contains(where: { $0.name == name })
    else { return }
    let names = logs.profiles.map(\.name)
    diagnostics.report(
      Mistake(
        "log : unknown log-profile '\(name)'" + suggestionWords(for: name, among: names, else: "."),
        at: word,
        remedy: Self.listed(names, "'log-profile' sections", "a section 'log-profile \(name)'")),
      logger.line)
  }

  /// A message must fit into its ring.
  private mutating func refuseLength(
    _ settings: LoggerSettings, _ ring: RingSettings, _ logger: Located<LoggerDraft>
  ) {
    let word = logger.value.lengthWord ?? logger.word
    if settings.length > ring.size {
      diagnostics.report(
        Mistake(
          "log : uses a max length which exceeds ring capacity ('\(ring.name)' supports \(ring.size)"
            + " bytes at most).", at: word,
          remedy: "Lower 'len', or raise 'size' of the ring above it."), logger.line)
    } else if let longest = ring.maximumLength, settings.length > longest {
      diagnostics.report(
        Mistake(
          "log : 'len' of \(settings.length) is above 'maxlen' of ring '\(ring.name)': messages are"
            + " cut at \(longest) bytes.", at: word), logger.line, level: .diag)
    }
  }

  /// `sd all` is for RFC 5424 alone.
  private mutating func refuseAllFields(
    _ settings: LoggerSettings, _ ring: RingSettings?, _ logger: Located<LoggerDraft>
  ) {
    guard let word = logger.value.allFieldsWord, (settings.format ?? ring?.format) != .rfc5424
    else { return }
    diagnostics.report(
      Mistake(
        "log : 'sd all' needs 'format rfc5424' before it.", at: word,
        remedy: "No other header has structured data."), logger.line)
  }

  /// A remedy that lists what there is.
  private static func listed(_ names: [String], _ kind: String, _ remedy: String) -> String {
    guard !names.isEmpty else { return "There are no \(kind): add \(remedy)." }
    let shown = names.prefix(listLimit).map { "'\($0)'" }.joined(separator: ", ")
    return "The \(kind) are \(shown)\(names.count > listLimit ? " and others" : "")."
  }

  /// How many names a remedy lists.
  private static let listLimit = 20
}
