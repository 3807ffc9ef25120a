import ConfigSyntax

/// Why a statement cannot be taken, and which of its words is to blame.
package struct Mistake: Error, Hashable, Sendable {
  /// What is the matter.
  package var message: String
  /// The index of the word to blame in the line; nil for what is missing at its end.
  package var word: Int?
  /// What to do about it.
  package var remedy: String?

  /// Makes a mistake.
  package init(_ message: String, at word: Int?, remedy: String? = nil) {
    self.message = message
    self.word = word
    self.remedy = remedy
  }
}

/// The words of a statement, read one after the other by the grammar of its keyword.
struct Arguments {
  /// The statement.
  let line: Line
  /// The index of the next word.
  var next: Int
  /// The keyword that is being read, as messages name it.
  var keyword: String
  /// What is to be warned of, with the word to blame.
  var warnings: [Mistake] = []
  /// What is good to know, with the word that it is about.
  var notes: [Mistake] = []
  /// Mistakes after which reading went on.
  var mistakes: [Mistake] = []

  init(line: Line, next: Int, keyword: String) {
    self.line = line
    self.next = next
    self.keyword = keyword
  }

  /// The next word, which stays the next.
  var peek: String? { next < line.words.count ? line.words[next].text : nil }

  /// The index of the word that was taken last.
  var last: Int { next - 1 }

  /// Whether every word was read.
  var isAtEnd: Bool { next >= line.words.count }

  /// Takes the next word, if there is one.
  mutating func take() -> String? {
    guard next < line.words.count else { return nil }
    defer { next += 1 }
    return line.words[next].text
  }

  /// Takes the next word, or says what is expected there.
  mutating func take(orElse message: @autoclosure () -> String) throws(Mistake) -> String {
    guard let word = take() else { throw Mistake(message(), at: nil) }
    return word
  }

  /// Takes an integer of a range.
  mutating func integer(in range: ClosedRange<Int>) throws(Mistake) -> Int {
    guard let text = take() else {
      throw Mistake("'\(keyword)' expects an integer argument.", at: nil)
    }
    guard let value = Int(text), text.utf8.first != UInt8(ascii: "+") else {
      throw Mistake("'\(keyword)' expects an integer argument (got '\(text)').", at: last)
    }
    guard range.contains(value) else {
      let bounds =
        range.upperBound == .max
        ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
      throw Mistake("'\(keyword)' must be \(bounds) (got '\(text)').", at: last)
    }
    return value
  }

  /// Takes a time, in milliseconds unless it names a unit.
  mutating func time(
    unit: Time.Unit = .ms, in range: ClosedRange<Int> = 0...Time.maximum
  ) throws(Mistake) -> Int {
    guard let text = take() else {
      throw Mistake(Time.message(for: .missing, text: "", of: keyword), at: nil)
    }
    let value: Int
    do {
      value = try Time.parse(text, defaultUnit: unit)
    } catch {
      throw Mistake(Time.message(for: error, text: text, of: keyword), at: last)
    }
    guard range.contains(value) else {
      throw Mistake("invalid value \(text) for argument '\(keyword)'.", at: last)
    }
    return value
  }

  /// Takes a size in bytes.
  mutating func size(in range: ClosedRange<Int>) throws(Mistake) -> Int {
    guard let text = take() else {
      throw Mistake(Size.message(for: .missing, text: "", of: keyword), at: nil)
    }
    let value: Int
    do {
      value = try Size.parse(text)
    } catch {
      throw Mistake(Size.message(for: error, text: text, of: keyword), at: last)
    }
    guard range.contains(value) else {
      throw Mistake(
        "'\(keyword)' must be between \(range.lowerBound) and \(range.upperBound) (got '\(text)').",
        at: last)
    }
    return value
  }

  /// Says that there is a word too many, if there is one.
  func expectEnd() throws(Mistake) {
    guard let word = peek else { return }
    throw Mistake("'\(keyword)' cannot handle unexpected argument '\(word)'.", at: next)
  }

  /// Passes over some words, as many as are there.
  mutating func skip(_ count: Int) {
    next = min(line.words.count, next + count)
  }

  /// Notes what is good to know about the word that was taken last, and goes on.
  mutating func note(_ message: String, remedy: String? = nil) {
    notes.append(Mistake(message, at: last, remedy: remedy))
  }

  /// Notes what is odd about the word that was taken last, and goes on.
  mutating func warn(_ message: String, remedy: String? = nil) {
    warnings.append(Mistake(message, at: last, remedy: remedy))
  }
}
