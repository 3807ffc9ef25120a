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

  private let sources: [ConfigSource]
  private var sourceIndex = 0
  private var offset = 0
  private var number = 0
  private var blocks: [ConditionalBlock] = []
  private var lexer = LineLexer()

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

  private mutating func skipFile() {
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
          line: number, column: physical.column(of: physical.range.upperBound - 1, in: source.bytes),
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

  // MARK: Conditional blocks and messages

  private var isActive: Bool { blocks.last?.isActive ?? true }

  private mutating func carryOut(_ line: Line, directive: Word) {
    switch directive.text {
    case ".if": openBlock(line)
    case ".elif": turnBlock(line, isElse: false)
    case ".else":
      if refusesArguments(line) { turnBlock(line, isElse: true) }
    case ".endif":
      if blocks.isEmpty {
        diagnostics.report(.alert, "lone '.endif' with no matching '.if'.", in: line)
      } else {
        blocks.removeLast()
        _ = refusesArguments(line)
      }
    case _ where !isActive: break
    case ".notice": message(.notice, line)
    case ".warning": message(.warning, line)
    case ".alert": message(.alert, line)
    case ".diag": message(.diag, line)
    default:
      diagnostics.report(
        .alert,
        "unknown directive '\(directive.text)'"
          + suggestion(
            for: directive.text,
            among: [".if", ".elif", ".else", ".endif", ".notice", ".warning", ".alert", ".diag"]),
        at: directive, in: line)
    }
  }

  private mutating func openBlock(_ line: Line) {
    guard blocks.count < ConfigSource.Limit.nestedConditions else {
      // Counted as a block nonetheless, so that its '.endif' finds it.
      if blocks.count == ConfigSource.Limit.nestedConditions {
        diagnostics.report(
          .alert,
          "too many nested '.if', limit is \(ConfigSource.Limit.nestedConditions).", in: line)
      }
      blocks.append(ConditionalBlock(line: line, state: .unreachable))
      return
    }
    guard isActive else {
      blocks.append(ConditionalBlock(line: line, state: .unreachable))
      return
    }
    blocks.append(
      ConditionalBlock(line: line, state: isTrue(line) ? .taken : .waiting))
  }

  private mutating func turnBlock(_ line: Line, isElse: Bool) {
    let name = isElse ? ".else" : ".elif"
    guard var block = blocks.popLast() else {
      diagnostics.report(.alert, "lone '\(name)' with no matching '.if'.", in: line)
      return
    }
    if block.hasElse {
      diagnostics.report(.alert, "'\(name)' after '.else' is not permitted.", in: line)
    } else {
      switch block.state {
      case .taken, .passed: block.state = .passed
      case .waiting: block.state = isElse || isTrue(line) ? .taken : .waiting
      case .unreachable: break
      }
      block.hasElse = isElse
    }
    blocks.append(block)
  }

  private mutating func refusesArguments(_ line: Line) -> Bool {
    guard line.words.count > 1 else { return true }
    diagnostics.report(
      .alert, "Unexpected argument '\(line.words[1].text)' for '\(line.words[0].text)'.",
      at: line.words[1], in: line)
    return true
  }

  private mutating func message(_ level: Diagnostic.Level, _ line: Line) {
    guard line.words.count <= 2 else {
      diagnostics.report(
        .alert,
        "Unexpected argument '\(line.words[2].text)' for '\(line.words[0].text)'."
          + " Use quotes if the message should contain spaces.", at: line.words[2], in: line)
      return
    }
    let text = line.words.count > 1 ? line.words[1].text : ""
    diagnostics.report(
      Diagnostic(
        level: level, message: "'\(text)'.",
        position: line.words[0].position, length: line.words[0].length))
  }

  /// The value of the condition of an `.if` or `.elif`; false where it cannot be evaluated, which
  /// is reported.
  private mutating func isTrue(_ line: Line) -> Bool {
    let text = line.texts.dropFirst().joined(separator: " ")
    do throws(ConditionError) {
      return try Condition.evaluate(text, facts: facts, environment: environment)
    } catch {
      // The offset counts in the words as they were joined: find the word it falls into.
      var rest = error.offset
      var blamed = line.words.count > 1 ? line.words[1] : line.words[0]
      for word in line.words.dropFirst() {
        blamed = word
        if rest <= word.text.utf8.count { break }
        rest -= word.text.utf8.count + 1
      }
      if !blamed.isQuoted, rest > 0, rest < blamed.length {
        blamed.position.column += rest
        blamed.length = 1
      }
      diagnostics.report(
        .alert, "\(error.message) in '\(line.words[0].text)' at position \(error.offset + 1).",
        at: blamed, in: line)
      return false
    }
  }

  /// Evaluates a condition given outside of a file (`weir -cc`): the text is cut into words as a
  /// line of a file is, variables included. Nil where it cannot be evaluated, which is reported.
  package mutating func evaluateCondition(_ text: String) -> Bool? {
    var bytes = Array(text.utf8)
    bytes.append(Ascii.lineFeed)
    let physical = PhysicalLine(of: bytes, at: 0)
    let scope = LineLexer.Scope(environment: environment, file: "-cc", section: "")
    lexer.reset()
    do throws(LineLexer.Failure) {
      guard physical.fault == nil, physical.next == bytes.count else {
        throw LineLexer.Failure(kind: .notText, offset: 0)
      }
      if try lexer.consume(bytes, physical, number: 1, scope: scope) {
        throw LineLexer.Failure(kind: .invalidHexadecimal, offset: max(0, bytes.count - 2))
      }
    } catch {
      let column = physical.column(of: error.offset, in: bytes)
      diagnostics.report(.alert, "Syntax Error in condition: \(error.message(column: column)).")
      return nil
    }
    let condition = lexer.words.map(\.text).joined(separator: " ")
    do throws(ConditionError) {
      return try Condition.evaluate(condition, facts: facts, environment: environment)
    } catch {
      diagnostics.report(.alert, "Failed to evaluate condition: \(error.message)")
      return nil
    }
  }

  // MARK: Reporting

  private func text(of physical: PhysicalLine) -> String {
    String(decoding: sources[sourceIndex].bytes[physical.range], as: UTF8.self)
  }

  private mutating func report(
    _ level: Diagnostic.Level, _ message: String, line: Int, column: Int, length: Int = 1,
    source: String?, remedy: String? = nil
  ) {
    let position = SourcePosition(
      file: sources[sourceIndex].name, line: line, column: column)
    diagnostics.report(
      Diagnostic(
        level: level, message: message, position: position, length: length, sourceLine: source,
        remedy: remedy))
  }

  private mutating func reportMissingLineFeed(_ physical: PhysicalLine) {
    guard !physical.isTerminated else { return }
    let column = physical.column(
      of: physical.range.upperBound, in: sources[sourceIndex].bytes)
    report(
      .alert,
      "Missing LF on last line, file might have been truncated at position \(column).",
      line: number, column: column, source: text(of: physical),
      remedy: "check that the file is complete, then end its last line with a line feed")
  }

  private mutating func report(_ failure: LineLexer.Failure, in physical: PhysicalLine) {
    let bytes = sources[sourceIndex].bytes
    let column = physical.column(of: failure.offset, in: bytes)
    let end = physical.column(of: failure.offset + failure.length, in: bytes)
    report(
      .alert, failure.message(column: column) + ".", line: number, column: column,
      length: end - column, source: text(of: physical), remedy: failure.remedy)
  }

  private mutating func report(_ fault: PhysicalLine.Fault, in physical: PhysicalLine) {
    let bytes = sources[sourceIndex].bytes
    switch fault {
    case .tooLong:
      report(
        .alert,
        "line too long: \(physical.range.count) bytes, limit is"
          + " \(ConfigSource.Limit.lineBytes).", line: number, column: 1, source: nil,
        remedy: "check that this is the file that was meant")
    case .zeroByte(let offset):
      let column = physical.column(of: offset, in: bytes)
      report(
        .alert, "NUL byte at position \(column), the rest of the file is not read.", line: number,
        column: column, source: text(of: physical),
        remedy: "this does not look like a text file; check that it is the one that was meant")
      skipFile()
    case .carriageReturn(let offset):
      let column = physical.column(of: offset, in: bytes)
      report(
        .alert, "carriage return within the line at position \(column).", line: number,
        column: column, source: text(of: physical),
        remedy: "end lines with LF or CR LF only")
    case .invalidText(let offset):
      let column = physical.column(of: offset, in: bytes)
      let byte = String(bytes[offset], radix: 16, uppercase: true)
      report(
        .alert, "invalid UTF-8 at position \(column) (byte 0x\(byte)).", line: number,
        column: column, source: text(of: physical),
        remedy: "save the file in UTF-8, comments included")
    }
  }
}

