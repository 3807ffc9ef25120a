import ConfigSyntax
import LogSinks

/// The sections for logs, as they are read.
struct LogSections: Sendable {
  var rings: [RingDraft] = []
  var forwards: [LogForwardDraft] = []
  var profiles: [LogProfileDraft] = []
}

extension ConfigurationLoader {
  /// `ring name`
  mutating func startRing(_ line: Line) {
    section = .ring
    guard let name = readName(line, missing: "missing ring name.") else { return }
    if let other = logs.rings.first(where: { $0.settings.name == name }) {
      report(
        Mistake(
          "sink named '\(name)' already exists.", at: 1,
          remedy: "It is declared at \(place(of: other.line)): give this one another name."), line)
    }
    if let wrong = name.first(where: { !$0.utf8.allSatisfy(Keyword.isNameByte) }) {
      report(
        Mistake("invalid ring name '\(name)' (character '\(wrong)' is not permitted).", at: 1),
        line)
    }
    logs.rings.append(RingDraft(name: name, line: line))
  }

  /// `log-forward name`
  mutating func startLogForward(_ line: Line) {
    section = .logForward
    guard let name = readName(line, missing: "missing name for log-forward section.") else {
      return
    }
    if let other = logs.forwards.first(where: { $0.settings.name == name }) {
      report(
        Mistake(
          "log-forward section '\(name)' has the same name as another log-forward section declared"
            + " at \(place(of: other.line)).", at: 1), line)
    }
    refuseName(name, of: "log-forward", Arguments(line: line, next: 2, keyword: "log-forward"))
    logs.forwards.append(LogForwardDraft(name: name, line: line))
  }

  /// `log-profile name`
  mutating func startLogProfile(_ line: Line) {
    section = .logProfile
    guard let name = readName(line, missing: "missing name for log-profile section.") else {
      return
    }
    if let other = logs.profiles.first(where: { $0.name == name }) {
      report(
        Mistake(
          "log-profile section '\(name)' has the same name as another log-profile section declared"
            + " at \(place(of: other.line)).", at: 1), line)
    }
    refuseName(name, of: "log-profile", Arguments(line: line, next: 2, keyword: "log-profile"))
    logs.profiles.append(LogProfileDraft(name: name, line: line))
  }

  /// The name of a section, behind which nothing may stand. Without one, the section is passed
  /// over.
  private mutating func readName(_ line: Line, missing: String) -> String? {
    var arguments = Arguments(line: line, next: 1, keyword: line.words[0].text)
    guard let name = arguments.take() else {
      report(Mistake(missing, at: nil), line)
      section = .skipped
      return nil
    }
    reportRest(arguments)
    return name
  }

  // MARK: Lines

  /// Reads a line of `ring`.
  mutating func readRing(_ line: Line) {
    let last = logs.rings.count - 1
    readLine(
      line, in: KeywordTable.rings, title: "ring", unknown: { "unknown statement '\($0)'" }
    ) { (loader, effect, arguments) throws(Mistake) in
      guard case .ring(let grammar) = effect else { return }
      try grammar.read(&loader.logs.rings[last], &arguments)
    }
  }

  /// Reads a line of `log-forward`.
  mutating func readLogForward(_ line: Line) {
    let last = logs.forwards.count - 1
    if line.words.count == 2, line.words[0].text == "no", line.words[1].text == "log" {
      logs.forwards[last].logs = []
      return
    }
    readLine(
      line, in: KeywordTable.logForwards, title: "log-forward",
      unknown: { "unknown keyword '\($0)' in log-forward section" }
    ) { (loader, effect, arguments) throws(Mistake) in
      guard case .logForward(let grammar) = effect else { return }
      try grammar.read(&loader.logs.forwards[last], &arguments)
    }
  }

  /// Reads a line of `log-profile`.
  mutating func readLogProfile(_ line: Line) {
    let last = logs.profiles.count - 1
    readLine(
      line, in: KeywordTable.logProfiles, title: "log-profile",
      unknown: { "unknown keyword '\($0)' in log-profile section" }
    ) { (loader, effect, arguments) throws(Mistake) in
      guard case .logProfile(let grammar) = effect else { return }
      try grammar.read(&loader.logs.profiles[last], &arguments)
    }
  }

  private mutating func readLine(
    _ line: Line, in index: KeywordTable.Index, title: String,
    unknown: @escaping (String) -> String,
    _ read: (inout ConfigurationLoader, Keyword.Effect, inout Arguments) throws(Mistake) -> Void
  ) {
    guard let (keyword, words) = find(line, from: 0, in: index, title: title, unknown: unknown)
    else { return }
    var arguments = Arguments(line: line, next: words, keyword: keyword.name)
    do {
      try read(&self, keyword.effect, &arguments)
      try arguments.expectEnd()
    } catch {
      report(error, line)
    }
    report(arguments)
  }
}
