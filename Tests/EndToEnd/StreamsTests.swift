import Foundation
import Testing

extension RealPeers {
  /// Bytes pass as they are, however many, however slowly, and whichever side ends first.
  @Suite("Streams")
  struct Streams {
    let front: UInt16
    let log: SyslogReceiver

    init() throws {
      front = try FreePort.next()
      log = try SyslogReceiver()
    }

    private func balancer(_ server: UInt16, options: String = "") throws -> Balancer {
      try Balancer(
        .weir,
        """
        global
            log \(log.target) local0
        defaults
            log global
            mode tcp
            option tcplog
            \(options)
            timeout connect 2s
            timeout client 30s
            timeout server 30s
        frontend fe
            bind 127.0.0.1:\(front)
            default_backend be
        backend be
            server s 127.0.0.1:\(server)
        """, ready: [.ipv4(front)])
    }

    @Test(
      "a hundred megabytes each way at once arrive as they left",
      arguments: ["", "option splice-auto"])
    func bulk(options: String) throws {
      let size = 100 << 20
      let upward = try Blob.random(size)
      let downward = try Blob.random(size)
      let listener = try Listener()
      let balancer = try balancer(listener.port, options: options)
      let client = try Connection(to: front)
      let server = try listener.accept()
      let sides = [(client, upward, downward), (server, downward, upward)]
      let verdicts = try Threads.run(
        sides.flatMap { side, sent, expected in
          nonisolated(unsafe) let side = side
          return [
            { @Sendable in
              try sent.send(over: side)
              side.finish()
              return "sent"
            },
            { @Sendable in try expected.verify(over: side) },
          ]
        })
      #expect(verdicts == ["sent", "whole", "sent", "whole"], "\(balancer.transcript)")
      let record = try log.record(of: "fe")
      #expect(record.bytes == size && record.termination == "--", "\(record.line)")
      try balancer.stop()
    }

    @Test("a client that does not read stops the server, not the memory")
    func slowReader() throws {
      let listener = try Listener()
      let balancer = try balancer(listener.port)
      let client = try Connection(to: .ipv4(front), receiveBuffer: 4096)
      let server = try listener.accept()
      try client.send("go")
      try server.expect("go")
      let before = residentKilobytes(balancer.process.pid)
      let size = 64 << 20
      let blob = try Blob.random(size)
      nonisolated(unsafe) let sender = server
      nonisolated(unsafe) let reader = client
      let pid = balancer.process.pid
      let verdicts = try Threads.run([
        { @Sendable in
          try blob.send(over: sender)
          sender.finish()
          return "sent"
        },
        { @Sendable in
          // The stream is full, all the way, once nothing more is taken from the server.
          try waitUntil("the server's side is stuck") { unsent(sender.descriptor) > 0 }
          let grown = residentKilobytes(pid) - before
          guard grown < 16_384 else { return "grew by \(grown) kB" }
          return try blob.verify(over: reader)
        },
      ])
      #expect(verdicts == ["sent", "whole"], "\(balancer.transcript)")
      client.close()
      #expect(try log.record(of: "fe").bytes == size)
      try balancer.stop()
    }

    @Test("each direction ends by itself")
    func halfClose() throws {
      let listener = try Listener()
      let balancer = try balancer(listener.port)
      let client = try Connection(to: front)
      let server = try listener.accept()
      try client.send("question")
      client.finish()
      let question = try server.receiveAll()
      #expect(question.bytes == Array("question".utf8) && question.end == .end)
      for part in ["an", "swer", " in ", "parts"] { try server.send(part) }
      server.close()
      let answer = try client.receiveAll()
      #expect(answer.bytes == Array("answer in parts".utf8) && answer.end == .end)
      let record = try log.record(of: "fe")
      #expect(record.termination == "--" && record.bytes == 15, "\(record.line)")
      try balancer.stop()
    }

    @Test("bytes sent one at a time arrive in order")
    func trickle() throws {
      let server = try Server.named("echo")
      let balancer = try balancer(server.port)
      let client = try Connection(to: front)
      #expect(try client.greeting() == "echo")
      for byte in UInt8.min...UInt8.max {
        try client.send([byte])
        #expect(try client.receive(exactly: 1) == [byte])
      }
      client.close()
      try balancer.stop()
    }

