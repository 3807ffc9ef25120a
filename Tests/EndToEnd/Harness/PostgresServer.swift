import Foundation

/// A throw-away PostgreSQL server of Debian's package: its own data folder, port and user.
final class PostgresServer {
  let port: UInt16
  let folder: TemporaryDirectory
  private var process: ChildProcess?

  /// The folder of PostgreSQL's server programs.
  static var programs: String {
    get throws {
      let root = "/usr/lib/postgresql"
      let versions = try FileManager.default.contentsOfDirectory(atPath: root)
        .compactMap { Int($0) }.sorted()
      guard let newest = versions.last else {
        throw HarnessError("PostgreSQL's server is not installed; run: make deps")
      }
      return "\(root)/\(newest)/bin"
    }
  }

  /// The user that owns the data: PostgreSQL refuses to run as root.
  private static let user = getuid() == 0 ? "postgres" : nil

  /// One initialised data folder, copied for each server: `initdb` takes seconds.
  private static let template = Result { () throws -> TemporaryDirectory in
    let folder = try TemporaryDirectory("weir-pg-template")
    atexit { PostgresServer.removeTemplate() }
    try own(folder.path)
    let data = folder.file("data")
    let made = try run(
      "\(programs)/initdb",
      ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C.UTF-8"], user: user)
    guard made.status == .code(0) else { throw HarnessError("initdb: \(made)") }
    let roles = try run(
      "\(programs)/postgres", ["--single", "-D", data, "postgres"], user: user,
      input: "create role haproxy_check login\n")
    guard roles.status == .code(0) else { throw HarnessError("postgres --single: \(roles)") }
    return folder
  }

  private static func removeTemplate() {
    if case .success(let folder) = template {
      try? FileManager.default.removeItem(atPath: folder.path)
    }
  }

  private static func own(_ path: String) throws {
    guard let user else { return }
    let done = try run("/bin/chown", [user, path])
    guard done.status == .code(0) else { throw HarnessError("chown: \(done)") }
  }

  /// Starts a server and waits until it answers.
  init() throws {
    let template = try Self.template.get()
    port = try FreePort.next()
    folder = try TemporaryDirectory("weir-pg")
    try Self.own(folder.path)
    let copied = try run("/bin/cp", ["-a", template.file("data"), folder.file("data")])
    guard copied.status == .code(0) else { throw HarnessError("cp: \(copied)") }
    try start()
  }

  deinit { process?.signal(SIGQUIT); _ = try? process?.wait() }

  /// Starts it (again) at its port, and waits until it answers.
  func start() throws {
    let started = try ChildProcess(
      "\(Self.programs)/postgres",
      [
        "-D", folder.file("data"), "-p", "\(port)", "-c", "listen_addresses=127.0.0.1",
        "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "log_connections=on",
        "-c", "shared_buffers=16MB",
      ], in: folder, user: Self.user)
    process = started
    try waitUntil("PostgreSQL answers at \(port)\n\(started.transcript)", within: 30) {
      try query("select 1").status == .code(0)
    }
  }

  /// Stops it: sessions are ended (`SIGINT`, the default), or it dies at once (`SIGQUIT`).
  func stop(_ signal: Int32 = SIGINT) throws {
    try process?.stop(signal)
    process = nil
  }

  /// What it logged.
  var log: String { process?.errors ?? "" }

  /// Runs one statement with psql, straight to this server.
  func query(_ statement: String) throws -> Finished { try psql(port, statement) }
}

/// Runs one statement with psql at a port of 127.0.0.1; unaligned, rows only.
func psql(
  _ port: UInt16, _ statement: String, user: String = "postgres", database: String = "postgres"
) throws -> Finished {
  try run(
    Tool.path("psql"),
    [
      "-X", "-A", "-t", "-h", "127.0.0.1", "-p", "\(port)", "-U", user, "-d", database,
      "-v", "ON_ERROR_STOP=1", "-c", statement,
    ], environment: ["PGCONNECT_TIMEOUT": "10", "PGSSLMODE": "disable", "PGGSSENCMODE": "disable"])
}
