import ConfigSyntax
import LogSinks

/// A section `log-forward` as it is read.
struct LogForwardDraft: Sendable {
  /// The line that it starts with.
  var line: Line
  /// What becomes of it; its sockets and loggers are resolved later.
  var settings: LogForwardSettings
  /// The `bind` lines, and the `dgram-bind` lines.
  var binds: [(bind: BindDraft, isDatagram: Bool)] = []
  /// The `log` lines.
  var logs: [LogEntry] = []

  init(name: String, line: Line) {
    self.line = line
    settings = LogForwardSettings(name: name)
  }
}
