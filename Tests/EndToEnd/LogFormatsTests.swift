import Foundation
import Testing

extension RealPeers {
  /// Named formats on the wire, read back by parsers that others wrote.
  @Suite("Log formats")
  struct LogFormats {
    /// A frontend that logs in a format, before a server whose neighbour is down.
    static func text(_ format: String, log: String) -> String {
      """
      global
          log \(log)
      defaults
          log global
          mode tcp
          option tcplog \(format)
          timeout connect 2s
          timeout client 5s
          timeout server 5s
      frontend fe
          bind 127.0.0.1:@FRONT@
          default_backend be
      backend be
          server s 127.0.0.1:@SERVER@
          server gone 127.0.0.1:1 check inter 100 fall 1 backup
      """
    }

    /// Plays a connection, and gives every line until the end of the program.
    static func lines(_ format: String, log: (SyslogReceiver) -> String) throws -> [String] {
      let receiver = try SyslogReceiver()
      let (front, server) = (try FreePort.next(), try Server.named("s"))
      let text = text(format, log: log(receiver))
        .replacingOccurrences(of: "@FRONT@", with: "\(front)")
        .replacingOccurrences(of: "@SERVER@", with: "\(server.port)")
      let weir = try Balancer(.weir, text, ready: [.ipv4(front)])
      _ = try receiver.line(containing: "DOWN")
      _ = try whoServes(front)
      try weir.waitUntilIdle()
      try weir.stop()
      return receiver.lines
    }

    @Test(
      "Every line of a JSON format is JSON to python, events included",
      arguments: ["ecs", "otel", "cee"])
    func json(format: String) throws {
      let lines = try Self.lines(format) { "\($0.target) len 8192 format raw local0" }
      let folder = try TemporaryDirectory("weir-json")
      let path = try folder.write(lines.joined(separator: "\n"), to: "lines")
      let script = """
        import json, sys
        def flat(value, name=""):
            for key, item in value.items():
                yield from flat(item) if isinstance(item, dict) else [(key, item)]
        kinds = {}
        for line in open(sys.argv[1]):
            text = line[6:] if line.startswith("@cee: ") else line
            pairs = json.loads(text, object_pairs_hook=lambda p: p and (
                dict(p) if len(dict(p)) == len(p) else sys.exit("doubled key: " + line)) or {})
            values = dict(flat(pairs))
            kind = values.get("event.action") or values.get("event.name") or values.get("event")
            kinds.setdefault(kind.removeprefix("weir."), []).append(values)
        end = kinds["connection.end"][0]
        port = end.get("source.port") or end.get("client.port") or end.get("client_port")
        assert isinstance(port, int) and port > 0, end
        assert end.get("haproxy.server_name", end.get("weir.server", end.get("server"))) == "s", end
        print(" ".join(sorted(kinds)))
        """
      let done = try run(Tool.path("python3"), ["-c", script, path])
      #expect(done.status == .code(0), "\(done.errors)\n\(lines.joined(separator: "\n"))")
      let kinds = done.output.split(whereSeparator: \.isWhitespace)
      #expect(kinds.contains("connection.end"))
      #expect(kinds.contains("server.down"))
      #expect(kinds.contains("sink.ledger"))
    }

    @Test("rsyslog's mmjsonparse reads cee, and finds the values by name")
    func cee() throws {
      let rsyslogd = try Rsyslogd(
        rules: """
          module(load="mmjsonparse")
          template(name="found" type="string"
            string="%$!event% %$!client_port% %$!reason% %$!backend%/%$!server% %parsesuccess%\\n")
          action(type="mmjsonparse")
          action(type="omfile" file="@DIR@/found" template="found")
          """)
      let (front, server) = (try FreePort.next(), try Server.named("s"))
      let text = Self.text("cee", log: "127.0.0.1:\(rsyslogd.port) len 8192 local0")
        .replacingOccurrences(of: "@FRONT@", with: "\(front)")
        .replacingOccurrences(of: "@SERVER@", with: "\(server.port)")
      let weir = try Balancer(.weir, text, ready: [.ipv4(front)])
      _ = try whoServes(front)
      try weir.waitUntilIdle()
      try weir.stop()
      let lines = try waitFor("the end of the connection at rsyslogd") {
        let lines = rsyslogd.folder.read("found").split(separator: "\n").map(String.init)
        return lines.contains { $0.hasPrefix("sink.ledger") } ? lines : nil
      }
      let end = try #require(lines.first { $0.hasPrefix("connection.end ") })
      #expect(end.hasSuffix(" normal be/s OK"))
      #expect(lines.allSatisfy { $0.hasSuffix(" OK") })
    }

    @Test("Under a length that cuts, JSON stays JSON and the ledger counts it")
    func length() throws {
      let lines = try Self.lines("ecs") { "\($0.target) len 400 format raw local0" }
      for line in lines {
        #expect(line.utf8.count < 400)
        _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
      }
      #expect(lines.contains { $0.contains("\"weir.truncated\":true") })
      #expect(lines.contains { $0.contains(" truncated=") })
    }

    @Test("+json and +cbor of HAProxy's language, from the program")
    func haproxy() throws {
      let receiver = try SyslogReceiver()
      let (front, server) = (try FreePort.next(), try Server.named("s"))
      let text = """
        defaults
            mode tcp
            log \(receiver.target) format raw local0
            timeout connect 2s
            timeout client 5s
            timeout server 5s
        frontend fe
            bind 127.0.0.1:\(front)
            log-format "%{+json}o %(client)ci %(fe)ft %(ts)ts %(bool:bool)B %(missing)[so_name]"
            default_backend be
        backend be
            server s 127.0.0.1:\(server.port)
        """
      let weir = try Balancer(.weir, text, ready: [.ipv4(front)])
      _ = try whoServes(front)
      let line = try receiver.line(containing: "client")
      #expect(
        line
          == #"{"client": "127.0.0.1", "fe": "fe", "ts": "--", "bool": true, "missing": ""}"#)
      try weir.stop()
    }
  }
}
