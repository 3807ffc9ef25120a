package import LogRecords

/// A section `log-profile`: what the loggers that name it log at each step (HAProxy's manual 3.13).
package struct LogProfileSettings: Sendable {
  /// A step that a line is made at (`on STEP`).
  package enum Step: String, CaseIterable, Hashable, Sendable {
    case accept, request, connect, response, close, error, any
    /// Weir's own: a connection that is still open (`log-interval`).
    case interim
  }

  /// What is done at a step.
  package struct Rule: Sendable {
    /// Whether nothing is logged (`drop`).
    package var drops = false
    /// The line; nil keeps the proxy's (`format`).
    package var format: FormatProgram?
    /// The structured data; nil keeps the proxy's (`sd`).
    package var structuredData: FormatProgram?
    /// A rule that changes nothing.
    package init() {}
  }

  /// Its name.
  package var name: String
  /// The tag in place of the proxy's (`log-tag`).
  package var tag: String?
  /// What is done, by step; a step of its own goes before `any`.
  package var rules: [Step: Rule] = [:]

  /// A profile that changes nothing.
  package init(name: String) { self.name = name }
}

/// `log-limit`: at most so many messages of a kind in a time (Weir's own).
///
/// A bucket holds `count` tokens and is filled again evenly over the period. What finds none is
/// not accepted, and counted; one line tells how many there were.
package struct LogLimitSettings: Hashable, Sendable {
  /// The kinds of message that are limited, by their names.
  package enum Kind: Hashable, Sendable {
    /// Events of a kind (`server.down`, `limit.reached` …).
    case event(LogEventKind)
    /// Lines of connections that failed or were refused before they began.
    case error
    /// Lines of connections that began, and interim ones.
    case start, interim
    /// Lines of connections that ended; never limited unless named.
    case end
  }

  /// How many messages there may be in a period.
  package var count: Int
  /// The period, in milliseconds.
  package var periodMilliseconds: Int

  /// A limit.
  package init(count: Int, periodMilliseconds: Int) {
    self.count = count
    self.periodMilliseconds = periodMilliseconds
  }
}
