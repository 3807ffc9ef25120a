import Foundation
import Testing

extension RealPeers {
  /// What a journal takes, and how much of it.
  @Suite(
    "The journal's limits",
    .enabled(if: Fixture.canIsolate && !Program.isStandIn && !Program.isSanitized))
  struct JournalLimits {
    private func text(_ front: UInt16, format: String = "short", log: String = "journald") -> String
    {
      """
      global
          log \(log) len 65535 local0
      defaults
          log global
          mode tcp
          retries 0
          timeout connect 2s
          timeout client 5s
          timeout server 5s
      frontend fe
          bind 127.0.0.1:\(front)
          log-format "\(format)"
          default_backend be
      backend be
          server s 127.0.0.1:1

      """
    }

    @Test("An entry that is larger than a datagram may be is in the journal whole")
    func large() throws {
      let journal = try PrivateJournal()
      let front = try FreePort.next()
      let padding = (0..<6000).map { "word\($0)" }.joined(separator: " ")
      let path = try journal.folder.write(text(front, format: padding + " end."), to: "weir.cfg")
      let weir = try journal.start(
        "/usr/bin/env",
        ["LD_PRELOAD=\(CompiledTool.narrow.get())", Program.weir.path, "-db", "-f", path])
      try waitUntil("it listens\n\(weir.transcript)") { Balancer.listens(.ipv4(front)) }
      try StreamLogs.connect(3, to: front)
      let found = try waitFor("three entries\n\(weir.transcript)") { () -> [[String: Any]]? in
        let found = try journal.entries(["WEIR_EVENT=connection.end"])
        return found.count == 3 ? found : nil
      }
      for entry in found {
        #expect(entry["MESSAGE"] as? String == padding + " end.")
        #expect(entry["WEIR_FRONTEND"] as? String == "fe")
        #expect(entry["WEIR_TRUNCATED"] == nil)
      }
    }

    /// What Weir says at its start, with these files in the journal's own /etc.
    private func start(_ files: [(text: String, path: String)], log: String) throws -> String {
      let journal = try PrivateJournal()
      for (index, file) in files.enumerated() {
        let copy = try journal.folder.write(file.text, to: "file\(index)")
        let done = try journal.run("/bin/cp", [copy, file.path])
        #expect(done.status == .code(0), "\(done)")
      }
      let front = try FreePort.next()
      let path = try journal.folder.write(text(front, log: log), to: "weir.cfg")
      let weir = try journal.start(Program.weir.path, ["-db", "-f", path])
      try waitUntil("it listens\n\(weir.transcript)") { Balancer.listens(.ipv4(front)) }
      return weir.errors
    }

    private static let standard = (
      text: "[Journal]\nStorage=volatile\n", path: "/etc/systemd/journald.conf.d/50-fixture.conf"
    )
    private static let shipped = (
      text: readText(Fixture.project + "/config/journald-weir.conf"),
      path: "/etc/systemd/journald.conf.d/50-weir.conf"
    )

    @Test(
      "journald's own limit is told at the start, and not where config/journald-weir.conf is there",
      arguments: ["journald", "/dev/log"])
    func journald(_ log: String) throws {
      let told = try start([Self.standard], log: log)
      #expect(told.contains("journald drops what exceeds 10000 messages in 30 s"), "\(told)")
      #expect(told.contains("config/journald-weir.conf"), "\(told)")
      let lifted = try start([Self.standard, Self.shipped], log: log)
      #expect(!lifted.contains("drops what exceeds"), "\(lifted)")
    }

    @Test("imuxsock's limit is told, and not where config/rsyslog-limits.conf stands in its place")
    func rsyslog() throws {
      let place = "/etc/rsyslog.d/00-limits.conf"
      let main = (text: "include(file=\"/etc/rsyslog.d/*.conf\")\n", path: "/etc/rsyslog.conf")
      let limit = "module(load=\"imuxsock\" SysSock.RateLimit.Interval=\"5\")\n"
      let told = try start([main, Self.shipped, (text: limit, path: place)], log: "/dev/log")
      #expect(told.contains("rsyslog's imuxsock drops what exceeds 200 messages in 5 s"), "\(told)")
      let lifted = readText(Fixture.project + "/config/rsyslog-limits.conf")
      let quiet = try start([main, Self.shipped, (text: lifted, path: place)], log: "/dev/log")
      #expect(!quiet.contains("drops what exceeds"), "\(quiet)")
    }
  }
}
