internal import LogRecords

/// One `log` line of one proxy at work: where its lines go, which of them it takes, and what they
/// begin with.
struct Logger {
  /// Who gets its lines.
  let destination: Destination
  /// What its lines begin with, and how long they may be.
  var prefix: LinePrefix
  /// Whether its lines are journal entries.
  let isJournal: Bool
  /// Whether its lines have room for structured data.
  let hasStructuredData: Bool
  /// Whether these are every field of a record, where the proxy has none of its own.
  let hasAllFields: Bool
  /// What its lines of named values tell of it.
  let facts: LoggerFacts
  /// How events are told; nil tells them as text.
  var eventFormat: FormatBox?
  /// What it logs at each step; nil where its proxy says that alone.
  let profile: LogProfile?
  private let level: UInt8
  private var sample: SampleCounter

  /// A logger that has seen nothing.
  ///
  /// A ring whose format is `raw` lets no line have a header, as with HAProxy; its `maxlen` limits
  /// lines beside `len`.
  init(
    _ settings: LoggerSettings, destination: Destination, ring: RingSettings?, tag: String,
    hostName: String?, profile: LogProfile? = nil
  ) {
    self.destination = destination
    self.profile = profile
    let format = ring?.format == .raw ? .raw : settings.format ?? ring?.format ?? .local
    prefix = LinePrefix(
      LineHeader(
        format: format, facility: settings.facility, minimumLevel: settings.minimumLevel,
        length: min(settings.length, ring?.maximumLength ?? .max), hostname: hostName,
        tag: profile?.tag ?? tag))
    isJournal = settings.target == .journald
    hasStructuredData = format == .rfc5424
    hasAllFields = settings.hasAllFields && format == .rfc5424
    facts = LoggerFacts(settings)
    level = settings.level.rawValue
    sample = SampleCounter(settings.sample)
  }

  /// Whether its level lets a message of this severity pass.
  func passes(_ severity: Severity) -> Bool { severity.rawValue <= level }

  /// Whether its sample takes the next of the messages that it would get; each is counted.
  mutating func takesNext() -> Bool { sample.takesNext() }

  /// Whether it takes a message of this severity; it counts the message for its sample if the
  /// level lets it pass.
  mutating func takes(_ severity: Severity) -> Bool { passes(severity) && takesNext() }
}

extension LoggerFacts {
  /// What lines tell of a logger.
  init(_ settings: LoggerSettings) {
    self.init(
      facility: settings.facility, minimumLevel: settings.minimumLevel,
      sampleTaken: settings.sample?.ranges.reduce(0) { $0 + $1.count } ?? 0,
      sampleSize: settings.sample?.size ?? 0)
  }
}
