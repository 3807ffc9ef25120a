import Foundation
import Testing

extension RealPeers {
  /// What is typed at a shell, and the answers.
  @Suite("The command line")
  struct CommandLineAnswers {
    static let good = """
      defaults
          mode tcp
          timeout connect 1s
          timeout client 1s
          timeout server 1s
      listen l
          bind 127.0.0.1:65001
          server s 127.0.0.1:1

      """

    private func weir(_ arguments: String..., environment: [String: String] = [:]) throws
      -> Finished
    {
      try run(Program.weir.path, arguments, environment: environment)
    }

    private func write(_ text: String) throws -> (TemporaryDirectory, String) {
      let folder = try TemporaryDirectory("weir-cli")
      return (folder, try folder.write(text, to: "a.cfg"))
    }

    @Test("-c says that a file is valid, with exit code 0")
    func valid() throws {
      let (folder, path) = try write(Self.good)
      let answer = try weir("-c", "-f", path)
      #expect(answer.status == .code(0), "\(answer)")
      #expect((answer.output + answer.errors).contains("Configuration file is valid"), "\(answer)")
      _ = folder
    }

    @Test("-c names every mistake of a file, with exit code 1")
    func invalid() throws {
      let (folder, path) = try write(
        Self.good
          + "frontend f\n    bnid 127.0.0.1:1\n    default_backend nowhere\n    timeout clientt 1s\n"
      )
      let answer = try weir("-c", "-f", path)
      #expect(answer.status == .code(1), "\(answer)")
      #expect(answer.errors.contains("[ALERT]"), "\(answer)")
      #expect(answer.errors.contains("[\(path):10]"), "\(answer)")
      #expect(answer.errors.contains("[\(path):12]"), "\(answer)")
      #expect(answer.errors.contains("bnid") && answer.errors.contains("bind"), "\(answer)")
      #expect(answer.errors.contains("nowhere") || Program.isStandIn, "\(answer)")
      if !Program.isStandIn {
        #expect(answer.errors.contains("^"), "a caret below the line\n\(answer)")
      }
      _ = folder
    }

    @Test("several -f are read in order, and a folder by names")
    func several() throws {
      let folder = try TemporaryDirectory("weir-cli")
      let parts = Self.good.components(separatedBy: "listen l")
      let first = try folder.write(parts[0], to: "10-defaults.cfg")
      let second = try folder.write("listen l" + parts[1], to: "20-listen.cfg")
      try folder.write("this is not for the balancer\n", to: "notes.txt")
      #expect(try weir("-c", "-f", first, "-f", second).status == .code(0))
      #expect(try weir("-c", "-f", folder.path).status == .code(0))
      #expect(try weir("-c", "-f", first, "--", second).status == .code(0))
    }

    @Test("-v and -vv tell what it is")
    func version() throws {
      let short = try weir("-v")
      let long = try weir("-vv")
      #expect(short.status == .code(0) && long.status == .code(0))
      if !Program.isStandIn {
        #expect(short.output.hasPrefix("Weir version "), "\(short)")
        #expect(long.output.hasPrefix("Weir version "), "\(long)")
        #expect(long.output.contains("3.5"), "the language level\n\(long)")
        #expect(long.output.contains("libsystemd"), "\(long)")
      }
    }

    @Test("-cc evaluates a condition")
    func condition() throws {
      #expect(try weir("-cc", "streq(a,a)").status == .code(0))
      #expect(try weir("-cc", "streq(a,b)").status == .code(1))
      #expect(try weir("-cc", "version_atleast(2.4)").status == .code(0))
      #expect(try weir("-cc", "defined(WEIR_X)", environment: ["WEIR_X": "1"]).status == .code(0))
      #expect(try weir("-cc", "defined(WEIR_Y)").status == .code(1))
    }

    @Test(
      "a wrong flag, a missing file: a word and exit code 1",
      arguments: [
        ["-Z"], ["-f"], ["-f", "/nonexistent/weir.cfg"], [],
      ])
    func wrong(arguments: [String]) throws {
      let answer = try run(Program.weir.path, arguments)
      #expect(answer.status == .code(1), "\(answer)")
      #expect(!(answer.errors + answer.output).isEmpty)
    }

    @Test("--help names every option", .enabled(if: !Program.isStandIn))
    func help() throws {
      let answer = try weir("--help")
      #expect(answer.status == .code(0), "\(answer)")
      for flag in [
        "-f", "-c", "-cc", "-D", "-db", "-d", "-q", "-V", "-v", "-vv", "-p", "-L", "-n", "-C", "-W",
        "-Ws", "-sf", "-st",
      ] {
        #expect(answer.output.contains("\(flag)"), "\(flag)")
      }
    }

    @Test("-n and the environment reach the file")
    func environment() throws {
      let (folder, path) = try write(
        Self.good.replacingOccurrences(of: "127.0.0.1:1", with: "\"${TARGET}\""))
      #expect(try weir("-c", "-f", path, environment: ["TARGET": "127.0.0.1:9"]).status == .code(0))
      #expect(
        try weir("-c", "-n", "100", "-f", path, environment: ["TARGET": "127.0.0.1:9"]).status
          == .code(0))
      #expect(
        try weir("-c", "-f", path, environment: ["TARGET": "not an address"]).status == .code(1))
      _ = folder
    }

    @Test("what cannot be read as a file is told as such", .enabled(if: !Program.isStandIn))
    func unreadable() throws {
      let folder = try TemporaryDirectory("weir-cli")
      let nul = folder.file("nul.cfg")
      try Data([0x67, 0x00, 0x0a]).write(to: URL(fileURLWithPath: nul))
      let long = try folder.write(
        "# " + String(repeating: "x", count: 1 << 20) + "\n", to: "long.cfg")
      mkfifo(folder.file("fifo.cfg"), 0o644)
      let wrong = folder.file("utf8.cfg")
      try Data(Array("description ".utf8) + [0xff, 0xfe, 0x0a]).write(
        to: URL(fileURLWithPath: wrong))
      for path in [nul, long, folder.file("fifo.cfg"), wrong] {
        let answer = try run(Program.weir.path, ["-c", "-f", path], within: 10)
        #expect(answer.status == .code(1), "\(path): \(answer.status)")
        #expect(answer.errors.contains("[ALERT]"), "\(path): \(answer.errors.prefix(300))")
      }
    }

    @Test("a hundred thousand lines are read in about a second", .enabled(if: !Program.isStandIn))
    func large() throws {
      var text = Self.good
      for number in 0..<25_000 {
        text +=
          "backend b\(number)\n    balance roundrobin\n    server a 127.0.0.1:1\n    server b 127.0.0.1:2\n"
      }
      let (folder, path) = try write(text)
      let took = try seconds {
        let answer = try run(Program.weir.path, ["-c", "-q", "-f", path])
        #expect(answer.status == .code(0), "\(answer.errors.prefix(500))")
      }
      // The bound is for an optimised build; the tests run one that is not.
      #expect(took < 30)
      _ = folder
    }
  }
}
