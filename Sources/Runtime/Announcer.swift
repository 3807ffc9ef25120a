internal import ConfigSyntax
internal import Kernel
internal import LogRecords
internal import LogSinks

/// Says what happens off the data path: to the log, and as HAProxy does to the terminal while the
/// process has one.
struct Announcer: Sendable {
  private let pipeline: LogPipeline
  private let showsOnTerminal: Bool

  init(pipeline: LogPipeline, showsOnTerminal: Bool) {
    self.pipeline = pipeline
    self.showsOnTerminal = showsOnTerminal
  }

  /// Hands an event to the log, and shows it.
  func announce(_ event: LogEvent) {
    pipeline.post(event)
    guard showsOnTerminal else { return }
    let level: Diagnostic.Level = event.severity == .emergency ? .alert : .warning
    Launcher.complain(
      Diagnostic.head(level, processIdentifier: Process.identifier) + event.text)
  }
}
