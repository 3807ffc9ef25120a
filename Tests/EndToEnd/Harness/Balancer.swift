import Foundation

/// The program under test, or HAProxy beside it on the same file.
enum Program: String, CustomStringConvertible {
  case weir
  case haproxy

  var description: String { rawValue }

  /// Where it is. `WEIR_BINARY` names another program to stand in for Weir.
  var path: String {
    get throws {
      switch self {
      case .haproxy: return try Tool.path("haproxy")
      case .weir:
        if let named = ProcessInfo.processInfo.environment["WEIR_BINARY"] { return named }
        let beside = Program.buildFolder + "/weir"
        guard access(beside, X_OK) == 0 else {
          throw HarnessError("the program is not built: \(beside). Run: swift build")
        }
        return beside
      }
    }
  }

  /// Where the optimised program is, for tests under load; the one beside the tests where it was
  /// not built (`make build`).
  static var optimised: String {
    get throws {
      let path = Fixture.project + "/.build/release/weir"
      return access(path, X_OK) == 0 ? path : try Program.weir.path
    }
  }

  /// Whether a sanitizer watches the program.
  static let isSanitized = ProcessInfo.processInfo.environment["WEIR_SANITIZER"] != nil

  /// Whether HAProxy stands in for Weir, to try the tests themselves.
  static let isStandIn =
    ProcessInfo.processInfo.environment["WEIR_BINARY"]?.hasSuffix("haproxy") ?? false

  /// The folder that holds the test bundle, and the program beside it.
  private static let buildFolder: String = {
    let words = CommandLine.arguments
    let bundle = words.first { $0.hasSuffix(".xctest") } ?? words[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().path
  }()
}

/// A running load balancer, with its configuration, its output and what it has open.
final class Balancer {
  let program: Program
  let process: ChildProcess
  let folder: TemporaryDirectory
  let configuration: String

  /// Starts the program in the foreground on a configuration, and returns once `ready` accepts.
  ///
  /// The configuration may name the folder of this run as `@DIR@`.
  init(
    _ program: Program = .weir, _ text: String, ready: [Address] = [],
    arguments: [String] = ["-db"],
    environment: [String: String] = [:], descriptors: [Int32: Int32] = [:],
    folder given: TemporaryDirectory? = nil
  ) throws {
    self.program = program
    folder = try given ?? TemporaryDirectory("weir-e2e")
    configuration = text.replacingOccurrences(of: "@DIR@", with: folder.path)
    let path = try folder.write(configuration + "\n", to: "\(program).cfg")
    process = try ChildProcess(
      program.path, arguments + ["-f", path], in: folder, environment: environment,
      descriptors: descriptors)
    for address in ready { try waitUntilListening(address) }
  }

  /// Waits until something listens at an address, without making a connection that would be logged.
  func waitUntilListening(_ address: Address) throws {
    try waitUntil("\(program) listens at \(address)\n\(transcript)") {
      if let status = process.exitStatus {
        throw HarnessError("\(program) ended with \(status)\n\(transcript)")
      }
      return Self.listens(address)
    }
  }

  /// Waits until every thread sleeps: each is done with all that came before.
  func waitUntilIdle() throws {
    try waitUntil("\(program) sleeps") {
      let tasks = "/proc/\(process.pid)/task"
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
      return threads.allSatisfy { readText("\(tasks)/\($0)/stat").contains(") S ") }
    }
  }

  /// Whether the kernel knows of a listening socket at an address.
  static func listens(_ address: Address) -> Bool {
    switch address {
    case .ipv4(let port), .ipv6(let port):
      let ending = ":" + String(format: "%04X", port)
      return (readText("/proc/net/tcp") + readText("/proc/net/tcp6")).split(separator: "\n")
        .contains { line in
          let words = line.split(separator: " ")
          return words.count > 3 && words[1].hasSuffix(ending) && words[3] == "0A"
        }
    case .unix(let path): return unixSocketListens(path)
    case .abstract(let name): return unixSocketListens("@" + name)
    }
  }

  private static func unixSocketListens(_ name: String) -> Bool {
    readText("/proc/net/unix").split(separator: "\n").contains { line in
      let words = line.split(separator: " ")
      // The fourth column has the flag of a listening socket; a path may carry zeros behind it.
      return words.count > 7 && words[3] == "00010000"
        && words[7].prefix { $0 != "\0" }.hasPrefix(name)
    }
  }

  /// Everything it said and was told, for a failing test to show.
  var transcript: String { "--- configuration:\n\(configuration)\n\(process.transcript)" }

  /// Stops it and waits for its end. What a sanitizer has found in it is an error, whenever it came.
  @discardableResult
  func stop(_ signal: Int32 = SIGTERM) throws -> ExitStatus {
    let status = try process.stop(signal)
    guard !process.errors.contains("Sanitizer:") else { throw HarnessError(transcript) }
    return status
  }

  /// How many descriptors it has open.
  var openDescriptors: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/fd").count) ?? 0
  }
}
