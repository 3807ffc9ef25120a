import Foundation
import Testing

extension RealPeers {
  /// `weir logs` and `weir explain` on what the program itself has logged.
  @Suite("weir logs and weir explain", .enabled(if: !Program.isStandIn))
  struct LogsCommand {
    private func weir(
      _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) throws -> Finished {
      try run(Program.weir.path, arguments, environment: environment, input: input, within: 30)
    }

    /// The object that `--json` gives.
    private func report(_ arguments: [String], input: String? = nil) throws -> [String: Any] {
      let finished = try weir(["logs", "--json"] + arguments, input: input)
      #expect(finished.status == .code(0), "\(finished)")
      let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
      return try #require(object as? [String: Any], "\(finished)")
    }

    private func states(_ report: [String: Any]) -> [String: Int] {
      let states = report["states"] as? [[String: Any]] ?? []
      return Dictionary(
        uniqueKeysWithValues: states.compactMap { state in
          guard let letters = state["state"] as? String, let count = state["count"] as? Int
          else { return nil }
          return (letters, count)
        })
    }

    private func names(_ report: [String: Any], _ table: String) -> [String] {
      let top = (report[table] as? [String: Any])?["top"] as? [[String: Any]]
      return (top ?? []).compactMap { $0["name"] as? String }.sorted()
    }

    @Test(
      "counts what the program logged, in each of its formats",
      arguments: ["", " clf", " otel", " ecs", " cee", " logfmt", " csv"])
    func formats(_ name: String) throws {
      let samples = try LogSamples("option tcplog\(name)", log: "len 8192 local0")
      let text = samples.lines.joined(separator: "\n") + "\n"
      let report = try report(["-"], input: text)
      // One of the six was told of before its end, and is none that ended.
      #expect(report["ended"] as? Int == 5, "\(text)\n\(report)")
      #expect(report["unfinished"] as? Int == 1)
      #expect(report["unparsed"] as? Int == 0)
      #expect(states(report) == ["--": 3, "SC": 2])
      #expect(names(report, "servers") == ["be/s", "empty/away"], "\(text)")
      #expect(names(report, "clients") == ["127.0.0.1", "::1"])
      #expect(names(report, "frontends") == ["fe", "none", "six"])
      let total = report["total_us"] as? [String: Any]
      #expect(total?["count"] as? Int == 5)
      let first = Double(report["first_accepted_us"] as? Int ?? 0) / 1e6
      #expect(abs(first - Date().timeIntervalSince1970) < 60)
    }

