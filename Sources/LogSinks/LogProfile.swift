internal import LogRecords

/// A `log-profile` at work for the loggers that name it: what is done at each step, every step with
/// a rule of its own in reach. The lines look at its formats where they lie: they are never copied.
final class LogProfile {
  /// What is done at one step.
  final class Rule {
    /// Whether nothing is logged.
    let drops: Bool
    /// The line; nil is the proxy's.
    let format: FormatBox?
    /// The structured data; nil is the proxy's.
    let structuredData: FormatBox?

    init(_ settings: LogProfileSettings.Rule) {
      drops = settings.drops
      format = settings.format.map(FormatBox.init)
      structuredData = settings.structuredData.map(FormatBox.init)
    }
  }

  /// The tag in place of the proxy's; nil leaves that.
  let tag: String?
  private let accept, connect, close, error, interim: Rule?

  /// The profile of these settings: a step of its own goes before `any`.
  init(_ settings: LogProfileSettings) {
    tag = settings.tag
    let any = settings.rules[.any].map(Rule.init)
    func rule(_ step: LogProfileSettings.Step) -> Rule? {
      settings.rules[step].map(Rule.init) ?? any
    }
    accept = rule(.accept)
    connect = rule(.connect)
    close = rule(.close)
    error = rule(.error)
    interim = rule(.interim)
  }

  /// What is done with a record of this step; nil where nothing is changed.
  func rule(at origin: ConnectionRecord.Origin) -> Rule? {
    switch origin {
    case .accept: accept
    case .connect: connect
    case .close: close
    case .sessionError: error
    case .interim: interim
    }
  }
}
