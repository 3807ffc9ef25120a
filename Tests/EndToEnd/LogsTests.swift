import Foundation
import Testing

extension RealPeers {
  /// What `log`, `log-format` and their options put on the wire, beside what HAProxy puts there.
  @Suite("Log lines")
  struct Logs {
    struct Case: Sendable, CustomTestStringConvertible {
      var name: String
      var global = "log @LOG@ local0"
      var frontend = "option tcplog"
      var backend = "server s 127.0.0.1:@SERVER@"
      /// How many lines there are after one connection.
      var lines = 1
      var testDescription: String { name }

      var text: String {
        """
        global
            \(global.replacingOccurrences(of: "\n", with: "\n    "))
        defaults
            log global
            mode tcp
            retries 0
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        frontend fe
            bind 127.0.0.1:@FRONT@ name door
            \(frontend.replacingOccurrences(of: "\n", with: "\n    "))
            default_backend be
        backend be
            \(backend.replacingOccurrences(of: "\n", with: "\n    "))
        """
      }
    }

    static let formats = [
      "local", "rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw",
    ]
    .map { Case(name: "format \($0)", global: "log @LOG@ format \($0) local3 debug") }

    static let kept: [Case] = [
      Case(name: "no format: a line at accept", frontend: ""),
      Case(name: "option tcplog"),
      Case(name: "option logasap", frontend: "option tcplog\noption logasap"),
      Case(name: "log-tag", frontend: "option tcplog\nlog-tag mytag"),
      Case(name: "global log-tag", global: "log @LOG@ local0\nlog-tag other"),
      Case(name: "log-send-hostname", global: "log @LOG@ local0\nlog-send-hostname box"),
      Case(
        name: "log-send-hostname in rfc5424",
        global: "log @LOG@ format rfc5424 local0\nlog-send-hostname box"),
      Case(
        name: "log-format-sd", global: "log @LOG@ format rfc5424 local0",
        frontend: "option tcplog\nlog-format-sd \"[ex@1 fe=\\\"%f\\\" b=\\\"%B\\\"]\""),
      Case(name: "two loggers", global: "log @LOG@ local0\nlog @LOG@ local5", lines: 2),
      Case(name: "a logger of the proxy", frontend: "option tcplog\nno log\nlog @LOG@ daemon info"),
      Case(name: "a level that lets it through", global: "log @LOG@ local0 info"),
      Case(name: "a level capped by minlevel", global: "log @LOG@ local0 debug notice"),
      Case(name: "facility kern", global: "log @LOG@ kern"),
      Case(
        name: "log-separate-errors of a failed one",
        frontend: "option tcplog\noption log-separate-errors",
        backend: "server s 127.0.0.1:1"),
      Case(
        name: "error-log-format of a refused header",
        frontend: "option tcplog\nerror-log-format \"error of %ci on %f\""),
      Case(
        name: "aliases",
        frontend:
          "log-format \"%ci %cp %fi %fp %bi %si %sp %f %ft %b %s %B %U %ts %rc %ac %fc %bc %sc %sq %bq %pid\""
      ),
      Case(name: "counters", frontend: "log-format \"%lc %rt\""),
      Case(
        name: "flags of aliases",
        frontend: "log-format \"%{+Q}f %{+X}ci %{+Q}b %{-Q}s %{+Q,+X}rc %{+E}b\""),
      Case(name: "flags of the line", frontend: "log-format \"%{+Q}o %f %b %{-Q}s %ci %B\""),
      Case(
        name: "fetches",
        frontend:
          "log-format \"%[src] %[dst] %[fe_name] %[be_name] %[srv_name] %[fe_conn] %[str(a),upper] %[int(7)]\""
      ),
      Case(
        name: "converters",
        frontend:
          "log-format \"%[src,ipmask(8)] %[str(aBc),lower] %[str(abcdef),bytes(1,3)] %[str(abc),hex] %[str(abc),length] %[fe_name,json]\""
      ),
      Case(name: "spaces and percent", frontend: "log-format \"a  b   %%  %f   c\""),
      Case(
        name: "unique-id-format",
        frontend: "unique-id-format \"id-%ci-%f\"\nlog-format \"%ID %f\""),
      Case(
        name: "dates", frontend: "log-format \"[%t] [%T] [%Tl] %f\""),
    ]

    static let silent: [Case] = [
      Case(name: "a level that stops it", global: "log @LOG@ local0 notice", lines: 0),
      Case(name: "dontlog-normal", frontend: "option tcplog\noption dontlog-normal", lines: 0),
      Case(name: "no log", frontend: "option tcplog\nno log", lines: 0),
    ]

