import Foundation

/// A PostgreSQL server of a test's own: on loopback and a free port, its data in a temporary
/// folder, gone with the object.
final class PostgresServer {
  let port: UInt16
  private let folder: URL
  private static let programs: URL? = {
    let versions =
      (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    return versions.sorted().last.map { URL(fileURLWithPath: "/usr/lib/postgresql/\($0)/bin") }
      .flatMap {
        FileManager.default.isExecutableFile(atPath: $0.path + "/initdb") && getuid() == 0
          ? $0 : nil
      }
  }()

  static var isAvailable: Bool { programs != nil }

  /// Starts a server whose pg_hba.conf has this method for all (`trust`, `scram-sha-256` …).
  init(port: UInt16, method: String) throws {
    self.port = port
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("weir-postgres-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Self.run("/bin/chown", ["postgres", folder.path])
    try program("initdb", ["-D", data, "-A", "trust", "-N", "-E", "UTF8", "--locale=C"])
    try "host all all 127.0.0.1/32 \(method)\n"
      .write(toFile: data + "/pg_hba.conf", atomically: true, encoding: .utf8)
    try program(
      "pg_ctl",
      [
        "-D", data, "-l", log, "-w", "-o",
        "-p \(port) -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off",
        "start",
      ])
  }

  deinit {
    try? program("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"])
    try? FileManager.default.removeItem(at: folder)
  }

  private var data: String { folder.path + "/data" }
  private var log: String { folder.path + "/log" }

  /// The lines that the server has logged since it was ready.
  func complaints() throws -> [String] {
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    let start = lines.lastIndex { $0.contains("ready to accept connections") }
    return lines.suffix(from: start.map { $0 + 1 } ?? 0).map(String.init)
      .filter { !$0.contains("checkpoint") }
  }

  private func program(_ name: String, _ arguments: [String]) throws {
    guard let programs = Self.programs else { return }
    try Self.run("/sbin/runuser", ["-u", "postgres", "--", programs.path + "/" + name] + arguments)
  }

  /// Runs a program by the shell; Foundation's Process would wait for the server that is started
  /// as well.
  private static func run(_ path: String, _ arguments: [String]) throws {
    let words = ([path] + arguments).map { "'\($0)'" }
    let command = "cd /tmp && " + words.joined(separator: " ") + " </dev/null >/dev/null 2>&1"
    if system(command) != 0 { throw Failure(command: command) }
  }

  struct Failure: Error { let command: String }
}
