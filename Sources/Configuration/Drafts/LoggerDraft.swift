import LogRecords
import LogSinks

/// A `log` line before its address is looked up.
struct LoggerDraft: Sendable {
  /// What the line names as its target.
  enum Target: Sendable {
    /// An address, for datagrams.
    case address(AddressText)
    /// An address of a stream, and how lines follow one another on it.
    case stream(AddressText, LogServerSettings.Framing)
    /// A descriptor.
    case descriptor(Int32)
    /// The systemd journal.
    case journal
    /// A section `ring`.
    case ring(String)
    /// A backend of `mode log`.
    case backend(String)
  }

  /// What the line names as its target.
  var target: Target
  /// Everything else; its own target is a placeholder until the address is known.
  var settings: LoggerSettings
  /// The words behind `profile` and `len`, which only the other sections can prove right.
  var profileWord: Int?
  var lengthWord: Int?
  /// The words `sd all`.
  var allFieldsWord: Int?
}

/// A `log` line of a proxy.
enum LogEntry: Sendable {
  /// `log global`: every logger of the section `global`.
  case global
  /// A logger of its own.
  case logger(Located<LoggerDraft>)
}
