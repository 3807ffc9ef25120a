extension Diagnostic {
  /// The longest piece of a source line that is shown; of longer lines, what is around the caret.
  static let shownColumnsLimit = 120

  /// The head of a message as HAProxy prints it: `[ALERT]    (1234) : `.
  package static func head(_ level: Level, processIdentifier: Int32) -> String {
    let bracket = "[\(level.word)]"
    let padding = String(repeating: " ", count: max(1, 11 - bracket.count))
    return "\(bracket)\(padding)(\(processIdentifier)) : "
  }

  /// The message as HAProxy prints it, then the line, a caret and the remedy; ends with a newline.
  package func rendered(processIdentifier: Int32) -> String {
    var text = Self.head(level, processIdentifier: processIdentifier) + "config : "
    if let position {
      text += "parsing [\(position.file):\(position.line)] : "
    }
    text += message + "\n"
    if let position, let sourceLine {
      text += Self.excerpt(of: sourceLine, column: position.column, length: length)
    }
    if let remedy {
      for line in remedy.split(separator: "\n") { text += "   | \(line)\n" }
    }
    return text
  }

  /// The source line and a caret line, each set in by two columns. Control characters are shown
  /// as `?`, except tabs, which the caret line repeats so that both lines stay aligned.
  private static func excerpt(of sourceLine: String, column: Int, length: Int) -> String {
    let all = Array(
      sourceLine.unicodeScalars.map { scalar -> Unicode.Scalar in
        let isControl = scalar.properties.generalCategory == .control && scalar != "\t"
        return isControl ? "?" : scalar
      })
    let caret = min(max(column - 1, 0), all.count)
    var start = 0
    var end = all.count
    if all.count > shownColumnsLimit {
      start = min(max(0, caret - shownColumnsLimit / 2), all.count - shownColumnsLimit)
      end = start + shownColumnsLimit
    }
    var shown = "  "
    var marker = "  "
    if start > 0 {
      shown += "..."
      marker += "   "
    }
    for (index, scalar) in all[start..<end].enumerated() {
      shown.unicodeScalars.append(scalar)
      if start + index < caret { marker += scalar == "\t" ? "\t" : " " }
    }
    if end < all.count { shown += "..." }
    let underlined = max(1, min(length, max(1, end - caret)))
    marker += "^" + String(repeating: "~", count: underlined - 1)
    return "\(shown)\n\(marker)\n"
  }
}

extension Diagnostics {
  /// All messages as HAProxy prints them; those of level diag only where asked for.
  package func rendered(processIdentifier: Int32, showsDiagnosticLevel: Bool = false) -> String {
    var text = ""
    for entry in entries where entry.level != .diag || showsDiagnosticLevel {
      text += entry.rendered(processIdentifier: processIdentifier)
    }
    return text
  }
}
