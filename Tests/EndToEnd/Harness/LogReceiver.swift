import Foundation

/// Programs of Tests/Tools that a test run compiles once.
enum CompiledTool {
  private static let folder = try? TemporaryDirectory("weir-tools")

  /// Many short connections at a steady rate, and the server that answers them.
  static let storm = compile("storm", [])
  /// A receiver of log lines that keeps nothing to itself.
  static let drain = compile("drain", ["-lssl", "-lcrypto"])
  /// To be loaded ahead of a program, so that its UNIX datagrams have little room.
  static let narrow = compile("narrow", ["-shared", "-fPIC", "-ldl"])

  private static func compile(_ name: String, _ libraries: [String]) -> Result<String, HarnessError>
  {
    guard let folder, let compiler = Tool.find("cc") ?? Tool.find("clang") else {
      return .failure(HarnessError("no C compiler is installed; run: make deps"))
    }
    let source = Fixture.project + "/Tests/Tools/\(name).c"
    do {
      let built = try run(
        compiler, ["-O2", "-o", folder.file(name), source] + libraries)
      guard built.status == .code(0) else { throw HarnessError("\(name).c: \(built)") }
      return .success(folder.file(name))
    } catch {
      return .failure(HarnessError("\(error)"))
    }
  }
}

/// What came of a storm of connections.
struct StormReport {
  var made = 0
  var failed = 0
  /// The time of a connection from its call to its end that 99 of 100 are within, in milliseconds.
  var slowMilliseconds = 0.0

  init(_ line: String) throws {
    for word in line.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let parts = word.split(separator: "=")
      guard parts.count == 2, let value = Int(parts[1]) else { continue }
      switch parts[0] {
      case "made": made = value
      case "failed": failed = value
      case "p99_us": slowMilliseconds = Double(value) / 1000
      default: break
      }
    }
    guard made + failed > 0 else { throw HarnessError("storm said: \(line)") }
  }
}

/// A receiver of log lines in a process of its own, which may be killed, stopped and started again:
/// what arrived stands in its file.
final class LogReceiver {
  let road: String
  let place: String
  let file: String
  let folder: TemporaryDirectory
  /// The words before the program's own, that bring it into a namespace.
  private let entry: [String]
  private let options: [String]
  private(set) var process: ChildProcess

  init(
    _ road: String, at place: String, keepingIn file: String? = nil, entry: [String] = [],
    options: [String] = []
  ) throws {
    self.road = road
    self.place = place
    self.entry = entry
    self.options = options
    folder = try TemporaryDirectory("weir-drain")
    self.file = file ?? folder.file("lines")
    process = try Self.start(entry, [road, place, self.file] + options, folder)
  }

  private static func start(
    _ entry: [String], _ arguments: [String], _ folder: TemporaryDirectory
  ) throws -> ChildProcess {
    let words = entry + [try CompiledTool.drain.get()] + arguments
    let process = try ChildProcess(words[0], Array(words.dropFirst()), in: folder)
    try waitUntil("drain is ready\n\(process.transcript)") { process.output.contains("ready") }
    return process
  }

  /// Starts it once more at the same place, when it has ended; nothing wrong is done to it again.
  func startAgain() throws {
    process = try Self.start(
      entry, [road, place, file] + options.filter { $0.hasPrefix("pem=") }, folder)
  }

  /// How many lines have arrived, about.
  var count: Int { readText(file).utf8.reduce(0) { $0 + ($1 == 10 ? 1 : 0) } }

  /// The numbers of the records that arrived whole, in the order in which they came.
  var numbers: [Int] { Self.numbers(in: readText(file)) }

  /// The numbers in whole lines `… number=N.`.
  static func numbers(in text: String) -> [Int] {
    text.split(separator: "\n").compactMap { line in
      guard line.hasSuffix("."), let start = line.range(of: "number=") else { return nil }
      return Int(line[start.upperBound...].dropLast())
    }
  }
}

/// Two network namespaces with a cable between them: what is sent through it can be made to vanish.
final class Cable {
  /// The receiver's address.
  static let far = "192.0.2.2"
  private let folder: TemporaryDirectory
  private let ends: [ChildProcess]

  init() throws {
    let folder = try TemporaryDirectory("weir-cable")
    self.folder = folder
    ends = try (0..<2).map { _ in
      let end = try ChildProcess(
        "/usr/bin/unshare", ["-n", "/bin/sh", "-c", "echo ready; exec tail -f /dev/null"],
        in: folder)
      try waitUntil("a network namespace\n\(end.transcript)") { end.output.contains("ready") }
      return end
    }
    let ip = try Tool.path("ip")
    try inside(
      0,
      [ip, "link", "add", "near", "type", "veth", "peer", "name", "far", "netns"]
        + ["\(ends[1].pid)"])
    for (end, name, address) in [(0, "near", "192.0.2.1/30"), (1, "far", Self.far + "/30")] {
      try inside(end, [ip, "link", "set", "lo", "up"])
      try inside(end, [ip, "addr", "add", address, "dev", name])
      try inside(end, [ip, "link", "set", name, "up"])
    }
    let link = try inside(1, [ip, "-o", "link", "show", "far"]).split(separator: " ")
    guard let word = link.firstIndex(of: "link/ether"), word + 1 < link.count else {
      throw HarnessError("no hardware address in \(link)")
    }
    let hardware = String(link[word + 1])
    // Known for good: a hole that answers nothing is not told by the lack of an ARP answer.
    try inside(0, [ip, "neigh", "replace", Self.far, "lladdr", hardware, "dev", "near"])
  }

  deinit { for end in ends { _ = try? end.stop(SIGKILL) } }

  /// The words that run a program at the sender's end (0) or the receiver's (1).
  func entry(_ end: Int) -> [String] {
    ["/usr/bin/nsenter", "-t", "\(ends[end].pid)", "-n", "--"]
  }

  @discardableResult
  private func inside(_ end: Int, _ words: [String]) throws -> String {
    let all = entry(end) + words
    let finished = try run(all[0], Array(all.dropFirst()))
    guard finished.status == .code(0) else { throw HarnessError("\(words): \(finished)") }
    return finished.output
  }

  /// Lets everything that is sent vanish without a word, or arrive again.
  func setHole(_ isOpen: Bool) throws {
    let ip = try Tool.path("ip")
    try inside(1, [ip, "addr", isOpen ? "del" : "add", Self.far + "/30", "dev", "far"])
  }

  /// Whether a port is listened at, at the sender's end.
  func listens(_ port: UInt16) -> Bool {
    readText("/proc/\(ends[0].pid)/net/tcp").contains(
      String(format: ":%04X 00000000:0000 0A", port))
  }
}
