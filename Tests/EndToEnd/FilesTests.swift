import Foundation
import Testing

extension RealPeers {
  /// The files a configuration is read from, whatever they are.
  @Suite("Files of the configuration")
  struct Files {
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
