import ConfigSyntax
import Configuration
import Foundation
import Testing

@Suite(
  "Beside Debian's HAProxy",
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/haproxy")))
struct HAProxyComparisonTests {
  /// A file that both judge.
  struct Case: CustomStringConvertible, Sendable {
    let name: String
    /// Whether every message is to be the same, not only the verdict.
    let comparesWords: Bool
    let text: String
    var description: String { name }
  }

  @Test("Weir takes what HAProxy takes, and says what it says", arguments: cases)
  func verdict(_ one: Case) throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "weir-\(UUID().uuidString).cfg")
    try Data(one.text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let theirs = try run(file)
    let (snapshot, diagnostics) = ConfigurationLoader.load(
      [ConfigSource(name: file.path, bytes: Array(one.text.utf8))])
    #expect(
      (snapshot != nil) == theirs.isValid,
      "\(theirs.messages)\n\(diagnostics.rendered(processIdentifier: 1))")
    guard one.comparesWords else { return }
    let ours = Set(
      diagnostics.entries.filter { $0.level >= .warning }.map {
        "\($0.level.word) \(normal($0.message))"
      })
    #expect(theirs.messages.subtracting(ours) == [], "what HAProxy alone says")
    #expect(ours.subtracting(theirs.messages) == [], "what Weir alone says")
  }

  static let cases: [Case] = {
    let file = projectFolder.appending(path: "Tests/Corpora/config-haproxy.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.components(separatedBy: "\n=== ").dropFirst().map { part in
      let lines = part.split(separator: "\n", maxSplits: 1)
      let head = lines[0].split(separator: " ", maxSplits: 1)
      return Case(
        name: String(head[1]), comparesWords: head[0] == "same",
        text: lines[1].trimmingCharacters(in: .newlines) + "\n")
    }
  }()

  /// What `haproxy -c` says of a file: its warnings and alerts, without their places.
  private func run(_ file: URL) throws -> (isValid: Bool, messages: Set<String>) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/sbin/haproxy")
    process.arguments = ["-c", "-f", file.path]
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    var messages: Set<String> = []
    for line in output.split(separator: "\n") {
      guard line.hasPrefix("[ALERT]") || line.hasPrefix("[WARNING]"),
        let start = line.range(of: ") : config : ")
      else { continue }
      let level = line.hasPrefix("[ALERT]") ? "ALERT" : "WARNING"
      var message = String(line[start.upperBound...])
      for place in [#/^\[[^\]]*:\d+\] ?: /#, #/^[Pp]arsing \[[^\]]*:\d+\] ?: /#] {
        message.replace(place, with: "", maxReplacements: 1)
      }
      message.replace(#/^[Pp]arsing \[[^\]]*:\d+\] ?: /#, with: "", maxReplacements: 1)
      if message.hasPrefix("Error(s) found") || message.hasPrefix("Fatal errors found") { continue }
      if message.hasPrefix("Failed to initialize server") { continue }
      messages.insert("\(level) \(normal(message))")
    }
    // HAProxy leaves with 2 where a file is valid and has nothing to listen on.
    return (process.terminationStatus != 1, messages)
  }

  /// HAProxy ends some sentences with two dots, or with none.
  private func normal(_ message: String) -> String {
    message.trimmingCharacters(in: CharacterSet(charactersIn: ". \n"))
  }
}
