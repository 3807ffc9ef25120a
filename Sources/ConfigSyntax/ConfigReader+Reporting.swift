/// What the reader itself has to say about a file.
extension ConfigReader {
  /// The text of a line, for messages.
  func text(of physical: PhysicalLine) -> String {
    String(decoding: sources[sourceIndex].bytes[physical.range], as: UTF8.self)
  }

  /// Reports what is wrong at a place of the file that is being read.
  mutating func report(
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

  /// Reports a last line that no line feed ends.
  mutating func reportMissingLineFeed(_ physical: PhysicalLine) {
    guard !physical.isTerminated else { return }
    let column = physical.column(
      of: physical.range.upperBound, in: sources[sourceIndex].bytes)
    report(
      .alert,
      "Missing LF on last line, file might have been truncated at position \(column).",
      line: number, column: column, source: text(of: physical),
      remedy: "check that the file is complete, then end its last line with a line feed")
  }

  /// Reports what the lexer found.
  mutating func report(_ failure: LineLexer.Failure, in physical: PhysicalLine) {
    let bytes = sources[sourceIndex].bytes
    let column = physical.column(of: failure.offset, in: bytes)
    let end = physical.column(of: failure.offset + failure.length, in: bytes)
    report(
      .alert, failure.message(column: column) + ".", line: number, column: column,
      length: end - column, source: text(of: physical), remedy: failure.remedy)
  }

  /// Reports bytes that no configuration may hold; after a NUL, the file is not read on.
  mutating func report(_ fault: PhysicalLine.Fault, in physical: PhysicalLine) {
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
    case .invalidHexadecimal:
      "'\\x' takes two hexadecimal digits; for a plain backslash write '\\\\'"
    case .unmatchedBrace, .tooManyWords, .tooLong, .notText: nil
    }
  }
}
