import Foundation
import Testing

extension RealPeers {
  /// `log-forward`: what others log, passed on.
  @Suite("Forwarded logs")
  struct Forwarding {
    /// One of each kind of message, and of each that is none.
    static let messages: [[UInt8]] =
      [
        "<165>1 2020-03-04T10:39:34.003000Z host app 111 ID47 [a@1 b=\"x\\]y\"][c@1] some text",
        "<165>1 2020-03-04T10:39:34+01:00 host app - - - text", "<34>1 - - - - - - text",
        "<34>1 2020-03-04T10:39:34Z - app 7 - - text", "<34>1 2020-00-00T10:39:34Z h a 7 - - text",
        "<34>1 2020-03-04T10:39:34Z h a 7 - -", "<34>1 2020-03-04 h a 7 - - text",
        "<34>1 - h a 7 - [open text", "<34>1 - h a 7 - x text", "<34>1 - h  7 - - - text",
        "<34>2 - h a 7 - - text", "<34>Mar  4 22:14:15 box su[123]: failed",
        "<34>Mar 14 22:14:15 box su: failed", "<34>Mar 14 22:14:15 box failed",
        "<34>Mar 14 22:14:15 su: failed", "<34>Mxr 14 22:14:15 box su: failed",
        "<34>Mar 14 22:14:15  box su: failed", "<34>Mar 14 22:14:15 box a[b[c]: x",
        "<34>Mar 14 22:14:15 box a[1]b: x", "<34>Mar 14 22:14:15 box [1]: x",
        "<34>Mar 14 22:14:15 box a[]: x", "<34>Mar 14 22:14:15 box : x",
        "<34>Mar 14 22:14:15 box a:b: x", "<34>Mar 14 22:14:15 box ", "<34>Mar 14 22:14:15 box",
        "<34>text", "<191>text", "<192>text", "<999>text", "<007>text", "<>text", "<34>",
        "<34> text ", "<34>\u{FEFF}text", "<1a>text", "text", " <34>text", "x",
        "<34>tab\tand\u{7F}",
      ].map { Array($0.utf8) } + [
        Array("<34>zeros".utf8) + [0, 0], Array("<34>a".utf8) + [0] + Array("b".utf8),
        Array("<34>line\n".utf8), Array("<34>\u{FF}".utf8) + [0xC3, 0x28],
      ]

    private static let formats = [
      "local", "rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw",
    ]

    /// A section that sends each message as it is and in each format.
    private static let text =
      """
      log-forward in
          dgram-bind 127.0.0.1:@OTHER@
          bind 127.0.0.1:@FRONT@
          @HOST@
          log @LOG@ local3

      """ + formats.map { "    log @LOG@ format \($0) local3 debug\n" }.joined()

    /// A line with what is of this day masked: both programs ran at another second.
    private static func masked(_ line: String) -> String {
      let now = Date()
      let calendar = Calendar(identifier: .gregorian)
      let parts = calendar.dateComponents(in: .current, from: now)
      let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
      ]
      let month = months[(parts.month ?? 1) - 1]
      let day = String(format: "%2d", parts.day ?? 0)
      let iso = String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
      return line.replacing(pattern: "\(month) \(day) \\d\\d:\\d\\d:\\d\\d", with: "NOW")
        .replacing(pattern: "\(iso)T\\d\\d:\\d\\d:\\d\\d\\.\\d{6}[+-]\\d\\d:\\d\\d", with: "NOW")
    }

    /// What HAProxy leaves of a message whose header of RFC 5424 is not whole: it counts two bytes
    /// less than there are. Weir keeps them.
    private static func shortened(_ lines: [String]) -> [String] {
      lines.map { String($0.dropLast(2)) }
    }

    private static func expectSame(_ weir: [[String]], _ haproxy: [[String]]) {
      for (index, message) in messages.enumerated() {
        let text = String(decoding: message, as: UTF8.self)
        let isBroken =
          text.hasPrefix("<34>1 ") && weir[index][0] == text
          && haproxy[index][0] == String(text.dropLast(2))
        #expect((isBroken ? shortened(weir[index]) : weir[index]) == haproxy[index], "\(text)")
      }
    }

