package import Kernel
package import LogRecords

/// One `log` line: where messages go and which of them (HAProxy's manual 4.2, `log`).
package struct LoggerSettings: Hashable, Sendable {
  /// Where a line goes.
  package enum Target: Hashable, Sendable {
    /// A syslog receiver over UDP.
    case udp(SocketAddress)
    /// A datagram socket at a path, such as /dev/log.
    case unixDatagram(path: String)
    /// A datagram socket in the abstract name space.
    case abstractDatagram(name: String)
    /// A descriptor: stdout is 1, stderr is 2 (`fd@N`, `stdout`, `stderr`).
    case descriptor(Int32)
    /// The systemd journal, with native fields (`journald`; Weir's own).
    case journald
    /// A receiver over a stream that the line itself names (`tcp@`, `uxst@`, `relp@`).
    case stream(LogServerSettings)
    /// A section `ring`, by its name: every receiver of it gets each message.
    case ring(String)
    /// A backend of `mode log`, by its name: one receiver of it gets each message.
    case backend(String)
  }

  /// `sample <ranges>:<size>`: of each `size` messages, those whose number (from 1) lies in a range.
  package struct Sample: Hashable, Sendable {
    /// The ranges, in order and without overlap, each within 1…size.
    package var ranges: [ClosedRange<Int>]
    /// How many messages a round has.
    package var size: Int
    /// Makes a sample of its ranges and size.
    package init(ranges: [ClosedRange<Int>], size: Int) {
      self.ranges = ranges
      self.size = size
    }
  }

  /// Where lines go.
  package var target: Target
  /// The longest line in bytes, header and final newline included (80…65535).
  package var length = 1024
  /// The header before the text; nil where the line names none: the ring's, the one that a
  /// forwarded message has, else `local`.
  package var format: HeaderFormat?
  /// Whether an RFC 5424 line bears every field of a record in one element `[weir@PEN …]`, where
  /// the proxy has no `log-format-sd` (`format rfc5424 … sd all`; Weir's own).
  package var hasAllFields = false
  /// Which messages are taken; all where nil.
  package var sample: Sample?
  /// The name of the `log-profile` that says what is logged at each step; nil where none does.
  package var profile: String?
  /// The facility.
  package var facility: Facility
  /// The least severe level that is sent (`level`).
  package var level: Severity = .debug
  /// More severe messages are lowered to this level (`minlevel`).
  package var minimumLevel: Severity = .emergency

  /// Makes a logger with HAProxy's defaults.
  package init(target: Target, facility: Facility) {
    self.target = target
    self.facility = facility
  }
}

/// What a proxy logs and how (its `log`, `log-format`, `log-tag` and so on, all resolved).
package struct ProxyLogSettings: Sendable {
  /// Every logger that gets each message.
  package var loggers: [LoggerSettings] = []
  /// The tag in place of the program's name (`log-tag` of the proxy, else of `global`).
  package var tag = "weir"
  /// The line of a connection (`option tcplog`, `log-format`); nil gives the default line at accept.
  package var format: FormatProgram?
  /// The structured data of RFC 5424 lines (`log-format-sd`).
  package var structuredData: FormatProgram?
  /// The line of a connection that failed before it began (`error-log-format`).
  package var errorFormat: FormatProgram?
  /// The text of `%ID` (`unique-id-format`).
  package var uniqueIdentifier: FormatProgram?
  /// The most messages of a kind in a time (`log-limit`); a kind that is not there has no limit.
  package var limits: [LogLimitSettings.Kind: LogLimitSettings] = [:]

  /// Settings that log nothing.
  package init() {}
}
