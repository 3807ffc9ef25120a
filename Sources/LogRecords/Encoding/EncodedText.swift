internal import Memory

/// Whether bytes are UTF-8 as Unicode's table 3-7 has it.
enum UTF8Check {
  /// The length of the character that begins at a place; 0 where none does.
  static func length(_ text: Span<UInt8>, at place: Int) -> Int {
    let first = text[place]
    if first < 0x80 { return 1 }
    let length: Int
    var (lowest, highest): (UInt8, UInt8) = (0x80, 0xBF)
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, lowest) = (3, 0xA0)
    case 0xED: (length, highest) = (3, 0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, lowest) = (4, 0x90)
    case 0xF4: (length, highest) = (4, 0x8F)
    case 0xF1...0xF3: length = 4
    default: return 0
    }
    guard place + length <= text.count, text[place + 1] >= lowest, text[place + 1] <= highest else {
      return 0
    }
    var index = place + 2
    while index < place + length {
      if text[index] & 0xC0 != 0x80 { return 0 }
      index += 1
    }
    return length
  }

  /// Whether all of it is.
  static func isValid(_ text: Span<UInt8>) -> Bool {
    var place = 0
    while place < text.count {
      let length = length(text, at: place)
      if length == 0 { return false }
      place += length
    }
    return true
  }
}

extension UInt8 {
  /// Whether it stands as it is in a string of JSON, whatever is around it.
  @inline(__always)
  var isPlainJSON: Bool {
    self &- 32 < 95 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
  }
}

extension TextOutput where Self: ~Copyable {
  /// U+FFFD in the place of bytes that are no UTF-8.
  mutating func appendReplacement() {
    append(0xEF)
    append(0xBF)
    append(0xBD)
  }

  /// Text in which what is no UTF-8 is replaced.
  mutating func appendReplacing(_ text: Span<UInt8>) {
    var place = 0
    while place < text.count {
      let length = UTF8Check.length(text, at: place)
      if length == 0 {
        appendReplacement()
      } else {
        append(text.extracting(place..<place + length))
      }
      place += max(1, length)
    }
  }

  /// A string of JSON (RFC 8259, 7).
  @inline(__always)
  mutating func append(json text: Span<UInt8>) {
    append(UInt8(ascii: "\""))
    var isPlain = true
    for index in text.indices {
      if !text[index].isPlainJSON {
        isPlain = false
        break
      }
    }
    if isPlain { append(text) } else { appendEscaped(json: text) }
    append(UInt8(ascii: "\""))
  }

  @inline(never)
  private mutating func appendEscaped(json text: Span<UInt8>) {
    appendEachCharacter(text) { character, output in
      let byte = character[0]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0..<32: output.append(controlEscape: byte)
      default: output.append(character)
      }
    }
  }

  /// `\n`, `\r`, `\t`, or `\u00XX`.
  private mutating func append(controlEscape byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case 10: append(UInt8(ascii: "n"))
    case 13: append(UInt8(ascii: "r"))
    case 9: append(UInt8(ascii: "t"))
    default:
      append("u00")
      append(hexadecimal: UInt64(byte), digits: 2)
    }
  }

  /// Each character of UTF-8 in turn, and U+FFFD for each byte that is in none.
  private mutating func appendEachCharacter(
    _ text: Span<UInt8>, _ body: (Span<UInt8>, inout Self) -> Void
  ) {
    var place = 0
    while place < text.count {
      let length = UTF8Check.length(text, at: place)
      if length == 0 {
        appendReplacement()
      } else {
        body(text.extracting(place..<place + length), &self)
      }
      place += max(1, length)
    }
  }

  /// A value of logfmt: bare where it can be, else in quotes with the escapes of JSON.
  mutating func append(logfmt text: Span<UInt8>) {
    var isBare = !text.isEmpty
    for index in text.indices {
      let byte = text[index]
      if byte &- 33 >= 94 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
        || byte == UInt8(ascii: "=")
      {
        isBare = false
        break
      }
    }
    if isBare { append(text) } else { append(json: text) }
  }

  /// A field of RFC 4180. Bytes that would end the line are written as `#XX`, as in text lines.
  mutating func append(csv text: Span<UInt8>) {
    var isQuoted = false
    for index in text.indices {
      let byte = text[index]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == 32 { isQuoted = true }
    }
    if isQuoted { append(UInt8(ascii: "\"")) }
    appendEachCharacter(text) { character, output in
      let byte = character[0]
      if byte == UInt8(ascii: "\"") { output.append(byte) }
      if byte < 32 || byte == 127 {
        output.append(UInt8(ascii: "#"))
        output.append(hexadecimal: UInt64(byte), digits: 2)
      } else {
        output.append(character)
      }
    }
    if isQuoted { append(UInt8(ascii: "\"")) }
  }

  /// A PARAM-VALUE of RFC 5424, 6.3.3: UTF-8 in quotes, with a backslash before `"`, `\` and `]`.
  /// Bytes that would end the line are written as `#XX`, as in text lines.
  mutating func append(parameter text: Span<UInt8>) {
    append(UInt8(ascii: "\""))
    appendEachCharacter(text) { character, output in
      let byte = character[0]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "]"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0..<32, 127:
        output.append(UInt8(ascii: "#"))
        output.append(hexadecimal: UInt64(byte), digits: 2)
      default: output.append(character)
      }
    }
    append(UInt8(ascii: "\""))
  }
}
