internal import Kernel
internal import LogReading
internal import LogRecords

/// Where a part of a log comes from.
struct LogInput: Sendable {
  enum Kind: Sendable {
    /// A regular file of so many bytes, of which any part can be read by itself.
    case file(sizeBytes: Int64)
    /// A file that is no regular one, or an export of the journal: read from its beginning.
    case stream
    /// A compressed file, and the program that gives its contents.
    case compressed(words: [String], sizeBytes: Int64)
    /// Standard input.
    case standardInput
    /// The output of a program, such as journalctl.
    case program(words: [String])
  }

  /// Its name, for people.
  var name: String
  /// Its path; empty where it has none.
  var path: String
  var kind: Kind

  /// How many bytes there are to read; nil where nobody knows.
  var sizeBytes: Int64? {
    switch kind {
    case .file(let size), .compressed(_, let size): size
    default: nil
    }
  }

  /// What opens files by the end of their names, and the package that has it.
  private static let tools: [(ending: String, words: [String], package: String)] = [
    (".gz", ["gzip", "-dc"], "gzip"), (".xz", ["xz", "-dcq"], "xz-utils"),
    (".zst", ["zstd", "-dcq"], "zstd"), (".bz2", ["bzip2", "-dc"], "bzip2"),
    (".lz4", ["lz4", "-dcq"], "lz4"),
  ]

  /// The package that has a program of these.
  static func package(of program: String) -> String {
    tools.first { $0.words[0] == program }?.package ?? program
  }

  /// What a file is.
  private static func file(_ path: String) throws(CommandError) -> LogInput {
    let opened: InputFile
    let isFolder: Bool
    do throws(Errno) {
      isFolder = try File.kind(of: path) == .directory
      opened = try InputFile(path: path)
    } catch {
      throw CommandError("cannot read \(path): \(error.words) (\(error.name))")
    }
    guard !isFolder else {
      throw CommandError("\(path) is a folder: name the files in it, such as '\(path)/*.log*'")
    }
    guard let size = opened.sizeBytes else {
      return LogInput(name: path, path: path, kind: .stream)
    }
    if let tool = tools.first(where: { path.hasSuffix($0.ending) }) {
      return LogInput(
        name: path, path: path, kind: .compressed(words: tool.words, sizeBytes: size))
    }
    return LogInput(name: path, path: path, kind: .file(sizeBytes: size))
  }

  /// The inputs that the options name: patterns resolved, files in the order of time.
  static func all(_ options: LogsOptions) throws(CommandError) -> [LogInput] {
    if options.journal { return [journal(options)] }
    if options.inputs.isEmpty || options.inputs == ["-"] {
      return [LogInput(name: "standard input", path: "", kind: .standardInput)]
    }
    var paths: [String] = []
    for input in options.inputs {
      guard input != "-" else {
        throw CommandError("'-' is standard input, and can only be read by itself")
      }
      paths += try expand(input)
    }
    // A rotated file was written last when the next one began.
    let written = paths.map { (path: $0, time: File.writtenMicroseconds($0)) }
      .sorted { $0.time != $1.time ? $0.time < $1.time : $0.path > $1.path }
    var inputs: [LogInput] = []
    for entry in written { inputs.append(try file(entry.path)) }
    return inputs
  }

  /// The paths of a pattern that the shell did not resolve; the path itself where it is none.
  private static func expand(_ input: String) throws(CommandError) -> [String] {
    guard input.contains(where: { "*?[".contains($0) }), File.writtenMicroseconds(input) == 0
    else { return [input] }
    let paths: [String]
    do throws(Errno) { paths = try File.paths(matching: input) } catch {
      throw CommandError("cannot look for \(input): \(error.words) (\(error.name))")
    }
    guard !paths.isEmpty else { throw CommandError("no file is named like '\(input)'") }
    return paths
  }

  /// The journal by journalctl, which decompresses and merges its files on a processor of its own
  /// and knows of all places that they are at; entries of Weir alone where no match is given.
  private static func journal(_ options: LogsOptions) -> LogInput {
    var words = ["journalctl", "-q", "--no-pager", "-o", "export", "--all"]
    if options.follows { words += ["-f", "-n", "all"] }
    // An entry is written after its connection was accepted, so that none is missed.
    if let since = options.aggregate.filter.since {
      words.append("--since=@\(max(0, since / 1_000_000))")
    }
    if options.inputs.isEmpty {
      let events = [ConnectionRecord.Event.start, .interim, .end, .error].map(\.name)
      words += (events + LogEventKind.table.map(\.name)).map { "WEIR_EVENT=\($0)" }
    } else {
      words += options.inputs
    }
    return LogInput(name: "the journal", path: "", kind: .program(words: words))
  }
}
