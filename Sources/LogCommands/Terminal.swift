internal import Kernel
internal import LogReading

/// What may be written to the terminal, or to whatever stands in its place.
enum Terminal {
  /// The style of standard output; `colour` where the command line decides.
  static func style(_ colour: Bool?) -> TextStyle {
    let output = StandardStream.output
    let isTerminal = output.isTerminal
    let isPlain =
      !(Environment.value(of: "NO_COLOR") ?? "").isEmpty
      || Environment.value(of: "TERM") == "dumb"
    return TextStyle(
      hasColour: colour ?? (isTerminal && !isPlain), isUTF8: isUTF8,
      columns: output.columns ?? 140)
  }

  /// Whether the locale's characters are those of UTF-8 (locale(7)).
  private static var isUTF8: Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      if let value = Environment.value(of: name), !value.isEmpty {
        let name = value.lowercased()
        return name.hasSuffix("utf-8") || name.hasSuffix("utf8") || name.contains("utf-8@")
      }
    }
    return false
  }
}
