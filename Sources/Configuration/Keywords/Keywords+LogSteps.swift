import ConfigSyntax
import LogSinks
import Proxy

extension Keyword {
  /// When lines are made, and how many.
  static let logSteps: [Keyword] = [
    proxy(
      "log-steps", .all, .custom("{all|<step>[,<step>…]}", readSteps),
      initial: "one line, as soon as its format can be told",
      "A line at each of these steps: `accept`, `connect`, `close`, or `all`."),
    proxy(
      "log-interval", .front,
      .custom("<time>") { (draft, arguments) throws(Mistake) in
        let interval = try arguments.time()
        guard interval == 0 || interval >= intervalLeastMilliseconds else {
          throw Mistake(
            "'log-interval' must be at least 100ms, or 0 for none (got '\(interval)').",
            at: arguments.last)
        }
        draft.values.front.logIntervalMilliseconds = interval == 0 ? nil : interval
      }, initial: "none",
      "Each open connection makes an interim line every `<time>` (Weir's own)."),
    proxy(
      "log-limit", .all,
      .custom(LogLimitLine.grammar) { (draft, arguments) throws(Mistake) in
        let (kind, limit) = try LogLimitLine.read(&arguments)
        draft.values.logLimits[kind] = limit
      }, initial: "none",
      "At most so many messages of a kind in a time; one line tells how many there were more (Weir's own)."
    ),
  ]

  /// The shortest time between two interim lines of a connection: records are no statistics.
  private static let intervalLeastMilliseconds = 100

  private static let readSteps: Grammar<ProxyDraft>.Reader = {
    (draft, arguments) throws(Mistake) in
    let names = ["accept", "request", "connect", "response", "close"]
    let list = names.map { "'\($0)'" }.joined(separator: ", ")
    let text = try arguments.take(
      orElse: "'log-steps' expects 'all' or a list of steps among \(list).")
    var steps: Set<FrontendSettings.LogStep> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      switch part {
      case "all": steps = Set(FrontendSettings.LogStep.allCases)
      case "accept": steps.insert(.accept)
      case "connect": steps.insert(.connect)
      case "close": steps.insert(.close)
      case "request", "response", "extra":
        arguments.note("a TCP proxy never comes to the log step '\(part)', which needs HTTP.")
      default:
        throw Mistake(
          "'log-steps' : unknown log step '\(part)'"
            + suggestionWords(for: String(part), among: names + ["all"], else: "."),
          at: arguments.last, remedy: "Use 'all', or steps among \(list), parted by commas.")
      }
    }
    try arguments.expectEnd()
    if draft.kind == .backend {
      arguments.warn("backend '\(draft.name)' : 'log-steps' directive is ignored in backends.")
      return
    }
    draft.values.front.logSteps = steps
  }
}
