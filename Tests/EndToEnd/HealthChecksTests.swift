import Foundation
import Synchronization
import Testing

extension RealPeers {
  /// What the checks say to servers, and what is said of it.
  @Suite("Health checks")
  struct HealthChecks {
    /// A server that can be told how to treat whoever connects.
    final class Moody: Sendable {
      enum Mood: Sendable {
        case accept
        case greet([UInt8])
        case mute
        case reset
      }

      let port: UInt16
      private let mood: Mutex<Mood>
      let heard = Mutex<[[UInt8]]>([])
      private let server: Mutex<Server?>

      init(_ port: UInt16, _ mood: Mood) throws {
        self.port = port
        self.mood = Mutex(mood)
        server = Mutex(nil)
        try open()
      }

      func change(to new: Mood) { mood.withLock { $0 = new } }

      func open() throws {
        let started = try Server(port) { [self] connection in
          switch mood.withLock({ $0 }) {
          case .accept: _ = try connection.receiveAll()
          case .greet(let bytes):
            guard case .bytes(let question) = try connection.receive() else { return }
            heard.withLock { $0.append(question) }
            try connection.send(bytes)
            let rest = try connection.receiveAll().bytes
            heard.withLock { $0[$0.count - 1] += rest }
          case .mute: _ = try? connection.receiveAll(within: 30)
          case .reset: connection.reset()
          }
        }
        server.withLock { $0 = started }
      }

      func close() { server.withLock { $0?.close() } }
    }

    /// AuthenticationOk, a request for an MD5 password, and an error of PostgreSQL.
    static let ok: [UInt8] = [0x52, 0, 0, 0, 8, 0, 0, 0, 0]
    static let md5: [UInt8] = [0x52, 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4]
    static let refused: [UInt8] = {
      let fields = "SFATAL\0C57P03\0Mthe database system is starting up\0\0"
      return [0x45, 0, 0, 0, UInt8(fields.utf8.count + 4)] + Array(fields.utf8)
    }()

    static func text(_ backend: String) -> String {
      """
      global
          log @LOG@ local0
      defaults
          log global
          mode tcp
          option tcplog
          timeout connect 300ms
          timeout client 5s
          timeout server 5s
      frontend fe
          bind 127.0.0.1:@FRONT@
          default_backend be
      backend be
          \(backend.replacingOccurrences(of: "\n", with: "\n    "))
      """
    }

    /// The lines about servers and backends, normal, in order.
    private static func news(_ run: SideBySide.Run) -> [String] {
      run.log.lines.filter {
        $0.contains("Server be/") || $0.contains("ackend be ") || $0.contains("ealth check")
      }
      .map { run.normal($0) }
    }

    /// Compares the lines of both; what matches `except` is left out of it.
    private func compare(
      _ backend: String, except: String? = nil,
      prepare: (SideBySide.Run) throws -> Void = { _ in },
      play: (SideBySide.Run) throws -> Void
    ) throws {
      let outcome = try SideBySide(text: Self.text(backend)).play(prepare: prepare) { run in
        try play(run)
        return Self.news(run).map { line in
          except.map { line.replacing(pattern: $0, with: "…") } ?? line
        }
      }
      #expect(outcome.weir == outcome.haproxy)
      #expect(!outcome.haproxy.isEmpty)
    }

    @Test("by TCP: down, up again, and a backend without a server, in HAProxy's words")
    func downAndUp() throws {
      try compare(
        """
        default-server inter 100ms fall 2 rise 2
        server s 127.0.0.1:@SERVER@ check
        server t 127.0.0.1:@OTHER@ check backup
        """
      ) { run in
        try run.log.line(containing: "Server be/s is DOWN")
        try run.log.line(containing: "Server be/t is DOWN")
        try run.log.line(containing: "has no server available")
        let s = try Moody(run.server, .accept)
        try run.log.line(containing: "Server be/s is UP")
        s.close()
      }
    }

    @Test("by TCP at a server that does not answer")
    func unreachable() throws {
      var hole: Listener?
      try compare(
        "server s 127.0.0.1:@SERVER@ check inter 300ms fall 1",
        prepare: { hole = try Listener.blackHole($0.server) }
      ) { run in
        try run.log.line(containing: "Server be/s is DOWN")
        try run.log.line(containing: "has no server available")
      }
      _ = hole
    }

    @Test(
      "by PostgreSQL's protocol: what passes, what does not, in HAProxy's words",
      arguments: [
        ("an error", Moody.Mood.greet(refused)),
        ("another protocol", .greet(Array("HTTP/1.0 200".utf8))),
        ("silence", .mute), ("a reset", .reset),
      ])
    func postgres(_ name: String, _ mood: Moody.Mood) throws {
      var moody: Moody?
      try compare(
        """
        option pgsql-check user haproxy_check
        timeout check 300ms
        server s 127.0.0.1:@SERVER@ check inter 200ms fall 1 rise 1
        """,
        // Weir quotes the server's own words where HAProxy has general ones.
        except: #"info: "[^"]*""#,
        prepare: { moody = try Moody($0.server, mood) }
      ) { run in
        try run.log.line(containing: "Server be/s is DOWN")
        try run.log.line(containing: "has no server available")
        moody?.change(to: .greet(Self.md5))
        try run.log.line(containing: "Server be/s is UP")
      }
    }