    private func lines(
      _ program: Program, _ play: (SideBySide.Run, [UInt8]) throws -> Void
    ) throws -> [[String]] {
      var found: [[String]] = []
      // HAProxy 2.6 keeps hosts and knows no other way.
      let text = Self.text.replacingOccurrences(
        of: "@HOST@", with: program == .weir ? "option host keep" : "")
      let run = try Forwarded(text, program: program)
      for message in Self.messages {
        try play(run.run, message)
        let wanted = 1 + Self.formats.count
        found.append(
          try waitFor("\(wanted) lines of \(String(decoding: message, as: UTF8.self)): \(run.log)")
          {
            let lines = run.log
            return lines.count >= wanted * (found.count + 1) ? Array(lines.suffix(wanted)) : nil
          }.map(Self.masked))
      }
      try run.balancer.stop()
      return found
    }

    @Test func `datagrams come out as HAProxy passes them on`() throws {
      let send: (SideBySide.Run, [UInt8]) throws -> Void = { run, message in
        try DatagramSender(to: .ipv4(run.other)).send(message)
      }
      let haproxy = try lines(.haproxy, send)
      let weir = try lines(.weir, send)
      Self.expectSame(weir, haproxy)
    }

    @Test func `counted messages on a stream come out as HAProxy passes them on`() throws {
      var connections: [String: Connection] = [:]
      let send: (SideBySide.Run, [UInt8]) throws -> Void = { run, message in
        let name = "\(run.program)"
        let connection = try connections[name] ?? Connection(to: run.front)
        connections[name] = connection
        try connection.send(Array("\(message.count) ".utf8) + message)
      }
      let haproxy = try lines(.haproxy, send)
      let weir = try lines(.weir, send)
      Self.expectSame(weir, haproxy)
    }

    /// A section at work, and who takes what it sends.
    private struct Forwarded {
      let run: SideBySide.Run
      let balancer: Balancer
      var log: [String] { run.log.lines }

      init(_ text: String, program: Program = .weir) throws {
        run = try SideBySide.Run(program)
        balancer = try Balancer(program, run.fill(text), folder: run.folder)
        if text.contains("dgram-bind 127.0.0.1:@OTHER@") {
          try waitUntilBound(run.other, by: balancer)
        }
        if text.contains(" bind 127.0.0.1:@FRONT@") {
          try balancer.waitUntilListening(.ipv4(run.front))
        }
      }

      /// The numbers of the last ledger that begins so: `input log-forward in`, `sink NAME`.
      func numbers(of ledger: String) throws -> [String: Int] {
        let line = try waitFor("the ledger \(ledger)") {
          log.last { $0.contains("\(ledger):") && $0.contains("=") }
        }
        var numbers: [String: Int] = [:]
        for word in line.split(separator: " ") {
          let parts = word.split(separator: "=")
          if parts.count == 2 { numbers[String(parts[0])] = Int(parts[1]) }
        }
        return numbers
      }

      /// The ledger of the section, which is told when the program stops.
      func ledger() throws -> [String: Int] {
        try balancer.stop()
        return try numbers(of: "input log-forward in")
      }
    }

    @Test func `framing is found for each message, and bytes that are none end the connection`()
      throws
    {
      let forwarded = try Forwarded(
        """
        global
            log @LOG@ local0
        log-forward in
            bind 127.0.0.1:@FRONT@
            log @LOG@ format raw local0
        """)
      let connection = try Connection(to: forwarded.run.front)
      for byte in "<1>one\r\n8 <2>three<3>four\n4 five".utf8 { try connection.send([byte]) }
      _ = try forwarded.run.log.line(containing: "five")
      #expect(forwarded.log == ["one", "three", "four", "five"])
      try connection.send("nonsense\n")
      #expect(try connection.receive() == .end)
      let ledger = try forwarded.ledger()
      #expect(ledger["received"] == 4 && ledger["parse_errors"] == 1)
      #expect(ledger["connections"] == 1 && ledger["open"] == 0)
    }

