/// What the lines of one logger say of the logger itself.
package struct LoggerFacts: BitwiseCopyable, Hashable, Sendable {
  /// Its facility.
  package var facility: Facility
  /// More severe messages are lowered to this level.
  package var minimumLevel: Severity
  /// How many lines of a round its `sample` takes; 0 where it has none.
  package var sampleTaken: Int
  /// How many lines a round has.
  package var sampleSize: Int

  /// The facts of a logger; without a sample it takes every line.
  package init(
    facility: Facility = .local0, minimumLevel: Severity = .emergency, sampleTaken: Int = 0,
    sampleSize: Int = 0
  ) {
    self.facility = facility
    self.minimumLevel = minimumLevel
    self.sampleTaken = sampleTaken
    self.sampleSize = sampleSize
  }

  /// The level that a message of a severity is sent with.
  package func level(of severity: Severity) -> Severity { max(severity, minimumLevel) }

  /// Whether it leaves lines out.
  var isSampled: Bool { sampleTaken > 0 && sampleTaken < sampleSize }

  /// The share of lines that it takes.
  var sampleRate: Double { Double(sampleTaken) / Double(max(1, sampleSize)) }

  /// Appends the share as a decimal of up to six digits.
  func appendSampleRate(to buffer: inout some TextOutput & ~Copyable) {
    let size = UInt64(max(1, sampleSize))
    let millionths = UInt64(max(0, sampleTaken)).multipliedReportingOverflow(by: 1_000_000)
    var rest = millionths.overflow ? 0 : (millionths.partialValue + size / 2) / size
    buffer.append(decimal: rest / 1_000_000)
    rest %= 1_000_000
    guard rest > 0 else { return }
    var digits = 6
    while rest % 10 == 0 {
      rest /= 10
      digits -= 1
    }
    buffer.append(UInt8(ascii: "."))
    buffer.append(decimal: Int(rest), digits: digits)
  }
}

extension Severity {
  /// OpenTelemetry's SeverityNumber of syslog's severities (log data model, appendix B).
  var openTelemetryNumber: UInt64 {
    switch self {
    case .emergency: 21
    case .alert: 19
    case .critical: 18
    case .error: 17
    case .warning: 13
    case .notice: 10
    case .information: 9
    case .debug: 5
    }
  }

  /// OpenTelemetry's short name of that number.
  var openTelemetryText: String {
    switch self {
    case .emergency: "FATAL"
    case .alert: "ERROR3"
    case .critical: "ERROR2"
    case .error: "ERROR"
    case .warning: "WARN"
    case .notice: "INFO2"
    case .information: "INFO"
    case .debug: "DEBUG"
    }
  }
}
