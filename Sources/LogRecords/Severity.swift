/// The severity of a message (RFC 5424, 6.2.1), 0 the most severe.
package enum Severity: UInt8, BitwiseCopyable, CaseIterable, Comparable, Hashable, Sendable {
  case emergency, alert, critical, error, warning, notice, information, debug

  /// The word of HAProxy's `log` line: emerg, alert, crit, err, warning, notice, info, debug.
  package var word: String {
    switch self {
    case .emergency: "emerg"
    case .alert: "alert"
    case .critical: "crit"
    case .error: "err"
    case .warning: "warning"
    case .notice: "notice"
    case .information: "info"
    case .debug: "debug"
    }
  }

  package static func < (left: Severity, right: Severity) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// The facility of a message, by its number (RFC 5424, 6.2.1) and the name HAProxy gives it.
package enum Facility: UInt8, BitwiseCopyable, CaseIterable, Hashable, Sendable {
  case kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, auth2, ftp, ntp, audit, alert
  case cron2, local0, local1, local2, local3, local4, local5, local6, local7

  /// The word of HAProxy's `log` line.
  package var word: String { "\(self)" }
}

/// What stands before the text of a line (`format` of a `log` line).
package enum HeaderFormat: String, CaseIterable, Hashable, Sendable {
  case local, rfc3164, rfc5424, priority, short, timed, iso, raw
}
