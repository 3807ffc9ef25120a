package import LogReading

/// What `weir logs` is asked for.
package struct LogsOptions: Sendable {
  /// Files, `-` for standard input; with `journal`, matches for journalctl.
  package var inputs: [String] = []
  /// Whether the journal is read.
  package var journal = false
  /// What is kept of what is read.
  package var aggregate = LogAggregate.Options()
  /// How many servers, clients and frontends are told.
  package var top = 10
  /// Whether the report is JSON.
  package var json = false
  /// Whether only the completeness is asked for.
  package var verifies = false
  /// Whether it goes on as lines come.
  package var follows = false
  /// Whether colours are used; nil where the terminal decides.
  package var colour: Bool?
  /// How many threads read; nil for as many as there are processors.
  package var threads: Int?

  /// The usual choice.
  package init() {}
}

/// What a command could not do, and what to do about it.
package struct CommandError: Error, Sendable {
  /// The words, in one line.
  package var words: String

  /// An error.
  package init(_ words: String) { self.words = words }
}
