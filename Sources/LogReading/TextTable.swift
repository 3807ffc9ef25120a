/// How text for people may look.
package struct TextStyle: Sendable {
  /// Whether colours are understood.
  package var hasColour: Bool
  /// Whether more than ASCII is understood.
  package var isUTF8: Bool
  /// How many columns a line may have.
  package var columns: Int

  /// A style.
  package init(hasColour: Bool, isUTF8: Bool, columns: Int) {
    self.hasColour = hasColour
    self.isUTF8 = isUTF8
    self.columns = max(columns, 60)
  }

  /// What colours mean.
  package enum Colour: String, Sendable {
    case heading = "1"
    case dim = "2"
    case bad = "31"
    case good = "32"
    case caution = "33"
  }

  /// A text in a colour.
  package func paint(_ text: String, _ colour: Colour) -> String {
    hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Folds a text into lines of at most so many columns, at spaces.
  package func fold(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    return lines + [line]
  }
}

/// A table of text: columns as wide as their widest cell, two spaces between them.
struct TextTable {
  struct Column {
    var title: String
    var isRight = false
    /// The most that it takes; what is longer loses its middle.
    var limit = 200
  }

  /// A cell and its colour.
  struct Cell: ExpressibleByStringInterpolation {
    var text: String
    var colour: TextStyle.Colour?
    init(_ text: String, _ colour: TextStyle.Colour? = nil) {
      self.text = text
      self.colour = colour
    }
    init(stringLiteral text: String) { self.init(text) }
  }

  private let columns: [Column]
  private var rows: [[Cell]] = []

  init(_ columns: [Column]) { self.columns = columns }

  mutating func add(_ cells: [Cell]) { rows.append(cells) }

  func text(_ style: TextStyle, indent: Int = 2) -> String {
    let texts = rows.map { row in
      row.indices.map { Self.shortened(row[$0].text, columns[$0].limit, style) }
    }
    let widths = columns.indices.map { column in
      max(columns[column].title.count, texts.map { $0[column].count }.max() ?? 0)
    }
    var text = ""
    func append(_ cells: [String], _ colour: (Int) -> TextStyle.Colour?) {
      var line = String(repeating: " ", count: indent)
      for column in columns.indices {
        let room = String(repeating: " ", count: widths[column] - cells[column].count)
        let painted = colour(column).map { style.paint(cells[column], $0) } ?? cells[column]
        line += columns[column].isRight ? room + painted : painted + room
        if column + 1 < columns.count { line += "  " }
      }
      while line.hasSuffix(" ") { line.removeLast() }
      text += line + "\n"
    }
    append(columns.map(\.title)) { _ in .dim }
    for index in rows.indices { append(texts[index]) { rows[index][$0].colour } }
    return text
  }

  private static func shortened(_ text: String, _ limit: Int, _ style: TextStyle) -> String {
    guard text.count > limit, limit > 4 else { return text }
    let mark = style.isUTF8 ? "…" : ".."
    let kept = limit - mark.count
    return text.prefix(kept / 2) + mark + text.suffix(kept - kept / 2)
  }
}
