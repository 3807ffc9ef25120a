import Foundation
import Testing

extension RealPeers {
  /// logformats/readers: what others need to read the records, each run by its own program.
  @Suite("Readers of others", .enabled(if: !Program.isStandIn))
  struct Readers {
    private static let folder = Fixture.project + "/logformats/readers"

    /// The fields of a record by the names that all readers have.
    private static func fields(_ record: TCPLogRecord) -> [String: String] {
      [
        "client_ip": record.client, "client_port": "\(record.clientPort)",
        "frontend": record.frontend, "backend": record.backend, "server": record.server,
        "queue_ms": "\(record.queueTime)", "connect_ms": "\(record.connectTime)",
        "total_ms": "\(record.totalTime)", "bytes": "\(record.bytes)",
        "state": record.termination, "server_queue": "\(record.serverQueue)",
        "backend_queue": "\(record.backendQueue)",
        "retries": record.retries.replacingOccurrences(of: "+", with: ""),
      ]
    }

    /// Compares what a reader has found with the lines it was given, field by field.
    private func compare(_ found: [[String: Any]], _ samples: LogSamples, _ who: String) {
      #expect(samples.records.count == LogSamples.count, "\(samples.lines)")
      #expect(found.count == samples.records.count, "\(who): \(found)")
      func key(_ fields: [String: String]) -> String { fields["client_port"] ?? "" }
      let wanted = samples.records.map(Self.fields)
      for (expected, got) in zip(
        wanted.sorted { key($0) < key($1) },
        found.map { $0.mapValues { "\($0)" } }.sorted { key($0) < key($1) })
      {
        for (name, value) in expected where got[name] != nil || name == "client_ip" {
          #expect(got[name] == value, "\(who): \(name) of \(got)")
        }
        #expect(got.count >= 10, "\(who): \(got)")
      }
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
      try text.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
        try #require(
          JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
      }
    }