    @Test("by PostgreSQL's protocol say the same to the server")
    func conversation() throws {
      let outcome = try SideBySide(
        text: Self.text(
          "option pgsql-check user haproxy_check\nserver s 127.0.0.1:@SERVER@ check inter 100ms rise 1 fall 1"
        )
      ).play { run in
        // A program that is slow to start finds the server there at its first check: it is up then
        // without a word.
        let moody = try Moody(run.server, .greet(Self.ok))
        return try waitFor("a whole check") {
          let checks = moody.heard.withLock { $0 }
          // HAProxy breaks off where Weir says good bye.
          return run.program == .haproxy || Program.isStandIn
            ? checks.first : checks.first { $0.suffix(5) == [0x58, 0, 0, 0, 4] }
        }
      }
      let length = Int(outcome.haproxy[3])
      #expect(outcome.weir.prefix(length) == outcome.haproxy.prefix(length))
    }

    @Test("leave PostgreSQL's own log without a complaint")
    func quiet() throws {
      let postgres = try PostgresServer()
      let outcome = try SideBySide(
        text: Self.text(
          "option pgsql-check user haproxy_check\nserver s 127.0.0.1:\(postgres.port) check inter 50ms"
        )
      ).play { run in
        let before = postgres.log.count
        try waitUntil("some checks: \(postgres.log)") {
          postgres.log.dropFirst(before).components(separatedBy: "connection received").count > 4
        }
        return String(postgres.log.dropFirst(before))
      }
      for text in [outcome.weir] {
        #expect(!text.contains("could not"), "\(text)")
        #expect(!text.contains("unexpected EOF"), "\(text)")
        #expect(!text.contains("incomplete startup packet"), "\(text)")
        #expect(!text.contains("reset by peer"), "\(text)")
      }
    }

    @Test("each logged with option log-health-checks, in HAProxy's words")
    func everyCheck() throws {
      try compare(
        """
        option log-health-checks
        server s 127.0.0.1:@SERVER@ check inter 100ms fall 3 rise 2
        """
      ) { run in
        try run.log.line(containing: "Server be/s is DOWN")
        let s = try Moody(run.server, .accept)
        try run.log.line(containing: "Server be/s is UP")
        s.close()
      }
    }

    @Test("followed by a server that tracks another")
    func track() throws {
      try compare(
        """
        server s 127.0.0.1:@SERVER@ check inter 100ms fall 1 rise 1
        server t 127.0.0.1:@OTHER@ track s
        """
      ) { run in
        try run.log.line(containing: "Server be/t is DOWN")
        let s = try Moody(run.server, .accept)
        try run.log.line(containing: "Server be/t is UP")
        s.close()
      }
    }

    @Test("learn from failed connections too, with observe layer4")
    func observe() throws {
      try compare(
        """
        retries 0
        server s 127.0.0.1:@SERVER@ check port @CHECK@ inter 10s fall 2 observe layer4 error-limit 2 on-error mark-down
        """,
        // The connection that failed may have left already when Weir's main thread hears of it.
        except: #"\d+ sessions active"#, prepare: { run in try Self.keepOpen(run.check) }
      ) { run in
        for _ in 0..<3 { try Connection(to: run.front).waitForEnd() }
        try run.log.line(containing: "Server be/s is DOWN")
      }
    }

    private static func keepOpen(_ port: UInt16) throws {
      kept.withLock { $0.append(try? Moody(port, .accept)) }
    }
    private static let kept = Mutex<[Moody?]>([])

    @Test("leave a server out at once when it is down, and take it in again when it is up")
    func routing() throws {
      let log = try SyslogReceiver()
      let a = try Server.named("a")
      let port = try FreePort.next()
      let front = try FreePort.next()
      let b = try Server.named("b", port)
      let balancer = try Balancer(
        .weir,
        """
        global
            log \(log.target) local0
        defaults
            log global
            mode tcp
            option tcplog
            timeout connect 1s
            timeout client 5s
            timeout server 5s
        frontend fe
            bind 127.0.0.1:\(front)
            default_backend be
        backend be
            balance roundrobin
            default-server check inter 50ms fall 2 rise 2
            server a 127.0.0.1:\(a.port)
            server b 127.0.0.1:\(port)
        """, ready: [.ipv4(front)])
      #expect(try Set((0..<4).map { _ in try whoServes(front) }) == ["a", "b"])
      b.close()
      try log.line(containing: "Server be/b is DOWN")
      #expect(try Set((0..<6).map { _ in try whoServes(front) }) == ["a"])
      let again = try Server.named("b", port)
      try log.line(containing: "Server be/b is UP")
      #expect(try Set((0..<4).map { _ in try whoServes(front) }) == ["a", "b"])
      _ = again
      try balancer.stop()
    }
  }
}
