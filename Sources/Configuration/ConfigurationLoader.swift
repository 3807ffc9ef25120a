package import ConfigSyntax

/// Reads a configuration whole: statements into drafts, then drafts into one snapshot.
///
/// It reads no file and opens no socket; names of hosts, users and groups are asked of `lookups`.
/// Every mistake is reported in one run.
package struct ConfigurationLoader {
  /// The section that a line belongs to.
  enum Section {
    case none
    case global
    case defaults
    case proxy
    case ring
    case logForward
    case logProfile
    /// A section that Weir does not serve, or whose start was faulty: its lines are passed over.
    case skipped
  }

  var reader: ConfigReader
  let lookups: SystemLookups
  var section = Section.none
  var global = GlobalDraft()
  /// The `defaults` section or proxy that is being read, while `section` says so.
  var draft = ProxyDraft(
    kind: .defaults, name: "", line: Line(words: [], source: "", file: "", number: 0))
  var defaults: [ProxyDraft] = []
  /// Which of `defaults` have a name.
  var defaultsByName: [String: [Int]] = [:]
  var proxies: [ProxyDraft] = []
  /// The sections for logs; the one that is being read is the last of its kind.
  var logs = LogSections()

  private init(reader: ConfigReader, lookups: SystemLookups) {
    self.reader = reader
    self.lookups = lookups
  }

  /// Loads what `reader` reads. The snapshot is nil where there is any error; what was found goes
  /// to the reader's diagnostics.
  package static func load(
    _ reader: inout ConfigReader, lookups: SystemLookups = .system
  ) -> Snapshot? {
    var loader = ConfigurationLoader(reader: reader, lookups: lookups)
    while let line = loader.reader.next() { loader.read(line) }
    loader.finishSection()
    let environment = loader.reader.environment
    var resolver = Resolver(
      lookups: lookups, environment: environment, diagnostics: loader.reader.diagnostics)
    let snapshot = resolver.resolve(loader.global, loader.proxies, loader.logs)
    reader = loader.reader
    reader.diagnostics = resolver.diagnostics
    return reader.diagnostics.hasErrors ? nil : snapshot
  }

  /// Loads sources that were read before, in their order.
  package static func load(
    _ sources: [ConfigSource], environment: [String: String] = [:],
    facts: ConditionFacts = ConditionFacts(), diagnostics: Diagnostics = Diagnostics(),
    lookups: SystemLookups = .system
  ) -> (snapshot: Snapshot?, diagnostics: Diagnostics) {
    var reader = ConfigReader(
      sources: sources, environment: environment, facts: facts, diagnostics: diagnostics)
    let snapshot = load(&reader, lookups: lookups)
    return (snapshot, reader.diagnostics)
  }

  /// Reads one statement.
  private mutating func read(_ line: Line) {
    // The reader empties the name of the section at the start of each file: lines before the
    // first section of a file belong to none.
    if reader.section.isEmpty, section != .none {
      finishSection()
    }
    guard let first = line.words.first else { return }
    if let keyword = KeywordTable.sections.find(first.text) {
      finishSection()
      startSection(keyword, line)
      return
    }
    switch section {
    case .none:
      report(
        Mistake(
          "unknown keyword '\(first.text)' out of section"
            + suggestionWords(
              for: first.text, among: KeywordTable.candidates(KeywordTable.sections), else: "."),
          at: 0), line)
    case .skipped: break
    case .global: readGlobal(line)
    case .defaults, .proxy: readProxy(line)
    case .ring: readRing(line)
    case .logForward: readLogForward(line)
    case .logProfile: readLogProfile(line)
    }
  }

  // MARK: Reporting

  /// Reports a mistake.
  mutating func report(
    _ mistake: Mistake, _ line: Line, level: Diagnostic.Level = .alert
  ) {
    reader.diagnostics.report(mistake, line, level: level)
  }

  /// Reports what reading a statement left behind.
  mutating func report(_ arguments: Arguments) {
    for mistake in arguments.mistakes { report(mistake, arguments.line) }
    for warning in arguments.warnings { report(warning, arguments.line, level: .warning) }
    for note in arguments.notes { report(note, arguments.line, level: .notice) }
  }
}

extension Diagnostics {
  /// Reports a mistake in a line.
  mutating func report(_ mistake: Mistake, _ line: Line, level: Diagnostic.Level = .alert) {
    if let word = mistake.word, word < line.words.count {
      report(level, mistake.message, at: line.words[word], in: line, remedy: mistake.remedy)
    } else {
      report(level, mistake.message, afterEndOf: line, remedy: mistake.remedy)
    }
  }

  /// Reports what is the matter with a value of the file.
  mutating func report<Value>(
    _ level: Diagnostic.Level, _ message: String, at place: Located<Value>, remedy: String? = nil
  ) {
    report(Mistake(message, at: place.word, remedy: remedy), place.line, level: level)
  }
}
