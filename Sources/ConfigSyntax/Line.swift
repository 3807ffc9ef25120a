/// A place in a configuration: what an error message points at.
package struct SourcePosition: Hashable, Sendable {
  /// The file's name as it was given.
  package var file: String
  /// The line, from 1.
  package var line: Int
  /// The column, from 1, in characters as a reader counts them; a tab is one.
  package var column: Int

  /// Makes a position.
  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// One word of a line, after quotes, escapes and variables were resolved.
package struct Word: Hashable, Sendable {
  /// What the word says.
  package var text: String
  /// Where it starts in the file.
  package var position: SourcePosition
  /// How many columns it takes in the file, quotes and escapes included.
  package var length: Int
  /// Whether any part of it was quoted or escaped in the file.
  package var isQuoted: Bool

  /// Makes a word.
  package init(text: String, position: SourcePosition, length: Int, isQuoted: Bool = false) {
    self.text = text
    self.position = position
    self.length = length
    self.isQuoted = isQuoted
  }
}

/// One statement of a configuration: its words, and the text they came from.
///
/// A statement that goes on over several lines of the file (each but the last ends with a
/// backslash) is one `Line`.
package struct Line: Hashable, Sendable {
  /// The words; never empty, and none of them is the empty text.
  package var words: [Word]
  /// The raw text, for messages; lines that were joined are still apart here.
  package var source: String
  /// The file's name.
  package var file: String
  /// The number of the first line, from 1.
  package var number: Int

  /// Makes a line.
  package init(words: [Word], source: String, file: String, number: Int) {
    self.words = words
    self.source = source
    self.file = file
    self.number = number
  }

  /// The texts of the words.
  package var texts: [String] { words.map(\.text) }

  /// The raw text of the line of this number, which is one of those that this statement spans.
  package func source(ofLine wanted: Int) -> String {
    guard wanted > number else {
      return String(source.prefix { $0 != "\n" && $0 != "\r\n" })
    }
    let parts = source.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    let index = wanted - number
    return index < parts.count ? String(parts[index]) : source
  }
}
