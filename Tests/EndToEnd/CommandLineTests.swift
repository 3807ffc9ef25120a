import Foundation
import Testing

extension RealPeers {
  /// The command line, as those type it who know HAProxy's.
  @Suite("Command line", .enabled(if: !Program.isStandIn))
  struct CommandLine {
    private static let valid = """
      defaults
          mode tcp
          timeout connect 5s
          timeout client 50s
          timeout server 50s
      frontend psql
          bind 127.0.0.1:5999
          default_backend psql_nodes
      backend psql_nodes
          server node1 127.0.0.1:5432 check

      """

    private func weir(
      _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Finished {
      try run(Program.weir.path, arguments, environment: environment, within: 20)
    }

    @Test("-v and -vv tell the version and what the program can do")
    func version() throws {
      let short = try weir("-v")
      #expect(short.status == .code(0))
      #expect(short.output.hasPrefix("Weir version 0."))
      let long = try weir("-vv")
      #expect(long.status == .code(0))
      #expect(long.output.hasPrefix("Weir version 0."))
      for part in [
        "COMPILER = Swift", "+EPOLL", "libssl", "libsystemd", "HAProxy 3.5", "leastconn", "rfc5424",
      ] {
        #expect(long.output.contains(part), "\(part)")
      }
    }

    @Test("--help names every switch of HAProxy")
    func help() throws {
      let help = try weir("--help")
      #expect(help.status == .code(0))
      for name in [
        "-f", "-c", "-cc", "-D", "-db", "-d", "-q", "-V", "-v", "-vv", "-p", "-L", "-n", "-N", "-C",
        "-W", "-Ws", "-sf", "-st", "-x", "-S", "-m", "-dD", "-dW", "-dr", "-dS", "-dR", "-dG",
        "-dL",
        "-dM", "-dK", "-dV", "-de", "-dp",
      ] {
        #expect(
          help.output.split(whereSeparator: { " ,\n.".contains($0) }).contains { $0 == name },
          "\(name)")
      }
    }

    @Test(
      "A wrong command line is told with the usage, and ends with 1",
      arguments: [
        ["-zz"], [], ["-c"], ["-f"], ["-n", "x", "-f", "a"], ["-n", "-1", "-f", "a"],
        ["-sf", "x", "-f", "a"], ["--nothing"], ["file.cfg"],
      ])
    func mistakes(_ arguments: [String]) throws {
      let finished = try run(Program.weir.path, arguments, within: 20)
      #expect(finished.status == .code(1))
      #expect(finished.errors.contains("Usage: weir -f"), "\(finished)")
      #expect(finished.output.isEmpty)
    }

    @Test(
      "-cc evaluates a condition",
      arguments: [
        ("version_atleast(3.5) && !feature(OPENSSL)", 0), ("0", 1), ("-1", 0), ("foo", 2),
        ("streq(\"$WEIR_TEST\",yes)", 0), ("defined(HAPROXY_TCP_LOG_FMT)", 0),
        ("defined(HAPROXY_MWORKER)", 1),
      ])
    func conditions(_ condition: String, _ code: Int32) throws {
      let finished = try weir("-cc", condition, environment: ["WEIR_TEST": "yes"])
      #expect(finished.status == .code(code), "\(finished)")
    }

    @Test("-c checks files and folders in order, and tells every mistake in one run")
    func check() throws {
      let folder = try TemporaryDirectory("weir-check")
      try folder.write(Self.valid, to: "valid.cfg")
      let valid = try weir("-c", "-f", folder.file("valid.cfg"))
      #expect(valid.status == .code(0), "\(valid)")
      #expect(valid.output.contains("Configuration file is valid"))
      let quiet = try weir("-c", "-q", "-f", folder.file("valid.cfg"))
      #expect(quiet.status == .code(0))
      #expect(quiet.output.isEmpty && quiet.errors.isEmpty)

      try folder.write("global\n    maxcon 10\n    node \"x\n", to: "one.cfg")
      try folder.write("backend b\n    blance leastconn\n", to: "two.cfg")
      let wrong = try weir("-c", "-dMx", "-C", folder.path, "--", "one.cfg", "two.cfg")
      #expect(wrong.status == .code(1))
      for part in [
        "parsing [one.cfg:2] : unknown keyword 'maxcon' in 'global' section; did you mean 'maxconn'"
          + " maybe ?\n      maxcon 10\n      ^~~~~~\n",
        "parsing [one.cfg:3] : unmatched quote at position 10.",
        "parsing [two.cfg:2] : unknown keyword 'blance' in 'backend' section; did you mean"
          + " 'balance' maybe ?",
        "config : Error(s) found in configuration file : one.cfg",
        "config : Error(s) found in configuration file : two.cfg",
        "config : Fatal errors found in configuration.",
      ] {
        #expect(wrong.errors.contains(part), "\(part)\n\(wrong)")
      }
    }

    @Test("Warnings are told, and refused with -dW")
    func warnings() throws {
      let folder = try TemporaryDirectory("weir-check")
      let path = try folder.write(
        Self.valid.replacingOccurrences(of: "    timeout client 50s\n", with: ""), to: "w.cfg")
      let finished = try weir("-c", "-f", path)
      #expect(finished.status == .code(0), "\(finished)")
      #expect(finished.errors.contains("[WARNING]"))
      #expect(finished.output == "Warnings were found.\nConfiguration file is valid\n")
      let refused = try weir("-c", "-dW", "-f", path)
      #expect(refused.status == .code(1))
      #expect(
        refused.errors.contains("Some warnings were found and 'zero-warning' is set. Aborting."))
    }
  }
}
