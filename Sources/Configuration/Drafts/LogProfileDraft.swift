import ConfigSyntax
import LogSinks

/// A section `log-profile` as it is read.
struct LogProfileDraft: Sendable {
  /// What is done at a step, before its formats are compiled.
  struct Rule: Sendable {
    /// The step; nil for one that a TCP proxy never comes to.
    var step: LogProfileSettings.Step?
    /// `drop`
    var drops = false
    /// `format`
    var format: Located<String>?
    /// `sd`
    var structuredData: Located<String>?
  }

  /// The line that it starts with.
  var line: Line
  /// Its name.
  var name: String
  /// `log-tag`
  var tag: String?
  /// The `on` lines; of a step, the last counts.
  var rules: [Rule] = []

  init(name: String, line: Line) {
    self.line = line
    self.name = name
  }
}
