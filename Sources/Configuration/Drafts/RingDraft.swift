import ConfigSyntax
import LogSinks

/// A section `ring` as it is read.
struct RingDraft: Sendable {
  /// The line that it starts with.
  var line: Line
  /// What becomes of it; its receivers are resolved later.
  var settings: RingSettings
  /// The `server` lines.
  var servers: [ServerDraft] = []
  /// `timeout connect`, in milliseconds
  var connectTimeoutMilliseconds: Int?
  /// `timeout server`, in milliseconds
  var serverTimeoutMilliseconds: Int?
  /// `backing-file`
  var backingFile: Located<String>?
  /// `spool`
  var spool: Located<SpoolSettings>?

  init(name: String, line: Line) {
    self.line = line
    settings = RingSettings(name: name)
  }
}
