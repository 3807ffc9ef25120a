/// An `.if` that is open.
struct ConditionalBlock {
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

/// Conditional blocks, and the messages a file can give.
extension ConfigReader {
  /// The directives that a line can start with.
  private static let directives = [
    ".if", ".elif", ".else", ".endif", ".notice", ".warning", ".alert", ".diag",
  ]

  /// Whether lines are read where the reader stands.
  var isActive: Bool { blocks.last?.isActive ?? true }

  /// Carries out a line that starts with a dot.
  mutating func carryOut(_ line: Line, directive: Word) {
    switch directive.text {
    case ".if": openBlock(line)
    case ".elif": turnBlock(line, isElse: false)
    case ".else":
      reportArguments(line)
      turnBlock(line, isElse: true)
    case ".endif":
      if blocks.isEmpty {
        diagnostics.report(.alert, "lone '.endif' with no matching '.if'.", in: line)
      } else {
        blocks.removeLast()
        reportArguments(line)
      }
    case _ where !isActive: break
    case ".notice": message(.notice, line)
    case ".warning": message(.warning, line)
    case ".alert": message(.alert, line)
    case ".diag": message(.diag, line)
    default:
      let hint = suggestion(for: directive.text, among: Self.directives)
      diagnostics.report(
        .alert, "unknown directive '\(directive.text)'\(hint.isEmpty ? "." : hint)",
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

  private mutating func reportArguments(_ line: Line) {
    guard line.words.count > 1 else { return }
    diagnostics.report(
      .alert, "Unexpected argument '\(line.words[1].text)' for '\(line.words[0].text)'.",
      at: line.words[1], in: line)
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
}
