internal import LogRecords

/// One `log` line of a `log-forward` section at work: which messages it takes, what it makes of
/// them, and who gets them.
struct ForwardLogger {
  /// Who gets its lines.
  let destination: Destination
  /// What its lines are made by.
  var rewriter: SyslogRewriter
  /// Whether its lines are journal entries.
  let isJournal: Bool
  private let level: UInt8
  private var sample: SampleCounter

  /// A logger that has seen nothing. The format and `maxlen` of a ring count as for any logger.
  init(_ settings: LoggerSettings, destination: Destination, ring: RingSettings?) {
    self.destination = destination
    rewriter = SyslogRewriter(
      format: ring?.format == .raw ? .raw : settings.format ?? ring?.format,
      facility: settings.facility, minimumLevel: settings.minimumLevel,
      length: min(settings.length, ring?.maximumLength ?? .max))
    isJournal = settings.target == .journald
    level = settings.level.rawValue
    sample = SampleCounter(settings.sample)
  }

  /// Whether it takes a message of this severity; one without any passes each level, as HAProxy
  /// has it. It counts the message for its sample if the level lets it pass.
  mutating func takes(_ severity: Severity?) -> Bool {
    if let severity, severity.rawValue > level { return false }
    return sample.takesNext()
  }
}
