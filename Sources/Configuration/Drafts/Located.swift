import ConfigSyntax

/// A value, and the words of the file that it came from.
struct Located<Value: Sendable>: Sendable {
  /// The value.
  var value: Value
  /// The statement.
  var line: Line
  /// The index of the word in the statement.
  var word: Int

  init(_ value: Value, _ line: Line, word: Int) {
    self.value = value
    self.line = line
    self.word = word
  }
}

extension Located {
  /// A value that the word taken last stands for.
  init(_ value: Value, _ arguments: Arguments) {
    self.init(value, arguments.line, word: arguments.last)
  }
}
