import Foundation
import Testing

extension RealPeers {
  /// `make run`, which a newcomer types first.
  @Suite("The demonstration")
  struct Demonstration {
    private func start(_ environment: [String: String], _ folder: TemporaryDirectory) throws
      -> ChildProcess
    {
      try ChildProcess(
        "/bin/bash", [Fixture.project + "/Scripts/run.sh", Program.weir.path], in: folder,
        environment: environment)
    }

    /// The folder that a run names, which must be gone afterwards.
    private func folderNamed(in output: String) -> String? {
      output.split(separator: " ").map { $0.prefix { $0 != "\u{1b}" && $0 != "\n" } }
        .first { $0.hasPrefix("/tmp/weir-run.") }.map(String.init)
    }

    @Test(
      "shows sessions and their records, a server that goes and comes, and leaves nothing behind")
    func once() throws {
      let folder = try TemporaryDirectory("weir-make-run")
      let run = try start(["RUN_ONCE": "1"], folder)
      #expect(try run.wait(within: 90) == .code(0), "\(run.transcript)")
      let records = run.output.split(separator: "\n").compactMap { line in
        TCPLogRecord(parsing: line.replacingOccurrences(of: "  record | ", with: ""))
      }
      #expect(records.count >= 12, "\(run.transcript)")
      #expect(Set(records.map(\.server)) == ["node1", "node2"], "\(run.transcript)")
      #expect(run.output.contains("node2 is DOWN") && run.output.contains("node2 is UP"))
      let place = try #require(folderNamed(in: run.output), "\(run.transcript)")
      #expect(access(place, F_OK) != 0, "\(place) is still there")
    }

    @Test("goes on until Ctrl-C, then removes everything")
    func interrupted() throws {
      let folder = try TemporaryDirectory("weir-make-run")
      let run = try start([:], folder)
      try waitUntil("it goes on\n\(run.transcript)", within: 90) {
        run.output.contains("Ctrl-C ends it")
      }
      // A terminal sends SIGINT to the whole group.
      kill(-run.pid, SIGINT)
      #expect(try run.wait() == .code(0), "\(run.transcript)")
      let place = try #require(folderNamed(in: run.output), "\(run.transcript)")
      #expect(access(place, F_OK) != 0, "\(place) is still there\n\(run.transcript)")
    }

    @Test("says what failed where it cannot start")
    func fails() throws {
      let folder = try TemporaryDirectory("weir-make-run")
      let wrong = try folder.write("nonsense\n", to: "wrong.cfg")
      let run = try start(["RUN_CONFIG": wrong], folder)
      #expect(try run.wait(within: 60) == .code(1))
      #expect(
        run.errors.contains("is not valid") && run.errors.contains("nonsense"), "\(run.transcript)")
    }
  }
}