    @Test func `option host says what becomes of the host, UNIX sockets have none`() throws {
      for (rule, expected) in [
        ("", "box"), ("option host replace", "127.0.0.1"), ("option host fill", "box"),
        ("option host keep", "box"), ("option host append", "box,127.0.0.1"),
      ] {
        let forwarded = try Forwarded(
          """
          log-forward in
              dgram-bind 127.0.0.1:@OTHER@
              dgram-bind @DIR@/in.sock mode 600
              \(rule)
              log @LOG@ local0
          """)
        let message = "<34>Mar 14 22:14:15 box su: x"
        try DatagramSender(to: .ipv4(forwarded.run.other)).send(message)
        let line = try forwarded.run.log.line(containing: "su: x")
        #expect(line == "<34>Mar 14 22:14:15 \(expected) su: x")
        try DatagramSender(to: .unix(forwarded.run.folder.file("in.sock"))).send(message + "y")
        #expect(try forwarded.run.log.line(containing: "su: xy") == message + "y")
        try forwarded.balancer.stop()
      }
    }

    @Test func `a flood is received or dropped by the kernel, to the datagram`() throws {
      let forwarded = try Forwarded(
        """
        global
            log @LOG@ local0
        log-forward in
            dgram-bind 127.0.0.1:@OTHER@
            log @DIR@/out.sock format raw local0
        """)
      let receiver = try SyslogReceiver(path: forwarded.run.folder.file("out.sock"))
      let sender = try DatagramSender(to: .ipv4(forwarded.run.other))
      let sent = 60_000
      forwarded.balancer.process.signal(SIGSTOP)
      for number in 0..<sent {
        try sender.send("<13>message \(number) " + String(repeating: "x", count: 400))
      }
      forwarded.balancer.process.signal(SIGCONT)
      let sink = "sink uxdg@\(forwarded.run.folder.file("out.sock"))"
      var received = 0
      try waitUntil("all is accounted for") {
        received += receiver.takeAll()
        forwarded.balancer.process.signal(SIGQUIT)
        let input = try forwarded.numbers(of: "input log-forward in")
        let queued = try forwarded.numbers(of: sink)["queued"]
        return (input["received"] ?? 0) + (input["kernel_drops"] ?? 0) == sent && queued == 0
      }
      let drops = Self.kernelDrops(forwarded.run.other)
      let ledger = try forwarded.ledger()
      received += receiver.takeAll()
      #expect(drops > 0 && ledger["kernel_drops"] == drops)
      let output = try forwarded.numbers(of: sink)
      #expect(output["delivered"] == received && output["accepted"] == ledger["received"])
      #expect(received + (output["queue_full"] ?? 0) + drops == sent)
    }

