import LogRecords
import LogSinks

/// A `log` line before its address is looked up.
struct LoggerDraft: Sendable {
  /// What the line names as its target.
  enum Target: Sendable {
    /// An address, for datagrams.
    case address(AddressText)
    /// A descriptor.
    case descriptor(Int32)
    /// The systemd journal.
    case journal
  }

  /// What the line names as its target.
  var target: Target
  /// Everything else; its own target is a placeholder until the address is known.
  var settings: LoggerSettings
}

/// A `log` line of a proxy.
enum LogEntry: Sendable {
  /// `log global`: every logger of the section `global`.
  case global
  /// A logger of its own.
  case logger(Located<LoggerDraft>)
}