    @Test("tells people what happened, plainly where there is no terminal")
    func text() throws {
      let samples = try LogSamples()
      let folder = try TemporaryDirectory("weir-logs")
      let log = try folder.write(
        (samples.lines + ["what is this"]).joined(separator: "\n") + "\n", to: "weir.log")
      let finished = try weir(["logs", "--show-unparsed", log])
      #expect(finished.status == .code(0))
      for part in [
        "5 ended", "server_refused", "40.0 %", "be/s", "Connections a second", "p99", "█",
        "\(log):7: what is this", "1 line not understood",
      ] { #expect(finished.output.contains(part), "\(part)\n\(finished)") }
      #expect(!finished.output.contains("\u{1B}") && finished.errors.isEmpty)
      let coloured = try weir(["logs", "--color", "always", log])
      #expect(coloured.output.contains("\u{1B}[31m"))
      let plain = try weir(["logs", log], environment: ["LC_ALL": "C"])
      #expect(plain.output.utf8.allSatisfy { $0 < 128 })
    }

    @Test("reads rotated and compressed files, each line once, whatever the file's size")
    func compressed() throws {
      let samples = try LogSamples()
      let folder = try TemporaryDirectory("weir-logs")
      // Larger than a part that is read at once, so that lines lie across the parts' ends.
      let text = String(
        repeating: samples.lines.joined(separator: "\n") + "\n", count: 3000)
      try folder.write(text, to: "weir.log")
      for (tool, ending) in [("gzip", "gz"), ("xz", "xz"), ("zstd", "zst")] {
        let path = try folder.write(text, to: "weir.log.\(ending)-raw")
        let packed = try run(
          "/bin/sh",
          ["-c", "\(Tool.path(tool)) -q -c < \(path) > \(folder.path)/weir.log.\(ending)"])
        #expect(packed.status == .code(0), "\(packed)")
        unlink(path)
      }
      let report = try report([folder.path + "/weir.log*"])
      #expect((report["sources"] as? [String])?.count == 4)
      #expect(report["ended"] as? Int == 4 * 3000 * 5)
      #expect(report["lines"] as? Int == 4 * 3000 * 6)
      #expect(report["unparsed"] as? Int == 0)

      let path = ["PATH": "/nonexistent"]
      let missing = try weir(["logs", folder.file("weir.log.xz")], environment: path)
      #expect(missing.status == .code(2))
      #expect(missing.errors.contains("xz is not installed; Debian has it in the package xz-utils"))
    }

    @Test("--verify tells which records are missing or came twice, and whether it can tell")
    func verify() throws {
      let samples = try LogSamples("option tcplog otel", log: "len 8192 local0")
      let lines = samples.lines
      let whole = try weir(["logs", "--verify"], input: lines.joined(separator: "\n"))
      #expect(whole.status == .code(0), "\(whole)")
      #expect(whole.output.contains("none missing, none twice"))
      let damaged = try weir(
        ["logs", "--verify"], input: ([lines[0]] + lines[2...] + [lines[4]]).joined(separator: "\n")
      )
      #expect(damaged.status == .code(1), "\(damaged)")
      #expect(damaged.output.contains("1 missing in 1 gap, 1 twice"))
      let text = try weir(["logs", "--verify"], input: LogSamples().lines.joined(separator: "\n"))
      #expect(text.status == .code(3))
      #expect(text.output.contains("bear no numbers"))
    }

    @Test("filters, and refuses what makes no sense with a word on what would")
    func options() throws {
      let text = try LogSamples().lines.joined(separator: "\n")
      for (arguments, ended) in [
        (["--server", "s"], 3), (["--server", "be/s"], 3), (["--backend", "empty"], 2),
        (["--client", "::/64"], 1), (["--reason", "server_refused"], 2), (["--state", "!--"], 2),
        (["--state", "--"], 3), (["--since", "-1h"], 5), (["--until", "-1h"], 0),
        (["--frontend", "fe,six"], 3),
      ] {
        #expect(try report(arguments, input: text)["ended"] as? Int == ended, "\(arguments)")
      }
      for (arguments, word) in [
        (["--since", "soon"], "'soon' is no time"), (["--reason", "x"], "server_timeout"),
        (["--state", "abc"], "two letters"), (["--client", "x"], "address"),
        (["--top", "0"], "1 to 1000"), (["/nonexistent"], "No such file or directory (ENOENT)"),
        (["/tmp"], "is a folder"), (["/nonexistent/*"], "no file is named like"),
        (["--nothing"], "Usage: weir logs"),
      ] {
        let finished = try weir(["logs"] + arguments)
        #expect(finished.status == .code(2), "\(arguments) \(finished)")
        #expect(finished.errors.contains(word), "\(arguments) \(finished)")
      }
      let help = try weir(["logs", "--help"])
      #expect(help.status == .code(0) && help.output.contains("--verify"))
      #expect(try weir(["--help"]).output.contains("weir logs"))
    }

    @Test("a configuration file named as a command is still read with -f")
    func fileNamedLogs() throws {
      let folder = try TemporaryDirectory("weir-logs")
      try folder.write("nonsense\n", to: "logs")
      for arguments in [["-f", "logs"], ["--", "logs"]] {
        let finished = try weir(["-c", "-C", folder.path] + arguments)
        #expect(finished.status == .code(1) && finished.errors.contains("[logs:1]"), "\(finished)")
      }
    }

    @Test("explain knows states, reasons, lines and what it does not know")
    func explain() throws {
      let state = try weir(["explain", "sQ"])
      #expect(state.status == .code(0) && state.output.contains("queue_timeout"), "\(state)")
      #expect(state.output.contains("maxconn"))
      #expect(try weir(["explain", "--"]).output.contains("normal"))
      let samples = try LogSamples()
      let line = try #require(samples.records.first { $0.termination == "SC" }).line
      for finished in [
        try weir(["explain", line]), try weir(["explain"], input: line + "\n"),
        try weir(["explain"] + line.split(separator: " ").map(String.init)),
      ] {
        #expect(finished.status == .code(0), "\(finished)")
        for part in ["server_refused", "127.0.0.1:", "frontend none", "never reached", "Where to"] {
          #expect(finished.output.contains(part), "\(part)\n\(finished)")
        }
      }
      let unknown = try weir(["explain", "Zz"])
      #expect(unknown.status == .code(1))
      #expect(unknown.errors.contains("no termination state") && unknown.errors.contains("sQ"))
      #expect(try weir(["explain", "--list"]).output.contains("server_timeout"))
    }

    @Test(
      "--journal reads the entries of Weir, and none is missing", .enabled(if: Fixture.canIsolate))
    func journal() throws {
      let journal = try PrivateJournal()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let path = try journal.folder.write(
        """
        global
            log journald local0
        defaults
            log global
            mode tcp
            option tcplog
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        frontend fe
            bind 127.0.0.1:\(front)
            default_backend be
        backend be
            server s 127.0.0.1:\(server.port)

        """, to: "weir.cfg")
      let weir = try journal.start(Program.weir.path, ["-db", "-f", path])
      try waitUntil("it listens\n\(weir.transcript)") { Balancer.listens(.ipv4(front)) }
      for _ in 0..<4 { _ = try whoServes(front) }
      try waitUntil("four entries\n\(weir.transcript)") {
        try journal.entries(["WEIR_EVENT=connection.end"]).count == 4
      }
      let read = try journal.run(Program.weir.path, ["logs", "--journal", "--json"])
      let object = try JSONSerialization.jsonObject(with: Data(read.output.utf8))
      let report = try #require(object as? [String: Any], "\(read)")
      #expect(report["ended"] as? Int == 4 && states(report) == ["--": 4], "\(read)")
      #expect(names(report, "servers") == ["be/s"])
      let verified = try journal.run(Program.weir.path, ["logs", "--journal", "--verify"])
      #expect(verified.status == .code(0), "\(verified)")
      let export = try journal.run(
        "/bin/journalctl", ["-q", "-o", "export", "WEIR_EVENT=connection.end"])
      #expect(try self.report(["-"], input: export.output)["ended"] as? Int == 4)
      if let inner = weir.firstChild { kill(inner, SIGTERM) }
      try weir.wait()
      try journal.stop()
    }
  }
}
