import Foundation
import Testing

extension RealPeers {
  /// What lines and sums say of themselves: all fields, shares, what waits.
  @Suite("Lines and sums", .enabled(if: !Program.isStandIn))
  struct LogSums {
    @Test("'format rfc5424 sd all' has every field where rsyslog's mmpstrucdata finds it")
    func allFields() throws {

      let rsyslog = try Rsyslogd(
        rules: """
          module(load="mmpstrucdata")
          template(name="tree" type="string" string="%$!%\\n")
          action(type="mmpstrucdata")
          action(type="omfile" file="@DIR@/out" template="tree")
          """)
      try LogSamples.send(
        "option tcplog", to: "127.0.0.1:\(rsyslog.port) len 8192 format rfc5424 sd all local0")
      let lines = try rsyslog.lines(of: "out", count: LogSamples.count)
      let elements = try lines.compactMap { line -> [String: String]? in
        let tree = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        let data = tree?["rfc5424-sd"] as? [String: Any]
        return data?.values.first as? [String: String]
      }
      let ends = elements.filter { $0["client_address"] != nil }
      #expect(ends.count == LogSamples.count, "\(lines)")
      #expect(Set(ends.compactMap { $0["client_address"] }) == ["127.0.0.1", "::1"], "\(lines)")
      #expect(ends.filter { $0["reason"] == "server_refused" }.count == 2)
      #expect(Set(ends.compactMap { $0["boot_id"] }).count == 1)
      #expect(Set(ends.compactMap { Int($0["sequence"] ?? "") }).count == LogSamples.count)
      #expect(ends.allSatisfy { $0.count > 20 && $0["truncated"] == nil }, "\(ends)")
    }

    @Test("Of 'sample 1:10' each tenth line comes, says so, and 'weir logs' names what is missing")
    func sampled() throws {
      let log = try SyslogReceiver()
      let front = try FreePort.next()
      let weir = try Balancer(
        .weir,
        StreamLogs.text(
          global: "log \(log.target) len 8192 format raw sample 1:10 local0", front: front
        ).replacingOccurrences(of: "log-format \"number=%rt.\"", with: "option tcplog ecs"),
        ready: [.ipv4(front)])
      try StreamLogs.connect(100, to: front)
      try waitUntil("ten lines") { log.lines.count == 10 }
      let lines = log.lines
      try weir.stop()
      let objects = try lines.compactMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
      #expect(objects.allSatisfy { $0["weir.sample_rate"] as? Double == 0.1 }, "\(lines)")
      let numbers = objects.compactMap { $0["event.sequence"] as? Int }
      #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 - $0 == 10 }, "\(numbers)")
      let verified = try run(
        Program.weir.path, ["logs", "--verify"], input: lines.joined(separator: "\n") + "\n")
      #expect(verified.status == .code(1))
      #expect(verified.output.contains("81 missing in 9 gaps, 0 twice"), "\(verified)")
    }

    @Test("The status for systemd counts what waits in a spool as queued")
    func status() throws {
      let folder = try TemporaryDirectory("weir-notify")
      let manager = try SyslogReceiver(path: folder.file("notify"))
      let front = try FreePort.next()
      let padding = String(repeating: "x", count: 900)
      let weir = try Balancer(
        .weir,
        StreamLogs.text(
          global: "log ring@r local0",
          sections: "ring r\n    size 1m\n    server s 127.0.0.1:1 log-proto relp\n"
            + "    spool \(folder.path) size 4m",
          front: front
        ).replacingOccurrences(of: "number=", with: "\(padding) number="),
        ready: [.ipv4(front)], environment: ["NOTIFY_SOCKET": folder.file("notify")])
      try StreamLogs.connect(600, to: front)
      try manager.line(containing: "log: 600 lines accepted, 0 delivered, 600 queued, 0 dropped")
      try weir.stop(SIGKILL)
    }
  }
}
