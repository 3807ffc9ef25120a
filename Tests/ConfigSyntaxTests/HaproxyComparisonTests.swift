import ConfigSyntax
import Foundation
import Testing

private let haproxy = "/usr/sbin/haproxy"

/// Debian's HAProxy is asked to read the same lines: its `.notice` tells what a word became.
@Suite("Compared with HAProxy", .enabled(if: FileManager.default.isExecutableFile(atPath: haproxy)))
struct HaproxyComparisonTests {
  static let seed: UInt64 = 7
  static let environment = ["A": "xy", "B": "", "PATH": "/bin"]

  /// Runs HAProxy over a file and gives what it says of each line: `'text'`, or `error`.
  private func ask(_ text: String) throws -> [Int: String] {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "weir-syntax-\(UUID().uuidString).cfg")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: haproxy)
    process.arguments = ["-c", "-f", file.path]
    process.environment = Self.environment
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    var answers: [Int: String] = [:]
    for line in output.split(separator: "\n") {
      guard let head = line.range(of: "\(file.lastPathComponent):"),
        let close = line[head.upperBound...].firstIndex(of: "]"),
        let number = Int(line[head.upperBound..<close]), answers[number] == nil
      else { continue }
      if line.hasPrefix("[NOTICE]"), let quote = line[close...].firstIndex(of: "'") {
        answers[number] = String(line[quote...].dropLast())
      } else {
        answers[number] = "error"
      }
    }
    return answers
  }

  /// HAProxy gives up a file after some errors: lines that are errors here are asked about in
  /// files of ten.
  private func compare(_ statements: [String]) throws {
    var good: [(statement: String, answer: String)] = []
    var bad: [String] = []
    for statement in statements {
      let diagnostics = read(statement + "\n", environment: Self.environment).diagnostics
      if let first = diagnostics.entries.first, first.level == .notice {
        good.append((statement, String(first.message.dropLast())))
      } else {
        bad.append(statement)
      }
    }
    let theirs = try ask("global\n" + good.map { $0.statement + "\n" }.joined())
    for (index, (statement, answer)) in good.enumerated() {
      #expect(theirs[index + 2] == answer, "seed \(Self.seed): \(statement)")
    }
    #expect(!bad.isEmpty)
    for start in stride(from: 0, to: min(bad.count, 300), by: 10) {
      let part = bad[start..<min(start + 10, bad.count)]
      let theirs = try ask("global\n" + part.map { $0 + "\n" }.joined())
      for (index, statement) in part.enumerated() {
        #expect(theirs[index + 2] == "error", "seed \(Self.seed): \(statement)")
      }
    }
  }

  @Test("Random quotes, escapes and variables become the same words")
  func randomWords() throws {
    var random = SeededGenerator(seed: Self.seed)
    let pieces = [
      "a", "b", "\"", "\"", "'", "'", "\\", "#", "$", "$A", "${A}", "${B}", "${N-d}", "${A-d}", "{",
      "}", "\\ ", "\\\"", "\\'", "\\\\", "\\#", "\\$", "\\t", "\\x41", "\\x4g", "\\q", "é", " ",
      "-",
      "[*]", "$1", "${", "%", "\t",
    ]
    var statements: [String] = []
    while statements.count < 2000 {
      var word = "w"
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        word += pieces.randomElement(using: &random) ?? ""
      }
      // A backslash at the end of a line joins lines here and is a plain character there.
      // A backslash before a tab protects it, as the manual says; HAProxy 2.6 does not do so.
      if word.hasSuffix("\\") || word.contains("\\\t") { continue }
      statements.append(".notice " + word)
    }
    try compare(statements)
  }

  @Test("Random conditions have the same value")
  func randomConditions() throws {
    var random = SeededGenerator(seed: Self.seed)
    let atoms = [
      "0", "1", "7", "!0", "! 1", "defined(A)", "defined(N)", "streq(a,a)", "streq(a,b)",
      "strneq(a,\"b\")", "(1)", "feature(EPOLL)", "feature(NOPE)", "streq(\"$A\",xy)",
      "version_atleast(2.4)", "version_before(2.0)", "foo", "streq(a)", "(1", "1)",
    ]
    func expression(_ depth: Int) -> String {
      let parts = (0...Int.random(in: 0...2, using: &random)).map { _ -> String in
        if depth < 2, Int.random(in: 0...3, using: &random) == 0 {
          return (Bool.random(using: &random) ? "!" : "") + "(" + expression(depth + 1) + ")"
        }
        // The mistakes come last and seldom, for most conditions should have a value.
        let limit = Int.random(in: 0...9, using: &random) == 0 ? atoms.count : atoms.count - 4
        return atoms[Int.random(in: 0..<limit, using: &random)]
      }
      return parts.dropFirst().reduce(parts[0]) { text, part in
        text + (Bool.random(using: &random) ? " && " : "||") + part
      }
    }
    // A condition that cannot be read ends HAProxy's reading of the file: one run each for those.
    var statements: [String] = []
    for _ in 0..<300 {
      let condition = expression(0)
      var reader = ConfigReader(sources: [], environment: Self.environment)
      if reader.evaluateCondition(condition) == nil {
        if statements.count % 10 == 0 {
          let answers = try ask("global\n.if \(condition)\n.endif\n")
          #expect(answers[2] == "error", "\(condition)")
        }
        continue
      }
      statements.append(condition)
    }
    let text =
      "global\n"
      + statements.map { ".if \($0)\n.notice t\n.else\n.notice f\n.endif\n" }.joined()
    let theirs = try ask(text)
    for (index, condition) in statements.enumerated() {
      var reader = ConfigReader(sources: [], environment: Self.environment)
      let value = reader.evaluateCondition(condition)
      let line = 2 + index * 5 + (value == true ? 1 : 3)
      #expect(theirs[line] == (value == true ? "'t'" : "'f'"), "\(condition)")
    }
  }
}