    /// What the kernel dropped at a UDP port of 127.0.0.1, as it tells the world.
    private static func kernelDrops(_ port: UInt16) -> Int {
      let ending = ":" + String(format: "%04X", port)
      let line = readText("/proc/net/udp").split(separator: "\n").first {
        $0.split(separator: " ").dropFirst().first?.hasSuffix(ending) ?? false
      }
      return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    @Test func `a stream is slowed by a receiver that does not read, and loses nothing`() throws {
      let forwarded = try Forwarded(
        """
        global
            log @LOG@ local0
        log-forward in
            bind 127.0.0.1:@FRONT@
            log @DIR@/out.sock format raw local0
        log-forward other
            dgram-bind 127.0.0.1:@OTHER@
            log @LOG@ format raw local0
        """)
      let path = forwarded.run.folder.file("out.sock")
      let receiver = try SyslogReceiver(path: path)
      let count = 60_000
      let port = forwarded.run.front
      let sending = Thread {
        guard let connection = try? Connection(to: port) else { return }
        let body = String(repeating: "x", count: 300)
        var text: [UInt8] = []
        for number in 0..<count {
          text += Array("<13>message \(number) \(body)\n".utf8)
          guard text.count > 60_000 || number == count - 1 else { continue }
          try? connection.send(text, within: 60)
          text.removeAll(keepingCapacity: true)
        }
        _ = try? connection.receive(within: 60)
      }
      sending.start()
      // The sender is held up while the other section goes on.
      try waitUntil("the section's connection waits") {
        forwarded.balancer.process.signal(SIGQUIT)
        return forwarded.log.contains { $0.contains("log-forward in") && $0.contains("pauses=1") }
      }
      try DatagramSender(to: .ipv4(forwarded.run.other)).send("<13>meanwhile")
      _ = try forwarded.run.log.line(containing: "meanwhile")
      var received: [String] = []
      try waitUntil("all messages arrive: \(received.count)", within: 30) {
        received = receiver.lines
        return received.count >= count
      }
      #expect(received.count == count)
      for (number, line) in received.enumerated() where !line.hasPrefix("message \(number) ") {
        Issue.record("message \(number) is \(line.prefix(40))")
        break
      }
      let ledger = try forwarded.ledger()
      #expect(ledger["received"] == count && (ledger["pauses"] ?? 0) > 0)
    }

    @Test func `maxconn lets others wait, and a silent sender is let go`() throws {
      let forwarded = try Forwarded(
        """
        log-forward in
            bind 127.0.0.1:@FRONT@
            maxconn 1
            timeout client 300ms
            log @LOG@ format raw local0
        """)
      let first = try Connection(to: forwarded.run.front)
      try first.send("<1>first\n")
      _ = try forwarded.run.log.line(containing: "first")
      let second = try Connection(to: forwarded.run.front)
      try second.send("<1>second\n")
      #expect(try first.receive() == .end)
      _ = try forwarded.run.log.line(containing: "second")
      #expect(forwarded.log == ["first", "second"])
      try forwarded.balancer.stop()
    }

    @Test func `dont-parse-log passes bytes on, assume-rfc6587-ntf takes every line`() throws {
      let forwarded = try Forwarded(
        """
        log-forward in
            bind 127.0.0.1:@FRONT@
            option dont-parse-log
            option assume-rfc6587-ntf
            log @LOG@ local0
        """)
      let connection = try Connection(to: forwarded.run.front)
      try connection.send("<34>Mar 14 22:14:15 box su: x\n12 a line\r\nlast\n")
      _ = try forwarded.run.log.line(containing: "last")
      #expect(forwarded.log == ["<34>Mar 14 22:14:15 box su: x", "12 a line", "last"])
      try forwarded.balancer.stop()
    }

    @Test func `level, sample and facility of the loggers apply`() throws {
      let forwarded = try Forwarded(
        """
        log-forward in
            dgram-bind 127.0.0.1:@OTHER@
            log @LOG@ format priority local0 notice warning
            log @LOG@ format raw sample 2:2 local0 err
        """)
      let sender = try DatagramSender(to: .ipv4(forwarded.run.other))
      for text in ["<10>a", "<15>b", "c", "<11>d", "<13>end"] { try sender.send(text) }
      _ = try forwarded.run.log.line(containing: "end")
      #expect(forwarded.log == ["<12>a", "<132>c", "c", "<12>d", "<13>end"])
      try forwarded.balancer.stop()
    }

    @Test func `an address that is taken is a start error that names section and address`() throws {
      let taken = try Listener()
      let balancer = try Balancer(
        .weir,
        """
        log-forward in
            bind 127.0.0.1:\(taken.port)
            log 127.0.0.1:1 local0
        """)
      #expect(try balancer.process.wait() == .code(1))
      #expect(
        balancer.process.errors.contains(
          "Starting log-forward in: cannot bind socket (Address already in use)"
            + " [127.0.0.1:\(taken.port)]"))
      let checked = try Balancer(
        .weir,
        """
        log-forward in
            bind 127.0.0.1:\(taken.port)
            log 127.0.0.1:1 local0
        """, arguments: ["-c"])
      #expect(try checked.process.wait() == .code(0))
    }
  }
}
