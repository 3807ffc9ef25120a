/// Writes statements back as text that reads to the same words.
package enum ConfigPrinter {
  /// A word as it can stand in a file: plain where that is safe, else in single quotes, else, where
  /// it holds a single quote or a control character, in double quotes with escapes.
  package static func quoted(_ text: String) -> String {
    var isPlain = !text.isEmpty
    var needsEscapes = false
    for byte in text.utf8 {
      switch byte {
      case Ascii.space, Ascii.quote, Ascii.hash, Ascii.backslash: isPlain = false
      case Ascii.apostrophe, 0..<Ascii.space, 127:
        isPlain = false
        needsEscapes = true
      default: break
      }
    }
    if isPlain { return text }
    guard needsEscapes else { return "'\(text)'" }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\"", "\\", "$":
        result += "\\"
        result.unicodeScalars.append(scalar)
      case _ where scalar.value < 32 || scalar.value == 127:
        let digits = String(scalar.value, radix: 16)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A statement as one line, its words a space apart, set in as far as it was in its file.
  package static func text(of line: Line) -> String {
    let indentation = min(max((line.words.first?.position.column ?? 1) - 1, 0), 16)
    return String(repeating: " ", count: indentation)
      + line.words.map { quoted($0.text) }.joined(separator: " ")
  }

  /// Statements, each on a line of its own.
  package static func text(of lines: some Sequence<Line>) -> String {
    lines.reduce(into: "") { $0 += text(of: $1) + "\n" }
  }
}
