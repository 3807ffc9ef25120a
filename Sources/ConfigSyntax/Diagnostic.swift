/// Something to tell the reader of a configuration: what, where, and what to do about it.
package struct Diagnostic: Hashable, Sendable {
  /// How grave it is, in HAProxy's words.
  package enum Level: Int, Comparable, Hashable, Sendable {
    /// Shown only in diagnostic mode (`-dD`).
    case diag
    /// Good to know.
    case notice
    /// Probably not what was meant; the configuration can be used.
    case warning
    /// A mistake; the configuration cannot be used.
    case alert

    /// The word in HAProxy's messages.
    package var word: String {
      switch self {
      case .diag: "DIAG"
      case .notice: "NOTICE"
      case .warning: "WARNING"
      case .alert: "ALERT"
      }
    }

    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// How grave it is.
  package var level: Level
  /// What is the matter.
  package var message: String
  /// Where, or nil where no line is to blame.
  package var position: SourcePosition?
  /// How many columns are to blame, from the position on.
  package var length: Int
  /// The line of the file, for the caret to stand under.
  package var sourceLine: String?
  /// What to do about it.
  package var remedy: String?

  /// Makes a diagnostic.
  package init(
    level: Level, message: String, position: SourcePosition? = nil, length: Int = 1,
    sourceLine: String? = nil, remedy: String? = nil
  ) {
    self.level = level
    self.message = message
    self.position = position
    self.length = length
    self.sourceLine = sourceLine
    self.remedy = remedy
  }
}

/// Everything there is to tell about a configuration, in the order it was found.
///
/// It keeps a bounded number: after `alertLimit` alerts it notes "too many errors" once and is
/// full, and who reads a configuration stops.
package struct Diagnostics: Sendable {
  /// How many alerts are kept unless told otherwise.
  package static let alertLimitDefault = 100
  /// How many warnings, notices and diagnostic messages are kept; more are only counted.
  package static let otherLimit = 1000

  /// What was reported, in order.
  package private(set) var entries: [Diagnostic] = []
  /// How many alerts were reported, kept or not.
  package private(set) var alertCount = 0
  /// How many warnings were reported, kept or not.
  package private(set) var warningCount = 0
  /// How many notices and diagnostic messages were reported, kept or not.
  package private(set) var noticeCount = 0
  /// How many alerts are kept before it is full.
  package let alertLimit: Int

  /// Makes an empty collection.
  package init(alertLimit: Int = Diagnostics.alertLimitDefault) {
    self.alertLimit = max(1, alertLimit)
  }

  /// Whether there is any alert.
  package var hasErrors: Bool { alertCount > 0 }
  /// Whether there is any warning.
  package var hasWarnings: Bool { warningCount > 0 }
  /// Whether so many alerts came that reading on is of no use.
  package var isFull: Bool { alertCount >= alertLimit }

  /// Adds a diagnostic.
  package mutating func report(_ diagnostic: Diagnostic) {
    switch diagnostic.level {
    case .alert:
      alertCount += 1
      guard alertCount <= alertLimit else { return }
      entries.append(diagnostic)
      if alertCount == alertLimit {
        entries.append(
          Diagnostic(level: .alert, message: "too many errors, giving up after \(alertLimit)."))
      }
      return
    case .warning: warningCount += 1
    case .notice, .diag: noticeCount += 1
    }
    if warningCount + noticeCount <= Self.otherLimit { entries.append(diagnostic) }
  }

  /// Adds what is to be said about one word of a line.
  package mutating func report(
    _ level: Diagnostic.Level, _ message: String, at word: Word, in line: Line,
    remedy: String? = nil
  ) {
    report(
      Diagnostic(
        level: level, message: message, position: word.position, length: word.length,
        sourceLine: line.source(ofLine: word.position.line), remedy: remedy))
  }

  /// Adds what is to be said about a line as a whole; the caret stands under its first word.
  package mutating func report(
    _ level: Diagnostic.Level, _ message: String, in line: Line, remedy: String? = nil
  ) {
    if let word = line.words.first {
      report(level, message, at: word, in: line, remedy: remedy)
    } else {
      report(
        Diagnostic(
          level: level, message: message,
          position: SourcePosition(file: line.file, line: line.number, column: 1),
          sourceLine: line.source(ofLine: line.number), remedy: remedy))
    }
  }

  /// Adds what is to be said about the end of a line, where a word is missing: the caret stands
  /// behind its last word.
  package mutating func report(
    _ level: Diagnostic.Level, _ message: String, afterEndOf line: Line, remedy: String? = nil
  ) {
    guard var word = line.words.last else {
      return report(level, message, in: line, remedy: remedy)
    }
    word.position.column += word.length
    word.length = 1
    report(level, message, at: word, in: line, remedy: remedy)
  }

  /// Adds what is to be said about no line in particular.
  package mutating func report(
    _ level: Diagnostic.Level, _ message: String, remedy: String? = nil
  ) {
    report(Diagnostic(level: level, message: message, remedy: remedy))
  }
}