    @Test("what the client sent before there was a server reaches it")
    func early() throws {
      let listener = try Listener()
      let balancer = try balancer(listener.port)
      let client = try Connection(to: front)
      try client.send("early")
      client.finish()
      let server = try listener.accept()
      #expect(try server.receiveAll().bytes == Array("early".utf8))
      server.close()
      try client.waitForEnd()
      try balancer.stop()
    }

    @Test("a thousand connections come and go, and no descriptor stays")
    func descriptors() throws {
      let server = try Server.named("s")
      let balancer = try balancer(server.port)
      _ = try whoServes(front)
      _ = try log.records(1)
      let before = balancer.openDescriptors
      for _ in 0..<10 {
        let clients = try (0..<100).map { _ in try Connection(to: front) }
        for client in clients { #expect(try client.greeting() == "s") }
        for (index, client) in clients.enumerated() {
          if index % 3 == 0 { client.reset() } else { client.close() }
        }
      }
      let records = try log.records(1001)
      #expect(records.count == 1001)
      try waitUntil("descriptors are back near \(before), not \(balancer.openDescriptors)") {
        balancer.openDescriptors <= before + 4
      }
      try balancer.stop()
    }
  }
}

/// Bytes nobody could guess, and a comparison that does not look at each one by itself.
struct Blob: Sendable {
  let bytes: [UInt8]

  static func random(_ size: Int) throws -> Blob {
    guard let file = fopen("/dev/urandom", "r") else { throw HarnessError("no /dev/urandom") }
    defer { fclose(file) }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = fread(buffer.baseAddress, 1, size, file)
    }
    return Blob(bytes: bytes)
  }

  /// Sends all of it.
  func send(over connection: Connection) throws {
    var sent = 0
    try bytes.withUnsafeBytes { whole in
      while sent < whole.count {
        let piece = whole[sent..<min(sent + (1 << 20), whole.count)]
        let count = Glibc.send(
          connection.descriptor, UnsafeRawBufferPointer(rebasing: piece).baseAddress, piece.count,
          Int32(MSG_NOSIGNAL))
        guard count > 0 else {
          throw HarnessError("send: \(String(cString: strerror(errno))) after \(sent)")
        }
        sent += count
      }
    }
  }

  /// Reads to the end and says whether it was this, and all of it.
  func verify(over connection: Connection) throws -> String {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    return try bytes.withUnsafeBytes { whole in
      while true {
        let count = recv(connection.descriptor, &buffer, buffer.count, 0)
        if count == 0 { return offset == whole.count ? "whole" : "ended after \(offset)" }
        guard count > 0 else {
          throw HarnessError("recv: \(String(cString: strerror(errno))) after \(offset)")
        }
        guard offset + count <= whole.count else { return "more than \(whole.count)" }
        let expected = UnsafeRawBufferPointer(rebasing: whole[offset..<offset + count])
        let isSame = buffer.withUnsafeBytes { got in
          guard let got = got.baseAddress, let wanted = expected.baseAddress else { return false }
          return memcmp(got, wanted, count) == 0
        }
        guard isSame else { return "differs after \(offset)" }
        offset += count
      }
    }
  }
}

/// Blocking pieces of a test, side by side.
enum Threads {
  private final class Results: @unchecked Sendable {
    let lock = NSLock()
    var values: [Int: Result<String, any Error>] = [:]
  }

  /// Runs each in a thread and returns what they returned, in order.
  static func run(_ pieces: [@Sendable () throws -> String], within seconds: Double = 60) throws
    -> [String]
  {
    let results = Results()
    for (index, piece) in pieces.enumerated() {
      Thread.detachNewThread {
        let result = Result { try piece() }
        results.lock.withLock { results.values[index] = result }
      }
    }
    try waitUntil("\(pieces.count) threads end", within: seconds) {
      results.lock.withLock { results.values.count == pieces.count }
    }
    return try (0..<pieces.count).compactMap { index in
      try results.lock.withLock { results.values[index] }?.get()
    }
  }
}

/// A process's memory that is really there.
func residentKilobytes(_ pid: pid_t) -> Int {
  for line in readText("/proc/\(pid)/status").split(separator: "\n") where line.hasPrefix("VmRSS:")
  {
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }
  return 0
}

/// Bytes in a socket's send queue that the other side has not taken.
func unsent(_ descriptor: Int32) -> Int {
  var count: Int32 = 0
  _ = ioctl(descriptor, UInt(TIOCOUTQ), &count)
  return Int(count)
}