    @Test("are HAProxy's", arguments: formats + kept)
    func same(_ one: Case) throws {
      let outcome = try SideBySide(text: one.text).play { run in
        let server = one.backend.contains("@SERVER@") ? try Server.named("s", run.server) : nil
        let client = try Connection(to: run.front)
        let port = client.port
        if server != nil {
          #expect(try client.greeting() == "s")
          try client.send("ping")
          try client.expect("ping")
          client.finish()
        }
        try client.waitForEnd()
        client.close()
        try waitUntil("\(one.lines) lines: \(run.log.lines)") { run.log.lines.count >= one.lines }
        return run.log.lines.map {
          // Three timers of the line may differ by a millisecond or two.
          run.normal($0, client: port).replacing(
            pattern: #" \d+/(-1|\d+)/\+?\d+ "#, with: " TIMERS "
          )
          .replacing(pattern: #" \d+ (\d+) "fe" "be" "s" \d+ \d+ \d+ \d+ "#, with: " CLF ")
          .replacing(pattern: #" \d{1,7}$"#, with: " PID")
        }.sorted()
      }
      #expect(outcome.weir == outcome.haproxy)
    }

    @Test(
      "in the common log format, which Debian's HAProxy has for HTTP alone",
      .enabled(if: !Program.isStandIn))
    func commonLogFormat() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let text = Case(name: "", frontend: "option tcplog clf").text
        .replacing(pattern: "@LOG@", with: log.target).replacing(
          pattern: "@FRONT@", with: "\(front)"
        )
        .replacing(pattern: "@SERVER@", with: "\(server.port)")
      let balancer = try Balancer(.weir, text, ready: [.ipv4(front)])
      _ = try whoServes(front)
      let line = try log.line(containing: "\"TCP \"")
      let pattern =
        #": 127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "TCP " 000 2 "" "" \d+ \d+ "#
        + #""fe" "be" "s" 0 0 \d+ \d+ 0 ---- 1 1 0 0 0 0 0 "" "" ?$"#
      #expect(line.range(of: pattern, options: .regularExpression) != nil, "\(line)")
      try balancer.stop()
    }

    @Test("stay away where HAProxy's do", arguments: silent)
    func without(_ one: Case) throws {
      let outcome = try SideBySide(text: one.text).play { run in
        let server = try Server.named("s", run.server)
        _ = try whoServes(run.front)
        try run.balancer.waitUntilIdle()
        _ = server
        // At the end, whatever was to be written has been.
        try run.balancer.stop()
        return run.log.lines.filter { $0.contains("fe") && $0.contains("127.0.0.1") }.count
      }
      #expect(outcome.haproxy == 0)
      #expect(outcome.weir == 0)
    }

    @Test("leave out connections without a byte where dontlognull asks for it")
    func null() throws {
      var one = Case(name: "dontlognull")
      one.frontend = "option tcplog\noption dontlognull"
      let outcome = try SideBySide(text: one.text).play { run in
        let listener = try Listener(.ipv4(run.server))
        let silent = try Connection(to: run.front)
        let server = try listener.accept()
        silent.close()
        try server.waitForEnd()
        server.close()
        let speaking = try Connection(to: run.front)
        try speaking.send("hello")
        let second = try listener.accept()
        try second.expect("hello")
        second.close()
        try speaking.waitForEnd()
        speaking.close()
        _ = try run.log.records(1)
        try run.balancer.stop()
        return run.log.records.count
      }
      #expect(outcome.haproxy == 1)
      #expect(outcome.weir == 1)
    }

    @Test("reach a unix socket, and reach it again after its owner came back")
    func unixSocket() throws {
      let folder = try TemporaryDirectory("weir-devlog")
      var log: SyslogReceiver? = try SyslogReceiver(path: folder.file("log"))
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try Balancer(
        .weir,
        """
        global
            log \(folder.file("log")) local0
        defaults
            log global
            mode tcp
            option tcplog
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        listen l
            bind 127.0.0.1:\(front)
            server s 127.0.0.1:\(server.port)
        """, ready: [.ipv4(front)])
      _ = try whoServes(front)
      #expect(try log?.records(1).count == 1, "\(balancer.transcript)")
      log = nil
      _ = try whoServes(front)
      let again = try SyslogReceiver(path: folder.file("log"))
      try waitUntil("records come again: \(balancer.transcript)") {
        _ = try whoServes(front)
        return !again.records.isEmpty
      }
      try balancer.stop()
    }

    @Test("go to standard output and to a descriptor, whole and one a line")
    func descriptors() throws {
      let folder = try TemporaryDirectory("weir-fd")
      let server = try Server.named("s")
      let front = try FreePort.next()
      let file = open(folder.file("fd.log"), O_WRONLY | O_CREAT | O_APPEND, 0o644)
      defer { close(file) }
      let balancer = try Balancer(
        .weir,
        """
        global
            log stdout format raw local0
            log fd@5 format short local0
        defaults
            log global
            mode tcp
            option tcplog
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        listen l
            bind 127.0.0.1:\(front)
            server s 127.0.0.1:\(server.port)
        """, ready: [.ipv4(front)], descriptors: [5: file])
      for _ in 0..<50 { _ = try whoServes(front) }
      try waitUntil("fifty lines in each: \(balancer.transcript)") {
        balancer.process.output.split(separator: "\n").count >= 50
          && folder.read("fd.log").split(separator: "\n").count >= 50
      }
      for line in balancer.process.output.split(separator: "\n").prefix(50) {
        #expect(TCPLogRecord(parsing: String(line)) != nil, "\(line)")
      }
      for line in folder.read("fd.log").split(separator: "\n") {
        #expect(line.hasPrefix("<6>127.0.0.1:"), "\(line)")
      }
      try balancer.stop()
    }

    @Test("arrive in a file by a real rsyslogd, as config/rsyslog-weir.conf lays it out")
    func rsyslog() throws {
      let shipped = readText(Fixture.project + "/config/rsyslog-weir.conf")
      let rules = shipped.split(separator: "\n")
        .filter { !$0.hasPrefix("module(") && !$0.hasPrefix("input(") }.joined(separator: "\n")
        .replacingOccurrences(of: "/var/log/weir.log", with: "@DIR@/weir.log")
      let rsyslogd = try Rsyslogd(
        rules: rules + "\n*.* action(type=\"omfile\" file=\"@DIR@/other.log\")")
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try Balancer(
        .weir,
        """
        global
            log 127.0.0.1:\(rsyslogd.port) local0
            log 127.0.0.1:\(rsyslogd.port) local1
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
        """, ready: [.ipv4(front)])
      for _ in 0..<20 { _ = try whoServes(front) }
      let lines = try rsyslogd.lines(of: "weir.log", count: 20)
        .filter { $0.contains(" fe be/s ") }
      #expect(lines.count == 20, "\(lines)")
      for line in lines {
        let record = TCPLogRecord(parsing: line)
        #expect(record?.termination == "--" && record?.server == "s", "\(line)")
        #expect(
          line.contains("\(Program.isStandIn ? "haproxy" : "weir")[\(balancer.process.pid)]:"))
      }
      try balancer.stop()
      let others = try rsyslogd.lines(of: "other.log", count: 20)
      #expect(others.filter { $0.contains(" fe be/s ") }.count == 20)
    }

