import Foundation
import Testing

extension RealPeers {
  /// The files in `config/` are what people start from: each is taken as it stands.
  @Suite("The examples")
  struct Examples {
    static let files =
      ((try? FileManager.default.contentsOfDirectory(atPath: Fixture.project + "/config")) ?? [])
      .filter { $0.hasSuffix(".cfg") }.sorted()

    @Test("are valid", arguments: files)
    func valid(file: String) throws {
      // The example from HAProxy's world names its user and folder; these are there where it is.
      let needed = "/usr/share/haproxy"
      let made = access(needed, F_OK) != 0 && mkdir(needed, 0o755) == 0
      defer { if made { rmdir(needed) } }
      let answer = try run(Program.weir.path, ["-c", "-f", Fixture.project + "/config/" + file])
      #expect(answer.status == .code(0), "\(answer)")
    }

    @Test(
      "PostgreSQL's, as HAProxy's users have it, runs: chroot, user, group and daemon",
      .enabled(if: getuid() == 0))
    func postgresql() throws {
      let (first, second) = (try PostgresServer(), try PostgresServer())
      let log = try SyslogReceiver()
      let front = try FreePort.next()
      let folder = try TemporaryDirectory("weir-example")
      mkdir(folder.file("root"), 0o755)
      let text = readText(Fixture.project + "/config/postgresql.cfg")
        .replacingOccurrences(of: "log 127.0.0.1 local0", with: "log \(log.target) local0")
        .replacingOccurrences(of: "/usr/share/haproxy", with: folder.file("root"))
        .replacingOccurrences(of: "*:5000", with: "*:\(front)")
        .replacingOccurrences(of: "192.168.1.1:5432", with: "127.0.0.1:\(first.port)")
        .replacingOccurrences(of: "192.168.1.2:5432", with: "127.0.0.1:\(second.port)")
      let balancer = try Balancer(.weir, text, arguments: ["-p", folder.file("pid")])
      #expect(try balancer.process.wait() == .code(0), "\(balancer.transcript)")
      let pid = try #require(
        pid_t(folder.read("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
      defer { kill(pid, SIGKILL) }

      let status = readText("/proc/\(pid)/status")
      let user = try run("/usr/bin/id", ["-u", "haproxy"]).output.trimmingCharacters(in: .newlines)
      let group = try run("/usr/bin/id", ["-g", "haproxy"]).output.trimmingCharacters(in: .newlines)
      #expect(status.contains("Uid:\t\(user)\t\(user)\t\(user)\t\(user)"), "\(status)")
      #expect(status.contains("Gid:\t\(group)\t\(group)\t\(group)\t\(group)"), "\(status)")
      let root = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/root")
      #expect(root == folder.file("root"))

      var ports: Set<String> = []
      for _ in 0..<4 {
        let answer = try psql(front, "select inet_server_port()")
        #expect(answer.status == .code(0), "\(answer)")
        ports.insert(answer.output.trimmingCharacters(in: .newlines))
      }
      #expect(ports == ["\(first.port)", "\(second.port)"])
      let records = try log.records(4)
      #expect(records.allSatisfy { $0.termination == "--" && $0.backend == "psql_nodes" })
      kill(pid, SIGTERM)
      try waitUntil("it is gone") {
        kill(pid, 0) != 0 || readText("/proc/\(pid)/stat").contains(") Z ")
      }
    }

    @Test("a user or folder that is missing is named, with what to do", .enabled(if: getuid() == 0))
    func missing() throws {
      let text = readText(Fixture.project + "/config/postgresql.cfg")
      let folder = try TemporaryDirectory("weir-example")
      for (from, to) in [
        ("user haproxy", "user no_such_user"), ("group haproxy", "group no_such_group"),
      ] {
        let path = try folder.write(text.replacingOccurrences(of: from, with: to), to: "a.cfg")
        let answer = try run(Program.weir.path, ["-c", "-f", path])
        #expect(answer.status == .code(1), "\(answer)")
        #expect(answer.errors.contains(String(to.split(separator: " ")[1])), "\(answer)")
      }
      let front = try FreePort.next()
      let path = try folder.write(
        text.replacingOccurrences(of: "/usr/share/haproxy", with: "/no/such/folder")
          .replacingOccurrences(of: "*:5000", with: "127.0.0.1:\(front)"), to: "b.cfg")
      let answer = try run(Program.weir.path, ["-db", "-f", path])
      #expect(answer.status != .code(0))
      #expect(answer.errors.contains("/no/such/folder"), "\(answer)")
    }
  }
}
