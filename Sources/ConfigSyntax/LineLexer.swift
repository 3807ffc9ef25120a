/// Cuts lines into words: delimiters, quotes, escapes, variables and comments (HAProxy's manual,
/// 2.2 and 2.3).
///
/// One statement is fed line by line: `consume` answers whether it goes on, which a backslash at
/// the end of a line, outside quotes or within double quotes, asks for. That backslash and the
/// line feed vanish, as they do in a shell.
struct LineLexer {
  /// What can be wrong within a line.
  struct Failure: Error {
    enum Kind: Equatable {
      case unmatchedQuote
      case invalidHexadecimal
      case unmatchedBrace
      case forbiddenFirstCharacter
      case tooManyWords
      case tooLong
      case notText
    }
    var kind: Kind
    /// The offset in the file.
    var offset: Int
    /// How many bytes are to blame.
    var length = 1
  }

  /// What variables are resolved from, fixed during a statement.
  struct Scope {
    var environment: [String: String]
    var file: String
    var section: String
  }

  /// The words so far, the empty ones included.
  private(set) var words: [Word] = []
  /// The word that is being put together.
  private var text: [UInt8] = []
  private var isInWord = false
  private var isQuotedWord = false
  private var hasHexadecimal = false
  /// The word is there even if it is empty: it was written as quotes, not as an empty list.
  private var isExplicit = false
  private var start = 0
  private var startPosition = SourcePosition(file: "", line: 0, column: 0)
  /// The quote that is open, where it was opened, and on which line.
  private var quote: UInt8?
  private var quoteOffset = 0
  private var expandedBytes = 0

  /// Forgets the last statement.
  mutating func reset() {
    words = []
    text.removeAll(keepingCapacity: true)
    isInWord = false
    quote = nil
    expandedBytes = 0
  }