    @Test("lnav knows the fields of every line, and how bad each is")
    func lnav() throws {
      let samples = try LogSamples()
      let home = try TemporaryDirectory("weir-lnav")
      let environment = ["HOME": home.path, "TERM": "dumb"]
      let log = try home.write(samples.lines.joined(separator: "\n") + "\n", to: "weir.log")
      let lnav = try Tool.path("lnav")
      let format = Self.folder + "/lnav/weir_tcplog.json"
      let installed = try run(lnav, ["-i", format], environment: environment)
      #expect(installed.status == .code(0), "\(installed)")
      let checked = try run(lnav, ["-C"], environment: environment)
      #expect(checked.status == .code(0) && checked.errors.isEmpty, "\(checked)")
      let found = try run(
        lnav,
        ["-n", "-c", ";select * from weir_tcplog", "-c", ":write-json-to -", log],
        environment: environment)
      let rows = try #require(
        JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [[String: Any]], "\(found)")
      compare(rows, samples, "lnav")
      for row in rows {
        let state = row["state"] as? String
        #expect(row["log_level"] as? String == (state == "SC" ? "error" : "info"))
        let isPartial = row["frontend"] as? String == "soon"
        #expect((row["partial"] as? String == "+") == isPartial)
      }
    }

    @Test("The expression for Fluent Bit finds the fields in Oniguruma, the engine it has")
    func fluentBit() throws {
      let samples = try LogSamples()
      let text = readText(Self.folder + "/fluent-bit/weir.conf")
      let expression = try #require(
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
          .first { $0.hasPrefix("Regex ") })
      let found = try run(
        Tool.path("jq"),
        [
          "-cR", "--arg", "expression",
          expression.dropFirst(6).trimmingCharacters(in: .whitespaces), "capture($expression)",
        ], input: samples.lines.joined(separator: "\n") + "\n")
      #expect(found.status == .code(0), "\(found)")
      compare(try objects(found.output), samples, "Fluent Bit")
    }

    @Test("The grok pattern finds the fields")
    func grok() throws {
      let samples = try LogSamples()
      let folder = try TemporaryDirectory("weir-grok")
      let log = try folder.write(samples.lines.joined(separator: "\n") + "\n", to: "weir.log")
      let program = try folder.write(
        """
        program {
          load-patterns: "\(Self.folder)/grok/weir"
          exec "cat \(log)"
          match {
            pattern: "%{WEIR_TCPLOG}"
            shell: stdout
            reaction: "%{@JSON}"
          }
        }

        """, to: "grok.conf")
      let found = try run(Tool.path("grok"), ["-f", program])
      // It names a field PATTERN:NAME.
      let rows = try objects(found.output).map { row in
        Dictionary(
          row.compactMap { key, value in
            key.split(separator: ":").dropFirst().first.map { (String($0), value) }
          }, uniquingKeysWith: { first, _ in first })
      }
      compare(rows, samples, "grok \(found)")
    }

    /// A snippet of readers/rsyslog whose paths lie in a folder of the test.
    private func rules(_ name: String, _ ruleset: String, more: String = "") -> String {
      readText(Self.folder + "/rsyslog/\(name)")
        .replacingOccurrences(of: "/etc/rsyslog/", with: Self.folder + "/rsyslog/")
        .replacingOccurrences(of: "/var/log/", with: "@DIR@/") + "\n\(more)\ncall \(ruleset)\n"
    }

    @Test("rsyslog's mmnormalize takes lines apart, into a file and into PostgreSQL")
    func mmnormalize() throws {
      let postgres = try PostgresServer()
      let table = readText(Self.folder + "/rsyslog/weir.sql")
      #expect(try postgres.query(table).status == .code(0))
      let insert = """
        module(load="ompgsql")
        if $!weir!client_ip != "" then
          action(type="ompgsql" server="127.0.0.1" port="\(postgres.port)" db="postgres"
            user="postgres" pass="-" template="weir_pgsql")
        """
      // The snippet's own ruleset first, so that the insert sees the fields.
      let text = rules("weir-tcplog.conf", "weir_tcplog") + insert
      let rsyslog = try Rsyslogd(rules: text)
      let samples = try LogSamples()
      let sender = try SyslogSender(port: rsyslog.port)
      for line in samples.lines { try sender.send(line) }
      let lines = try rsyslog.lines(of: "weir.json", count: LogSamples.count)
      compare(try objects(lines.joined(separator: "\n")), samples, "mmnormalize")
      // What had not ended is no row.
      let ended = LogSamples.count - 1
      try waitUntil("\(ended) rows") {
        try postgres.query("select count(*) from weir_connections").output == "\(ended)\n"
      }
      let rows = try postgres.query(
        "select host(client_ip), client_port, frontend, backend, server, coalesce(queue_ms, -1), "
          + "coalesce(connect_ms, -1), total_ms, bytes, state from weir_connections order by 2")
      let expected = samples.records.filter { $0.frontend != "soon" }
        .sorted { $0.clientPort < $1.clientPort }
        .map {
          "\($0.client)|\($0.clientPort)|\($0.frontend)|\($0.backend)|\($0.server)|\($0.queueTime)|"
            + "\($0.connectTime)|\($0.totalTime)|\($0.bytes)|\($0.termination)"
        }
      #expect(rows.output.split(separator: "\n").map(String.init) == expected)
    }

    @Test("rsyslog's mmjsonparse reads option tcplog cee, numbers as numbers")
    func mmjsonparse() throws {
      let rsyslog = try Rsyslogd(rules: rules("weir-cee.conf", "weir_cee"))
      try LogSamples.send("option tcplog cee", to: "127.0.0.1:\(rsyslog.port) local0")
      let lines = try rsyslog.lines(of: "weir-cee.json", count: LogSamples.count)
      let rows = try objects(lines.joined(separator: "\n")).filter { $0["client_address"] != nil }
      #expect(rows.count == LogSamples.count)
      #expect(Set(rows.compactMap { $0["client_address"] as? String }) == ["127.0.0.1", "::1"])
      #expect(rows.filter { $0["termination"] as? String == "SC" }.count == 2)
      for row in rows {
        #expect(row["sequence"] is Int && row["bytes_out"] is Int && row["client_port"] is Int)
      }
    }

    @Test("rsyslog's mmpstrucdata reads the structured data of RFC 5424")
    func mmpstrucdata() throws {
      let rsyslog = try Rsyslogd(rules: rules("weir-sd.conf", "weir_sd"))
      try LogSamples.send(
        "option tcplog\n    log-format-sd @sd",
        to: "127.0.0.1:\(rsyslog.port) format rfc5424 local0")
      let lines = try rsyslog.lines(of: "weir-sd.json", count: LogSamples.count)
      let rows = try objects(lines.joined(separator: "\n")).filter { $0["client_address"] != nil }
      #expect(rows.count == LogSamples.count)
      #expect(Set(rows.compactMap { $0["client_address"] as? String }) == ["127.0.0.1", "::1"])
      #expect(rows.filter { $0["reason"] as? String == "server_refused" }.count == 2)
      #expect(rows.allSatisfy { Int($0["sequence"] as? String ?? "") != nil })
    }

    @Test("syslog-ng reads option tcplog cee over UDP")
    func syslogNG() throws {
      let root = Fixture.project + "/.build/debian/syslog-ng"
      let program = root + "/usr/sbin/syslog-ng"
      try #require(access(program, X_OK) == 0, "syslog-ng is not unpacked; run: make deps")
      let folder = try TemporaryDirectory("weir-syslog-ng")
      let port = try FreePort.next(SOCK_DGRAM)
      let file = try folder.write(
        """
        @version: 3.38
        @include "\(Self.folder)/syslog-ng/weir.conf"
        source s_net { network(transport("udp") ip("127.0.0.1") port(\(port))); };
        destination d_weir { file("\(folder.file("weir.json"))" template(t_weir)); };
        log { source(s_net); parser(p_weir_cee); destination(d_weir); };

        """, to: "syslog-ng.conf")
      let libraries = root + "/usr/lib"
      let process = try ChildProcess(
        program,
        [
          "-F", "--no-caps", "-f", file, "--module-path=\(libraries)/syslog-ng/3.38",
          "-R", folder.file("state"), "-p", folder.file("pid"), "-c", folder.file("control"),
        ], in: folder,
        environment: [
          "LD_LIBRARY_PATH": "\(libraries)/x86_64-linux-gnu:\(libraries)/syslog-ng"
        ])
      let ending = ":" + String(format: "%04X", port)
      try waitUntil("syslog-ng listens\n\(process.transcript)") {
        readText("/proc/net/udp").contains("\(ending) ")
      }
      try LogSamples.send("option tcplog cee", to: "127.0.0.1:\(port) local0")
      let rows = try waitFor("records\n\(process.transcript)") { () -> [[String: Any]]? in
        let rows = try objects(folder.read("weir.json")).filter { $0["client_address"] != nil }
        return rows.count >= LogSamples.count ? rows : nil
      }
      #expect(Set(rows.compactMap { $0["client_address"] as? String }) == ["127.0.0.1", "::1"])
      #expect(rows.filter { $0["termination"] as? String == "SC" }.count == 2)
      #expect(rows.allSatisfy { Int("\($0["sequence"] ?? "")") != nil })
      try process.stop()
    }
  }
}

/// Sends datagrams to a port of 127.0.0.1.
private final class SyslogSender {
  private let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard Address.ipv4(port).withSockaddr({ connect(descriptor, $0, $1) }) == 0 else {
      throw HarnessError("connect: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  func send(_ line: String) throws {
    let bytes = Array(line.utf8)
    guard Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else {
      throw HarnessError("send: \(String(cString: strerror(errno)))")
    }
  }
}
