import ConfigSyntax
import LogRecords
import LogSinks

extension Resolver {
  /// Compiles a format of the file; each text once. Mistakes are reported where it stands.
  mutating func compile(
    _ format: Located<String>?, _ kind: FormatProgram.Kind, _ keyword: String
  ) -> FormatProgram? {
    guard let format else { return nil }
    let key = "\(kind) \(format.value)"
    if let known = formats[key] { return known }
    let program: FormatProgram?
    if let name = Self.formatName(format.value), kind != .uniqueIdentifier {
      program = compile(named: name, kind, format, keyword)
      formats[key] = .some(program)
      return program
    }
    do {
      let variables = environment
      let compiled = try FormatProgram(
        compiling: format.value, kind: kind, environment: { variables[$0] })
      for warning in compiled.warnings {
        report(.diag, warning, format, "in \(keyword) : ")
      }
      program = compiled
    } catch {
      report(.alert, error, format, "failed to parse \(keyword) : ")
      program = nil
    }
    formats[key] = .some(program)
    return program
  }

  /// The name in `@NAME`; nil for any other text, such as `@cee: …`.
  static func formatName(_ text: String) -> String? {
    guard text.utf8.first == UInt8(ascii: "@") else { return nil }
    let name = String(text.dropFirst())
    return NamedFormat.isName(name) ? name : nil
  }

  /// Finds a format by its name and compiles it.
  private mutating func compile(
    named name: String, _ kind: FormatProgram.Kind, _ format: Located<String>, _ keyword: String
  ) -> FormatProgram? {
    let folders = NamedFormat.folders(configured: global.logFormatFolder?.value)
    let variables = environment
    do throws(NamedFormatError) {
      let found = try lookups.namedFormat(name, folders)
      return try found.compile(kind, environment: { variables[$0] })
    } catch {
      diagnostics.report(
        .alert, "failed to parse \(keyword) : \(error)", at: format, remedy: error.remedy)
      return nil
    }
  }

  /// Reports a mistake within a format, at its very place where the file shows the text as it is.
  private mutating func report(
    _ level: Diagnostic.Level, _ error: FormatError, _ format: Located<String>, _ head: String
  ) {
    var line = format.line
    if format.word < line.words.count {
      let word = line.words[format.word]
      let quotes = word.length - word.text.count
      if quotes == 0 || quotes == 2, word.text.utf8.count == word.text.count {
        let offset = min(error.offset, max(0, word.text.count - 1))
        line.words[format.word].position.column += offset + quotes / 2
        line.words[format.word].length = 1
      }
    }
    let near = error.suggestion.map { "; did you mean '\($0)' maybe ?" } ?? ""
    diagnostics.report(
      Mistake(head + error.message + near, at: format.word), line, level: level)
  }
}
