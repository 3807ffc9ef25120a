import ConfigSyntax
import LogRecords
import LogSinks

/// The reader of `log-limit` lines (Weir's own).
enum LogLimitLine {
  /// How a line is written.
  static let grammar = "<kind> <count>/<time>"

  /// The kinds of messages, by their names: lines of connections, then events.
  static let kinds: [(name: String, kind: LogLimitSettings.Kind)] =
    [("error", .error), ("start", .start), ("interim", .interim), ("end", .end)]
    + LogEventKind.table.map { ($0.name, .event($0.kind)) }

  /// The most messages that a limit may allow.
  private static let countLimit = 1_000_000

  /// Reads what follows the word `log-limit`.
  static func read(
    _ arguments: inout Arguments
  ) throws(Mistake) -> (LogLimitSettings.Kind, LogLimitSettings) {
    let expected = "'log-limit' expects \(grammar), such as 'error 10/1s'."
    let name = try arguments.take(orElse: expected)
    guard let kind = kinds.first(where: { $0.name == name })?.kind else {
      let names = kinds.map(\.name)
      throw Mistake(
        "'log-limit' : unknown kind of message '\(name)'"
          + suggestionWords(for: name, among: names, else: "."), at: arguments.last,
        remedy: "Use error, start, interim or end for lines of connections, or the name of an"
          + " event, such as server.down or limit.reached.")
    }
    let text = try arguments.take(orElse: expected)
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw Mistake("'log-limit' expects <count>/<time> (got '\(text)').", at: arguments.last)
    }
    guard let count = Int(parts[0]), (1...countLimit).contains(count) else {
      throw Mistake(
        "'log-limit' : the count must be between 1 and \(countLimit) (got '\(parts[0])').",
        at: arguments.last)
    }
    let period: Int
    do throws(QuantityError) {
      period = try Time.parse(String(parts[1]))
    } catch {
      throw Mistake(
        Time.message(for: error, text: String(parts[1]), of: "log-limit"), at: arguments.last)
    }
    guard period > 0 else {
      throw Mistake("'log-limit' : the time must be above 0 (got '\(text)').", at: arguments.last)
    }
    return (kind, LogLimitSettings(count: count, periodMilliseconds: period))
  }
}
