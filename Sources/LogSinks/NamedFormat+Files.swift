internal import Kernel
package import LogRecords

/// Where named formats are found: in folders first, in their order, then in the program itself.
extension NamedFormat {
  /// The folders that named formats are looked for in: that of `log-format-dir` of `global`, where
  /// there is one, and the installed one, `share/weir/logformats` beside the folder that the program
  /// stands in (`PREFIX/sbin/weir` has `PREFIX/share/weir/logformats`).
  package static func folders(configured: String?) -> [String] {
    [configured, installedFolder].compactMap { $0 }
  }

  /// The folder that `make install` puts formats into; nil where the program's own path is not known.
  package static var installedFolder: String? {
    guard let program = Process.executablePath else { return nil }
    let parts = program.split(separator: "/")
    guard parts.count > 2 else { return nil }
    return "/" + parts.dropLast(2).joined(separator: "/") + "/share/weir/logformats"
  }

  /// Finds a format: the file of this name in the first folder that has one, else the one that is
  /// built in. A folder that is not there is passed over; a file that cannot be read is an error.
  package static func find(
    _ name: String, folders: [String]
  ) throws(NamedFormatError) -> NamedFormat {
    guard isName(name) else {
      throw NamedFormatError(
        message: "'\(name)' is no name of a log format",
        remedy: "Use letters, digits, '.', '_' and '-'; the folder is named by 'log-format-dir'.")
    }
    for folder in folders {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      do throws(FileError) {
        let bytes = try File.contents(of: path, limitBytes: bytesLimit)
        return NamedFormat(name: name, file: path, text: String(decoding: bytes, as: UTF8.self))
      } catch {
        if error == .system(.noEntry) || error == .system(.notDirectory) { continue }
        throw NamedFormatError(
          file: path, message: "the log format cannot be read (\(words(for: error)))",
          remedy: "Make it a file that can be read, or remove it.")
      }
    }
    if let format = builtIn(name) { return format }
    throw unknown(name, known: names(in: folders))
  }

  /// Finds a format and makes a program of it: what `option tcplog NAME` and `log-format @NAME` do.
  package static func compile(
    _ name: String, _ kind: FormatProgram.Kind = .line, folders: [String],
    environment: (String) -> String? = { _ in nil }
  ) throws(NamedFormatError) -> FormatProgram {
    try find(name, folders: folders).compile(kind, environment: environment)
  }

  /// The names of all formats that can be found, in alphabetical order.
  package static func names(in folders: [String]) -> [String] {
    var names = Set(builtInNames)
    for folder in folders {
      guard let found = try? File.names(inFolder: folder) else { continue }
      names.formUnion(
        found.filter { name in
          isName(name) && (try? File.kind(of: "\(folder)/\(name)")) == .regular
        })
    }
    return names.sorted()
  }

  private static func words(for error: FileError) -> String {
    switch error {
    case .system(let number): number.words
    case .notAFile: "it is not a file"
    case .tooLarge(let limit): "it has more than \(limit) bytes"
    }
  }
}
