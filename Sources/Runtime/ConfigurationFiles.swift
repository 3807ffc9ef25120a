package import ConfigSyntax
internal import Kernel

/// Finds and reads the files that `-f` names.
package enum ConfigurationFiles {
  /// The most bytes of one file.
  package static let fileBytesLimit = 64 * 1024 * 1024
  /// The most files of a configuration.
  package static let countLimit = 4096

  /// Reads files, and the files in folders whose names end with `.cfg` and do not start with a dot,
  /// in the order of their bytes. What cannot be read is reported.
  package static func load(
    _ paths: [String], reportingTo diagnostics: inout Diagnostics
  ) -> [ConfigSource] {
    var sources: [ConfigSource] = []
    for path in paths {
      for file in files(at: path, reportingTo: &diagnostics) {
        guard sources.count < countLimit else {
          diagnostics.report(.alert, "too many configuration files, limit is \(countLimit).")
          return sources
        }
        do throws(FileError) {
          let bytes = try File.contents(of: file, limitBytes: fileBytesLimit)
          sources.append(ConfigSource(name: file, bytes: bytes))
        } catch {
          diagnostics.report(
            .alert, "Could not open configuration file \(file) : \(words(for: error))",
            remedy: remedy(for: error, path: file))
        }
      }
    }
    return sources
  }

  /// The file itself, or the configuration files in the folder.
  private static func files(
    at path: String, reportingTo diagnostics: inout Diagnostics
  ) -> [String] {
    do throws(Errno) {
      guard try File.kind(of: path) == .directory else { return [path] }
      let folder = path.hasSuffix("/") ? path : path + "/"
      let names = try File.names(inFolder: path).filter {
        $0.hasSuffix(".cfg") && !$0.hasPrefix(".")
      }
      let files = names.map { folder + $0 }.filter { file in
        // What cannot be looked at is kept, for reading it to tell why.
        (try? File.kind(of: file)) != .directory
      }
      if files.isEmpty {
        diagnostics.report(
          .alert, "No configuration file in directory \(path)",
          remedy: "of a directory, the files are read whose names end with '.cfg' and do not start"
            + " with a dot")
      }
      return files
    } catch {
      diagnostics.report(
        .alert,
        "Cannot open configuration file/directory \(path) : \(words(for: .system(error)))",
        remedy: remedy(for: .system(error), path: path))
      return []
    }
  }

  private static func words(for error: FileError) -> String {
    switch error {
    case .system(let error): "\(error.words) (\(error.name))"
    case .notAFile(let kind):
      switch kind {
      case .fifo: "it is a FIFO"
      case .socket: "it is a socket"
      case .directory: "it is a directory"
      case .regular, .other: "it is not a regular file"
      }
    case .tooLarge(let limit): "it is larger than \(limit / 1024 / 1024) MB"
    }
  }

  private static func remedy(for error: FileError, path: String) -> String? {
    switch error {
    case .system(.noEntry):
      return "check the name; relative names start from the current directory, or from that of -C"
    case .system(.permissionDenied):
      return "let the user who starts weir read it: chmod, chown, or start as root"
    case .system: return nil
    case .notAFile(.fifo):
      return "a FIFO might never end: write the configuration to a file first"
    case .notAFile: return "name a regular file, or a directory of files"
    case .tooLarge: return "check that this is the file that was meant"
    }
  }
}