  /// Reads one line of a statement, and tells whether the statement goes on with the next one.
  mutating func consume(
    _ bytes: [UInt8], _ line: PhysicalLine, number: Int, scope: borrowing Scope
  ) throws(Failure) -> Bool {
    var index = line.range.lowerBound
    let end = line.range.upperBound
    while index < end {
      let byte = bytes[index]
      if !isInWord {
        if byte == Ascii.space || byte == Ascii.tab {
          index += 1
          continue
        }
        if byte == Ascii.hash { return false }
        begin(at: index, bytes, line, number: number, file: scope.file)
      }
      if quote == nil {
        // The usual case: a word, or what is left of it, without any special character.
        let plain = index
        while index < end, Self.isPlain(bytes[index]) { index += 1 }
        if index > plain {
          if text.isEmpty, index == end || Self.isBlank(bytes[index]) {
            let word = String(decoding: bytes[plain..<index], as: UTF8.self)
            try append(word, endingAt: index, bytes, line, number: number)
            continue
          }
          text.append(contentsOf: bytes[plain..<index])
          continue
        }
      }
      switch (byte, quote) {
      case (Ascii.backslash, nil), (Ascii.backslash, Ascii.quote):
        if index + 1 == end { return true }
        index = try escape(at: index, bytes, end: end)
      case (Ascii.quote, nil), (Ascii.apostrophe, nil):
        quote = byte
        quoteOffset = index
        isQuotedWord = true
        isExplicit = true
        index += 1
      case (Ascii.quote, Ascii.quote), (Ascii.apostrophe, Ascii.apostrophe):
        quote = nil
        index += 1
      case (Ascii.dollar, Ascii.quote):
        index = try variable(at: index, bytes, line, number: number, scope: scope)
      case (Ascii.space, nil), (Ascii.tab, nil):
        try finish(endingAt: index, bytes, line, number: number)
        index += 1
      case (Ascii.hash, nil):
        try finish(endingAt: index, bytes, line, number: number)
        return false
      default:
        text.append(byte)
        index += 1
      }
    }
    if quote != nil {
      let offset = line.range.contains(quoteOffset) ? quoteOffset : line.range.lowerBound
      throw Failure(kind: .unmatchedQuote, offset: offset)
    }
    if isInWord { try finish(endingAt: end, bytes, line, number: number) }
    return false
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == Ascii.space || byte == Ascii.tab }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case Ascii.space, Ascii.tab, Ascii.quote, Ascii.apostrophe, Ascii.hash, Ascii.backslash: false
    default: true
    }
  }

  private mutating func begin(
    at offset: Int, _ bytes: [UInt8], _ line: PhysicalLine, number: Int, file: String
  ) {
    isInWord = true
    isQuotedWord = false
    hasHexadecimal = false
    isExplicit = false
    start = offset
    startPosition = SourcePosition(
      file: file, line: number, column: line.column(of: offset, in: bytes))
  }

  /// Ends the word that is being put together.
  private mutating func finish(
    endingAt end: Int, _ bytes: [UInt8], _ line: PhysicalLine, number: Int
  ) throws(Failure) {
    if text.isEmpty, !isExplicit {
      isInWord = false
      return
    }
    if hasHexadecimal,
      text.contains(0) || firstInvalidByte(of: text, in: text.indices) != nil
    {
      throw Failure(kind: .notText, offset: line.range.contains(start) ? start : end)
    }
    let word = String(decoding: text, as: UTF8.self)
    text.removeAll(keepingCapacity: true)
    try append(word, endingAt: end, bytes, line, number: number)
  }

  private mutating func append(
    _ word: String, endingAt end: Int, _ bytes: [UInt8], _ line: PhysicalLine, number: Int
  ) throws(Failure) {
    isInWord = false
    guard words.count < ConfigSource.Limit.words else {
      throw Failure(kind: .tooManyWords, offset: line.range.contains(start) ? start : end)
    }
    var length = 1
    if startPosition.line == number {
      length = line.column(of: end, in: bytes) - startPosition.column
    }
    words.append(
      Word(
        text: word, position: startPosition, length: max(1, length), isQuoted: isQuotedWord))
  }

  /// Reads the escape at `offset` and gives where it ends. An escape that has no meaning stays as
  /// it is, backslash and all.
  private mutating func escape(
    at offset: Int, _ bytes: [UInt8], end: Int
  ) throws(Failure) -> Int {
    isQuotedWord = true
    switch bytes[offset + 1] {
    case UInt8(ascii: "n"): text.append(Ascii.lineFeed)
    case UInt8(ascii: "r"): text.append(Ascii.carriageReturn)
    case UInt8(ascii: "t"): text.append(Ascii.tab)
    case UInt8(ascii: "x"):
      guard offset + 3 < end, let high = Ascii.hexValue(bytes[offset + 2]),
        let low = Ascii.hexValue(bytes[offset + 3])
      else {
        throw Failure(
          kind: .invalidHexadecimal, offset: offset, length: min(4, end - offset))
      }
      hasHexadecimal = true
      text.append(high << 4 | low)
      return offset + 4
    case let byte
    where Self.isBlank(byte) || byte == Ascii.backslash || byte == Ascii.quote
      || byte == Ascii.apostrophe || byte == Ascii.hash
      || (byte == Ascii.dollar && quote != nil):
      text.append(byte)
    case let byte:
      text.append(Ascii.backslash)
      text.append(byte)
    }
    return offset + 2
  }

  /// Resolves the variable whose dollar stands at `offset` and gives where it ends.
  private mutating func variable(
    at offset: Int, _ bytes: [UInt8], _ line: PhysicalLine, number: Int, scope: borrowing Scope
  ) throws(Failure) -> Int {
    let end = line.range.upperBound
    var index = offset + 1
    let isBraced = index < end && bytes[index] == Ascii.openBrace
    if isBraced { index += 1 }
    let nameStart = index
    while index < end,
      Ascii.isLetter(bytes[index]) || bytes[index] == Ascii.underscore
        || (index > nameStart && Ascii.isDigit(bytes[index]))
        || (index == nameStart && bytes[index] == Ascii.dot)
    {
      index += 1
    }
    guard index > nameStart else {
      throw Failure(kind: .forbiddenFirstCharacter, offset: min(index, max(end - 1, offset)))
    }
    let name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
    var fallback: Range<Int>?
    var isList = false
    if isBraced {
      if index + 2 < end, bytes[index..<index + 3].elementsEqual("[*]".utf8) {
        isList = true
        index += 3
      }
      if index < end, bytes[index] == Ascii.minus {
        let defaultStart = index + 1
        while index < end, bytes[index] != Ascii.closeBrace { index += 1 }
        fallback = defaultStart..<index
      }
      guard index < end, bytes[index] == Ascii.closeBrace else {
        throw Failure(kind: .unmatchedBrace, offset: offset, length: index - offset)
      }
      index += 1
    }
    let value = Self.value(of: name, number: number, scope: scope)
    let length = value?.utf8.count ?? fallback?.count ?? 0
    expandedBytes += length
    guard expandedBytes <= ConfigSource.Limit.expandedBytes else {
      throw Failure(kind: .tooLong, offset: offset, length: index - offset)
    }
    if isList {
      isExplicit = false
      let list = value.map { Array($0.utf8) } ?? Array(fallback.map { bytes[$0] } ?? [])
      try appendList(list, at: offset, endingAt: index, bytes, line, number: number, scope: scope)
    } else if let value {
      text.append(contentsOf: value.utf8)
    } else if let fallback {
      text.append(contentsOf: bytes[fallback])
    }
    return index
  }

  /// Appends a list as several words: the first joins what stands before the variable, the last
  /// what stands behind it.
  private mutating func appendList(
    _ list: [UInt8], at offset: Int, endingAt end: Int, _ bytes: [UInt8], _ line: PhysicalLine,
    number: Int, scope: borrowing Scope
  ) throws(Failure) {
    for byte in list {
      guard Self.isBlank(byte) || byte == Ascii.lineFeed else {
        text.append(byte)
        continue
      }
      guard !text.isEmpty else { continue }
      try finish(endingAt: end, bytes, line, number: number)
      begin(at: offset, bytes, line, number: number, file: scope.file)
      isQuotedWord = true
    }
  }

  /// The value of a variable, or nil where it is not set.
  private static func value(
    of name: String, number: Int, scope: borrowing Scope
  ) -> String? {
    guard name.utf8.first == Ascii.dot else { return scope.environment[name] }
    switch name {
    case ".FILE": return scope.file
    case ".LINE": return String(number)
    case ".SECTION": return scope.section
    default: return nil
    }
  }
}
