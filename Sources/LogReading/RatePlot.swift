/// Draws connections over time with characters.
struct RatePlot {
  private static let blocks: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  private static let height = 6

  /// The plot; empty where there is nothing to draw.
  static func text(_ series: RateSeries, _ style: TextStyle) -> String {
    let margin = 12
    // Behind the errors stands how many they are at most.
    let (begin, width, buckets) = series.fitted(to: min(style.columns - 18, 120) - margin)
    guard let most = buckets.map(\.connections).max(), most > 0 else { return "" }
    let seconds = Double(width) / 1000
    var text = ""
    for row in 0..<height {
      let level = height - 1 - row
      var label = ""
      if row == 0 { label = Wording.short(Double(most) / seconds) + "/s" }
      if row == height - 1 { label = "0" }
      text += pad(label, to: margin - 3) + (style.isUTF8 ? " ┤" : " |")
      text += line(buckets.map { Double($0.connections) / Double(most) }, level, style) + "\n"
    }
    text += String(repeating: " ", count: margin - 2) + (style.isUTF8 ? "└" : "+")
    text += axis(begin, width, buckets.count, style) + "\n"
    if let errors = buckets.map(\.errors).max(), errors > 0 {
      let marks = buckets.map { bucket in mark(bucket.errors, errors, style) }
      text += pad("errors", to: margin - 3) + "  " + style.paint(String(marks), .bad)
      text += "  at most \(Wording.short(Double(errors) / seconds))/s\n"
    }
    return text
  }

  private static func pad(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// A row of the plot, `level` rows above the ground.
  private static func line(_ shares: [Double], _ level: Int, _ style: TextStyle) -> String {
    var text = ""
    for share in shares {
      let eighths = Int((share * Double(height * 8)).rounded(.up))
      let here = min(max(eighths - level * 8, 0), 8)
      text.append(style.isUTF8 ? blocks[here] : here >= 4 || (level == 0 && here > 0) ? "#" : " ")
    }
    while text.hasSuffix(" ") { text.removeLast() }
    return style.paint(text, .good)
  }

  private static func mark(_ part: UInt64, _ most: UInt64, _ style: TextStyle) -> Character {
    guard part > 0 else { return " " }
    let eighths = Int((Double(part) / Double(most) * 8).rounded(.up))
    return style.isUTF8 ? blocks[eighths] : eighths > 4 ? "#" : "."
  }

  /// The line below: when it begins and ends, and how wide a column is.
  private static func axis(
    _ begin: Int64, _ width: Int64, _ count: Int, _ style: TextStyle
  ) -> String {
    let line = String(repeating: style.isUTF8 ? "─" : "-", count: count)
    let first = Wording.date(begin * 1000)
    let last = Wording.date((begin + Int64(count) * width) * 1000)
    let column = "a column is \(Wording.time(UInt64(width) * 1000))"
    return line + "\n" + String(repeating: " ", count: 11)
      + style.paint("\(first) to \(last), \(column)", .dim)
  }
}
