/// Reads configuration files, statement by statement.
///
/// It resolves quotes, escapes, variables, comments and continued lines, carries out conditional
/// blocks and messages (`.if`, `.notice` …), and knows no keyword beyond those. Whoever gives the
/// words their meaning reports to the same `diagnostics`, sets `section`, and carries out
/// `setenv` and its like through the methods for them: variables are resolved as they stand when
/// a line is reached.
///
/// A line that cannot be read is reported and skipped, so that one run tells every mistake.
package struct ConfigReader: Sendable {
  /// What was reported so far, by the reader and by its user.
  package var diagnostics: Diagnostics
  /// The name of the section that is being read (its type, where it has no name): the variable
  /// `.SECTION`. The reader empties it where a file starts.
  package var section = ""
  /// The environment as it stands.
  package private(set) var environment: [String: String]
  /// What conditions ask about the program.
  package let facts: ConditionFacts

  let sources: [ConfigSource]
  var sourceIndex = 0
  var offset = 0
  var number = 0
  var blocks: [ConditionalBlock] = []
  var lexer = LineLexer()

  /// Makes a reader of files, which are read in order.
  package init(
    sources: [ConfigSource], environment: [String: String] = [:],
    facts: ConditionFacts = ConditionFacts(), diagnostics: Diagnostics = Diagnostics()
  ) {
    self.sources = sources
    self.environment = environment
    self.facts = facts
    self.diagnostics = diagnostics
  }

  // MARK: The environment

  /// Sets a variable (`setenv`).
  package mutating func setEnvironment(_ name: String, _ value: String) {
    environment[name] = value
  }

  /// Sets a variable unless it is set already (`presetenv`).
  package mutating func presetEnvironment(_ name: String, _ value: String) {
    if environment[name] == nil { environment[name] = value }
  }

  /// Removes variables (`unsetenv`).
  package mutating func unsetEnvironment(_ names: [String]) {
    for name in names { environment[name] = nil }
  }

  /// Removes all variables but these (`resetenv`).
  package mutating func resetEnvironment(keeping names: [String]) {
    let kept = Set(names)
    environment = environment.filter { kept.contains($0.key) }
  }

  // MARK: Reading

  /// The next statement, or nil at the end of the last file or after too many errors.
  package mutating func next() -> Line? {
    while !diagnostics.isFull, sourceIndex < sources.count {
      if offset == 0, number == 0 { startFile() }
      guard offset < sources[sourceIndex].bytes.count else {
        endFile()
        continue
      }
      guard let line = readStatement() else { continue }
      guard let first = line.words.first else { continue }
      if first.text.utf8.first == Ascii.dot {
        carryOut(line, directive: first)
      } else if isActive {
        return line
      }
    }
    return nil
  }

  private mutating func startFile() {
    section = ""
    let source = sources[sourceIndex]
    guard source.hasByteOrderMark else { return }
    offset = 3
    report(
      .warning, "the file starts with a UTF-8 byte order mark, which is ignored", line: 1,
      column: 1, source: nil,
      remedy: "save the file without a byte order mark; HAProxy refuses it")
  }

  private mutating func endFile() {
    for block in blocks.reversed() {
      diagnostics.report(
        .alert, "non-terminated '.if' block.", in: block.line,
        remedy: "end the block with '.endif' before the end of the file")
    }
    blocks = []
    skipFile()
  }

  /// Goes on to the next file.
  mutating func skipFile() {
    blocks = []
    sourceIndex += 1
    offset = 0
    number = 0
  }

  /// Reads one statement, of one or more lines of the file; nil where there was none or where it
  /// was faulty.
  private mutating func readStatement() -> Line? {
    let source = sources[sourceIndex]
    let statementStart = offset
    let firstNumber = number + 1
    let scope = LineLexer.Scope(environment: environment, file: source.name, section: section)
    lexer.reset()
    while true {
      let physical = PhysicalLine(of: source.bytes, at: offset)
      number += 1
      offset = physical.next
      if let fault = physical.fault {
        report(fault, in: physical)
        return nil
      }
      var goesOn = false
      do throws(LineLexer.Failure) {
        goesOn = try lexer.consume(source.bytes, physical, number: number, scope: scope)
      } catch {
        report(error, in: physical)
        reportMissingLineFeed(physical)
        return nil
      }
      reportMissingLineFeed(physical)
      if goesOn {
        if offset < source.bytes.count, offset - statementStart <= ConfigSource.Limit.lineBytes {
          continue
        }
        let isEnd = offset >= source.bytes.count
        report(
          .alert, isEnd ? "the file ends where a line should go on" : "statement too long",
          line: number,
          column: physical.column(of: physical.range.upperBound - 1, in: source.bytes),
          source: text(of: physical),
          remedy: isEnd ? "remove the backslash at the end of the line" : nil)
        return nil
      }
      guard !lexer.words.isEmpty else { return nil }
      let range = statementStart..<physical.range.upperBound
      let line = Line(
        words: lexer.words, source: String(decoding: source.bytes[range], as: UTF8.self),
        file: source.name, number: firstNumber)
      return withoutEmptyWords(line)
    }
  }

  /// HAProxy takes an empty word for the end of the line. At the end of a line that is harmless;
  /// before other words it would hide them.
  private mutating func withoutEmptyWords(_ line: Line) -> Line? {
    guard let index = line.words.firstIndex(where: \.text.isEmpty) else { return line }
    var line = line
    let isDirective = line.words[0].text.utf8.first == Ascii.dot
    let hidesWords = line.words[index...].contains { !$0.text.isEmpty }
    if !isActive || (isDirective && !hidesWords) {
      line.words.removeSubrange(index...)
      return line.words.isEmpty ? nil : line
    }
    let word = line.words[index]
    diagnostics.report(
      hidesWords || index == 0 ? .alert : .warning,
      "argument number \(index + 1) at position \(word.position.column) is empty"
        + " and marks the end of the argument list"
        + (hidesWords ? ", so that what follows it would be ignored." : "."),
      at: word, in: line,
      remedy: "give the variable a default as in \"${NAME-default}\", or write \"${NAME[*]}\""
        + " for no word at all where it is empty")
    guard !hidesWords, index > 0 else { return nil }
    line.words.removeSubrange(index...)
    return line
  }
}
