import Foundation

/// The scripts that start a real journald and a real systemd in namespaces of their own.
enum Fixture {
  /// Where a script is.
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
  }

  /// The root of the project.
  static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// Whether namespaces can be made here: that takes root.
  static let canIsolate = getuid() == 0 && Tool.find("unshare") != nil
}

/// A real systemd-journald that nobody else writes to. The network is the host's.
final class PrivateJournal {
  let folder: TemporaryDirectory
  private let keeper: ChildProcess
  private let inner: pid_t

  init() throws {
    folder = try TemporaryDirectory("weir-journal")
    keeper = try ChildProcess(
      "/bin/bash",
      [Fixture.path("sdjournal.sh"), "/bin/sh", "-c", "echo ready; exec tail -f /dev/null"],
      in: folder)
    let keeper = keeper
    try waitUntil("the journal is up\n\(keeper.transcript)", within: 30) {
      keeper.output.contains("ready")
    }
    inner = try waitFor("the first process of the namespace") { keeper.firstChild }
  }

  deinit { try? stop() }

  /// Ends it and everything in it: the namespace's first process takes all others with it.
  func stop() throws {
    guard keeper.exitStatus == nil else { return }
    kill(inner, SIGKILL)
    try keeper.wait()
  }

  /// The words that run a program beside the journal.
  private var entry: [String] { ["-t", "\(inner)", "-m", "-p", "--"] }

  /// Starts a program in there; its own process is the first child of the returned one.
  func start(_ program: String, _ arguments: [String]) throws -> ChildProcess {
    try ChildProcess("/usr/bin/nsenter", entry + [program] + arguments, in: folder)
  }

  /// Runs a program in there to its end.
  func run(_ program: String, _ arguments: [String]) throws -> Finished {
    try EndToEnd.run("/usr/bin/nsenter", entry + [program] + arguments)
  }

  /// Entries as `journalctl -o json` prints them, a dictionary each.
  func entries(_ matches: [String] = []) throws -> [[String: Any]] {
    _ = try run("/bin/journalctl", ["--sync"])
    let printed = try run(
      "/bin/journalctl", ["-q", "--no-pager", "-o", "json", "--all"] + matches)
    return try printed.output.split(separator: "\n").map { line in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      guard let entry = value as? [String: Any] else {
        throw HarnessError("not an object: \(line)")
      }
      return entry
    }
  }
}

/// A real systemd as the first process of namespaces of its own, with these units.
final class BootedSystemd {
  let folder: TemporaryDirectory
  private let script = Fixture.path("sdboot.sh")

  /// Boots it; the network is the host's. `prepare` fills `folder/state/shared`, which is `/shared` inside.
  init(units: [String: String], prepare: (_ shared: String) throws -> Void = { _ in }) throws {
    folder = try TemporaryDirectory("weir-systemd")
    let shared = folder.file("state/shared")
    try FileManager.default.createDirectory(atPath: shared, withIntermediateDirectories: true)
    try prepare(shared)
    let files = try units.map { name, text in try folder.write(text, to: name) }
    let up = try EndToEnd.run(
      "/bin/bash", [script, "up", folder.file("state")] + files, environment: ["SD_NET": "host"])
    guard up.status == .code(0) else { throw HarnessError("systemd does not boot: \(up)") }
  }

  deinit { _ = try? EndToEnd.run("/bin/bash", [script, "down", folder.file("state")]) }

  /// Runs a command in there.
  @discardableResult
  func run(_ words: String...) throws -> Finished {
    try EndToEnd.run("/bin/bash", [script, "in", folder.file("state")] + words)
  }

  /// A property of a unit.
  func property(_ name: String, of unit: String) throws -> String {
    try run("systemctl", "show", "-P", name, unit).output
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Waits until a property of a unit has a value.
  func wait(until name: String, of unit: String, is value: String, within seconds: Double = 20)
    throws
  {
    do {
      try waitUntil("\(name) of \(unit) is \(value)", within: seconds) {
        try property(name, of: unit) == value
      }
    } catch let error as HarnessError {
      let journal = try run("journalctl", "-q", "--no-pager", "-n", "40").output
      throw HarnessError("\(error), but \(try property(name, of: unit))\n\(journal)")
    }
  }
}