    @Test("are read by halog and by lnav")
    func readers() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try Balancer(
        .weir,
        """
        global
            log \(log.target) local0
        defaults
            log global
            mode tcp
            option tcplog
            retries 0
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        frontend fe
            bind 127.0.0.1:\(front)
            default_backend be
        backend be
            balance roundrobin
            server good 127.0.0.1:\(server.port)
            server bad 127.0.0.1:1
        """, ready: [.ipv4(front)])
      for turn in 0..<20 {
        let client = try Connection(to: front)
        if turn % 2 == 0 { _ = try client.greeting() }
        client.finish()
        try client.waitForEnd()
      }
      let lines = try log.records(20).map(\.line)
      try balancer.stop()

      // As rsyslog writes them: without priority, with the host.
      let text =
        lines.map { line in
          line.replacing(pattern: #"^<\d+>(.{15}) "#, with: "$1 localhost ")
        }.joined(separator: "\n") + "\n"
      let servers = try run(Tool.path("halog"), ["-srv"], input: text)
      #expect(servers.output.contains("\nbe/good "), "\(servers)")
      #expect(servers.output.contains("\nbe/bad "), "\(servers)")
      #expect(try run(Tool.path("halog"), ["-c"], input: text).output == "20\n")

      let folder = try TemporaryDirectory("weir-lnav")
      let path = try folder.write(text, to: "weir.log")
      let query = """
        ;select frontend_name, backend_name, server_name, count(*) from haproxy_log \
        group by frontend_name, backend_name, server_name
        """
      let table = try run(
        Tool.path("lnav"), ["-n", "-c", query, "-c", ":write-csv-to -", path],
        environment: ["HOME": folder.path, "TERM": "dumb"])
      #expect(table.output.contains("fe,be,good,10"), "\(table)")
      // Its pattern knows no -1, so that it leaves out who was never connected, HAProxy's own too.
    }

    @Test("account for every record at the end: accepted is delivered, queued and dropped")
    func ledger() throws {
      let log = try SyslogReceiver()
      let server = try Server.named("s")
      let front = try FreePort.next()
      let balancer = try Balancer(
        .weir,
        """
        global
            log \(log.target) local0
            log stdout format raw local0
        defaults
            log global
            mode tcp
            option tcplog
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        listen l
            bind 127.0.0.1:\(front)
            server s 127.0.0.1:\(server.port)
        """, ready: [.ipv4(front)])
      for _ in 0..<100 { _ = try whoServes(front) }
      try balancer.stop()
      #expect(log.records.count == 100)
      let text =
        balancer.process.output + balancer.process.errors + log.lines.joined(separator: "\n")
      if !Program.isStandIn {
        let lines = text.split(separator: "\n").filter {
          $0.contains("accepted") && $0.contains("delivered") && $0.contains("dropped")
        }
        #expect(lines.count >= 2, "a line for each sink\n\(balancer.transcript)")
      }
    }
  }
}
