import Foundation

/// How a program ended.
enum ExitStatus: Equatable, CustomStringConvertible {
  case code(Int32)
  case signal(Int32)

  var description: String {
    switch self {
    case .code(let code): "exit code \(code)"
    case .signal(let number): "signal \(number)"
    }
  }
}

/// A program that a test started. It is killed, by its process id, when this object goes.
final class ChildProcess {
  let name: String
  let pid: pid_t
  private let folder: TemporaryDirectory
  private let stem: String
  private var ended: ExitStatus?

  /// Starts `program`; its output goes to files in `folder`, so that nothing it says can block it.
  ///
  /// As `user`, where one is named and the tests run as root. No descriptor of the tests is inherited
  /// but those in `descriptors` (number in the child → number here).
  init(
    _ program: String, _ arguments: [String] = [], in folder: TemporaryDirectory,
    environment: [String: String] = [:], user: String? = nil, input: String = "/dev/null",
    descriptors: [Int32: Int32] = [:]
  ) throws {
    var words = [program] + arguments
    if let user, getuid() == 0 {
      words =
        ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "--"] + words
    }
    name = (program as NSString).lastPathComponent
    self.folder = folder
    stem = folder.file("\(name)-\(UUID().uuidString.prefix(8))")

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    let creating = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 1, stem + ".out", creating, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, stem + ".err", creating, 0o644)
    for (there, here) in descriptors {
      posix_spawn_file_actions_adddup2(&actions, here, there)
    }
    Self.keepDescriptorsFromChildren()

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var all = sigset_t()
    sigfillset(&all)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    let settings = ProcessInfo.processInfo.environment
      .merging(["LC_ALL": "C.UTF-8", "TZ": "UTC"]) { _, new in new }
      .merging(environment) { _, new in new }
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] =
      settings.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in argv + envp { free(word) } }
    var child = pid_t()
    let code = posix_spawn(&child, words[0], &actions, &attributes, &argv, &envp)
    guard code == 0 else {
      throw HarnessError("cannot start \(words[0]): \(String(cString: strerror(code)))")
    }
    pid = child
  }

  deinit {
    guard exitStatus == nil else { return }
    kill(pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  /// Marks everything that the tests have open to be closed in programs they start.
  private static func keepDescriptorsFromChildren() {
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
  }

  /// What it wrote to its standard output so far.
  var output: String { readText(stem + ".out") }

  /// What it wrote to its standard error so far.
  var errors: String { readText(stem + ".err") }

  /// All it said, for a failing test to show.
  var transcript: String {
    "--- \(name) [\(pid)] standard output:\n\(output)--- standard error:\n\(errors)---"
  }

  /// How it ended, once it has.
  var exitStatus: ExitStatus? {
    if let ended { return ended }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    ended = status & 0x7f == 0 ? .code((status >> 8) & 0xff) : .signal(status & 0x7f)
    return ended
  }

  /// Sends it a signal; nothing where it has ended.
  func signal(_ number: Int32) {
    if exitStatus == nil { kill(pid, number) }
  }

  /// Waits until it has ended.
  @discardableResult
  func wait(within seconds: Double = 20) throws -> ExitStatus {
    try waitFor("the end of \(name)\n\(transcript)", within: seconds) { exitStatus }
  }

  /// Sends a signal and waits until it has ended.
  @discardableResult
  func stop(_ number: Int32 = SIGTERM, within seconds: Double = 20) throws -> ExitStatus {
    signal(number)
    return try wait(within: seconds)
  }

  /// The process that this one started first, as `nsenter` and `unshare` do; by its number out here.
  var firstChild: pid_t? {
    pid_t(readText("/proc/\(pid)/task/\(pid)/children").split(separator: " ").first ?? "")
  }
}

/// What a program that ran to its end left behind.
struct Finished: CustomStringConvertible {
  var status: ExitStatus
  var output: String
  var errors: String

  var description: String { "\(status)\n\(output)\n\(errors)" }
}

/// Runs a program to its end.
func run(
  _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
  user: String? = nil, input: String? = nil, within seconds: Double = 60
) throws -> Finished {
  let folder = try TemporaryDirectory("weir-run")
  let source = try input.map { try folder.write($0, to: "input") } ?? "/dev/null"
  let child = try ChildProcess(
    program, arguments, in: folder, environment: environment, user: user, input: source)
  let status = try child.wait(within: seconds)
  return Finished(status: status, output: child.output, errors: child.errors)
}

/// Where the programs are that the tests use.
enum Tool {
  /// The path of a program on `PATH` or in the folders of system programs.
  static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin", "/usr/bin"]
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// The path of a program that must be there.
  static func path(_ name: String) throws -> String {
    guard let path = find(name) else {
      throw HarnessError("\(name) is not installed; run: make deps")
    }
    return path
  }
}