/// An `.if` that is open.
private struct ConditionalBlock {
  enum State {
    /// Lines are read.
    case taken
    /// No condition of the block was true yet.
    case waiting
    /// An earlier condition of the block was true.
    case passed
    /// The block stands within one that is not read.
    case unreachable
  }
  var line: Line
  var state: State
  var hasElse = false
  var isActive: Bool { state == .taken }
}

extension LineLexer.Failure {
  /// What is wrong, in HAProxy's words where it has them.
  func message(column: Int) -> String {
    switch kind {
    case .unmatchedQuote: "unmatched quote at position \(column)"
    case .invalidHexadecimal:
      "truncated or invalid hexadecimal sequence at position \(column)"
    case .unmatchedBrace: "unmatched brace in environment variable name at position \(column)"
    case .forbiddenFirstCharacter:
      "forbidden first char in environment variable name at position \(column)"
    case .tooManyWords:
      "too many words, truncating after word \(ConfigSource.Limit.words), position \(column)"
    case .tooLong:
      "variables make the line longer than \(ConfigSource.Limit.expandedBytes) bytes at position"
        + " \(column)"
    case .notText:
      "the escapes of the word at position \(column) do not make valid UTF-8 text"
    }
  }

  /// What to do about it, where that is not plain.
  var remedy: String? {
    switch kind {
    case .unmatchedQuote:
      "close the quote on the same line, or write it with a backslash before it"
    case .forbiddenFirstCharacter:
      "names of variables start with a letter or '_'; for a plain '$' in double quotes write '\\$'"
    case .invalidHexadecimal: "'\\x' takes two hexadecimal digits; for a plain backslash write '\\\\'"
    case .unmatchedBrace, .tooManyWords, .tooLong, .notText: nil
    }
  }
}
