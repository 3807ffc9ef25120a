/// A log format with a name: a file of `logformats/`, found at run time or built in.
///
/// `NamedFormat.find` (LogSinks) looks for one, `compile` makes a program of it.
package struct NamedFormat: Hashable, Sendable {
  /// The name, which is that of its file.
  package var name: String
  /// The path of its file, for messages; `built in` where it comes with the program.
  package var file: String
  /// The text of its file.
  package var text: String

  /// The text of a file.
  package init(name: String, file: String, text: String) {
    self.name = name
    self.file = file
    self.text = text
  }

  /// The most bytes that a file may have.
  package static let bytesLimit = 65_536
  /// The most members of a structured format.
  static let memberLimit = 512
  /// The most groups of a structured format.
  static let groupLimit = 32

  /// The names of the formats that come with the program.
  package static let builtInNames = builtInFiles.map(\.name)

  /// A format that comes with the program; nil where there is none of this name.
  package static func builtIn(_ name: String) -> NamedFormat? {
    builtInFiles.first { $0.name == name }.map {
      NamedFormat(name: name, file: "built-in format \(name)", text: $0.text)
    }
  }

  /// The text of a format of the program's own that is text: the line itself. A mistake makes it
  /// empty, and its test fail.
  static func builtInText(_ name: String) -> String {
    guard let format = builtIn(name) else { return "" }
    let lines = format.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    return lines.first.map(String.init) ?? ""
  }

  /// A structured format of the program's own, compiled. A mistake makes it text that is empty,
  /// and its test fail.
  static func builtInProgram(_ name: String, _ kind: FormatProgram.Kind) -> FormatProgram {
    guard let format = builtIn(name) else { return .nothing }
    return (try? format.compile(kind)) ?? .nothing
  }

  /// Whether a name can be that of a format: it never leads out of a folder.
  package static func isName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// Makes a program of it.
  ///
  /// `environment` gives the variables that `%[env(NAME)]` names.
  package func compile(
    _ kind: FormatProgram.Kind = .line, environment: (String) -> String? = { _ in nil }
  ) throws(NamedFormatError) -> FormatProgram {
    var reader = NamedFormatReader(self, kind: kind)
    return try reader.read(environment: environment)
  }

  /// The error about a name that no format has; `known` are the names that there are.
  package static func unknown(_ name: String, known: [String]) -> NamedFormatError {
    NamedFormatError(
      message: "no log format is named '\(name)'", suggestion: nearest(name, among: known),
      remedy: "There are: \(known.joined(separator: ", ")). A format of your own is a file of its"
        + " name in the folder that 'log-format-dir' of 'global' names.")
  }
}

extension FormatProgram {
  /// One element `[weir@32473 …]` of every field: what a logger with `hasAllFields` sends.
  package static let allFields = NamedFormat.builtInProgram("sd", .structuredData)
}

/// Why a named format cannot be used: the place, what is wrong, and what to do.
package struct NamedFormatError: Error, Hashable, Sendable {
  /// The file; nil where there is none.
  package var file: String?
  /// The line in the file, from 1.
  package var line: Int?
  /// The place in the line, from 1.
  package var column: Int?
  /// What is wrong.
  package var message: String
  /// The name that was meant, perhaps.
  package var suggestion: String?
  /// What to do about it.
  package var remedy: String?

  /// Makes an error.
  package init(
    file: String? = nil, line: Int? = nil, column: Int? = nil, message: String,
    suggestion: String? = nil, remedy: String? = nil
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.suggestion = suggestion
    self.remedy = remedy
  }
}

extension NamedFormatError: CustomStringConvertible {
  /// `FILE:LINE:COLUMN: MESSAGE; did you mean 'X' maybe ?`, without the remedy.
  package var description: String {
    var text = ""
    if let file {
      text += file
      if let line { text += ":\(line)" }
      if let column { text += ":\(column)" }
      text += ": "
    }
    text += message
    if let suggestion { text += "; did you mean '\(suggestion)' maybe ?" }
    return text
  }
}
