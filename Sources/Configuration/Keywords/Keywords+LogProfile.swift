import ConfigSyntax
import LogSinks

extension Keyword {
  /// The keywords of `log-profile`.
  static let logProfiles: [Keyword] = [
    logProfile(
      "log-tag",
      .word("<tag>", missing: "'log-tag' expects a tag for use in log-profile.") { $0.tag = $1 },
      initial: "that of the proxy", "The program's name in lines."),
    logProfile(
      "on", .custom("<step> [drop] [format <format>] [sd <format>]", readStep),
      "What is logged at a step: `accept`, `connect`, `close`, `error`, `interim` (Weir's own), or `any` for those that have no line of their own."
    ),
  ]

  /// Steps of HAProxy's that a TCP proxy never comes to.
  private static let otherSteps = [
    "quic-init", "tcp-req-conn", "tcp-req-sess", "tcp-req-cont", "tcp-res-cont",
  ]
  /// Those of them that need HTTP.
  private static let httpSteps = ["http-req", "http-res", "http-after-res"]

  private static func logProfile(
    _ name: String, _ grammar: Grammar<LogProfileDraft>, initial: String = "", _ help: String
  ) -> Keyword {
    Keyword(
      name: name, place: .logProfile, grammar: grammar.text, initial: initial, help: help,
      status: .served, effect: .logProfile(grammar))
  }

  private static let readStep: Grammar<LogProfileDraft>.Reader = {
    (draft, arguments) throws(Mistake) in
    let names = LogProfileSettings.Step.allCases.map(\.rawValue)
    let name = try arguments.take(orElse: "'on' expects a log step.")
    let step = LogProfileSettings.Step(rawValue: name)
    if step == nil, !otherSteps.contains(name), !httpSteps.contains(name) {
      throw Mistake(
        "'on' : unknown log step '\(name)'"
          + suggestionWords(for: name, among: names + otherSteps + httpSteps, else: "."),
        at: arguments.last, remedy: "Use one of \(names.joined(separator: ", ")).")
    }
    if httpSteps.contains(name) || step == .request || step == .response {
      arguments.note("a TCP proxy never comes to the log step '\(name)', which needs HTTP.")
    }
    var rule = LogProfileDraft.Rule(step: step)
    while let word = arguments.take() {
      switch word {
      case "drop": rule.drops = true
      case "format":
        let text = try arguments.take(orElse: "'on \(name)' : 'format' expects a log format.")
        rule.format = Located(text, arguments)
      case "sd":
        let text = try arguments.take(orElse: "'on \(name)' : 'sd' expects a log format.")
        rule.structuredData = Located(text, arguments)
      default:
        throw Mistake(
          "'on \(name)' only supports 'drop', 'format' and 'sd' (got '\(word)')"
            + suggestionWords(for: word, among: ["drop", "format", "sd"]), at: arguments.last)
      }
    }
    if rule.drops, rule.format != nil || rule.structuredData != nil {
      arguments.warn("'on \(name)' : 'drop' leaves nothing that a format could be for.")
    }
    if draft.rules.contains(where: { $0.step == step && step != nil }) {
      arguments.warn("overwriting 'on \(name)' which was already specified.")
    }
    draft.rules.append(rule)
  }
}
