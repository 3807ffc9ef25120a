import Glibc
import Kernel
import Testing

@testable import LogSinks

@Suite("A sink on a connection")
struct StreamSinkTests {
  private func lines(_ range: Range<Int>) -> [String] { range.map { "line \($0)" } }

  @Test("TCP gets every line, in order, and they count as delivered once acknowledged")
  func inOrder() throws {
    let receiver = StreamReceiver()
    let bench = try SinkBench(.stream(receiver.server))
    for number in 0..<5000 { bench.accept("line \(number)\n") }
    let isDone = bench.turn {
      receiver.read()
      return bench.sink.isEmpty
    }
    receiver.read()
    #expect(isDone)
    #expect(receiver.lines == lines(0..<5000))
    #expect(bench.sink.ledger.delivered == 5000)
    #expect(bench.notices.isEmpty)
  }

  @Test("With octet counts each message stands behind its length, without its newline")
  func octetCounts() throws {
    let receiver = StreamReceiver()
    var server = receiver.server
    server.framing = .octetCount
    let bench = try SinkBench(.stream(server))
    bench.accept("one\n")
    bench.accept("zwei\nDrei\n")
    bench.accept("no newline")
    #expect(
      bench.turn {
        receiver.read()
        return bench.sink.isEmpty
      })
    receiver.read()
    #expect(String(decoding: receiver.bytes, as: UTF8.self) == "3 one9 zwei\nDrei10 no newline")
  }

  @Test("A UNIX stream gets every line, and one that is replaced the rest")
  func unix() throws {
    let folder = SocketFolder()
    let path = folder.socket("log")
    let first = StreamReceiver(path: path)
    let bench = try SinkBench(.stream(first.server))
    for number in 0..<100 { bench.accept("line \(number)\n") }
    #expect(
      bench.turn {
        first.read()
        return bench.sink.ledger.delivered == 100
      })
    first.stop()
    let second = StreamReceiver(path: path)
    for number in 100..<200 { bench.accept("line \(number)\n") }
    #expect(
      bench.turn {
        second.read()
        return bench.sink.ledger.delivered == 200
      })
    #expect(first.lines + second.lines == lines(0..<200))
    #expect(bench.sink.ledger.dropped == 0)
    #expect(bench.sink.ledger.losses == 1)
  }

  @Test("A receiver that is not there yet gets what waits, and both are told")
  func late() throws {
    let port = StreamReceiver().port
    let server = LogServerSettings(
      name: "s", address: .internet(.ipv4(0x7F00_0001, port: port)))
    let bench = try SinkBench(.stream(server))
    bench.accept("line 0\n")
    #expect(bench.turn { !bench.notices.isEmpty })
    #expect(bench.notices == [.lost(.system(.connectionRefused))])
    #expect(bench.sink.ledger.queued == 1)
    let receiver = StreamReceiver(port: port)
    #expect(
      bench.turn {
        receiver.read()
        return bench.sink.isEmpty
      })
    #expect(receiver.lines == ["line 0"])
    #expect(bench.notices.count == 2)
    #expect(bench.sink.ledger.lastError == "ECONNREFUSED")
  }

  @Test("What a receiver that closed in order had not got is sent again, and nothing twice")
  func orderlyClose() throws {
    let receiver = StreamReceiver()
    let bench = try SinkBench(.stream(receiver.server))
    var sent = 0
    for _ in 0..<20 {
      for _ in 0..<50 {
        bench.accept("line \(sent)\n")
        sent += 1
      }
      #expect(
        bench.turn {
          receiver.read()
          return bench.sink.isEmpty
        })
      receiver.read()
      receiver.closeConnection()
      // Accepted before the loop tells of the end.
      bench.accept("line \(sent)\n")
      sent += 1
      bench.sink.flush(in: bench.loop)
    }
    #expect(
      bench.turn {
        receiver.read()
        return bench.sink.isEmpty
      })
    receiver.read()
    #expect(receiver.lines == lines(0..<sent))
    #expect(bench.sink.ledger.delivered == UInt64(sent))
    #expect(bench.sink.ledger.dropped == 0)
  }

  @Test("A connection that ends while nothing waits is no loss to tell of")
  func idleClose() throws {
    let receiver = StreamReceiver()
    let bench = try SinkBench(.stream(receiver.server))
    bench.accept("line 0\n")
    #expect(
      bench.turn {
        receiver.read()
        return bench.sink.isEmpty && !receiver.bytes.isEmpty
      })
    receiver.closeConnection()
    #expect(bench.turn { bench.sink.ledger.losses == 1 })
    #expect(bench.notices.isEmpty)
    #expect(bench.sink.deadline == nil)
    bench.accept("line 1\n")
    #expect(
      bench.turn {
        receiver.read()
        return bench.sink.isEmpty
      })
    receiver.read()
    #expect(receiver.lines == lines(0..<2))
    #expect(bench.notices.isEmpty)
  }

  @Test("A slow receiver gets every line once, none torn, over any number of orderly ends")
  func slow() throws {
    let receiver = StreamReceiver(room: 4096)
    let bench = try SinkBench(
      .stream(receiver.server), queue: MessageQueue(messageLimit: .max, byteLimit: 64 << 20))
    let filling = String(repeating: "x", count: 400)
    for number in 0..<10_000 { bench.accept("\(number) \(filling)\n") }
    let isDone = bench.turn {
      receiver.read(limit: 100_000)
      return bench.sink.isEmpty
    }
    receiver.read()
    #expect(isDone)
    let numbers = receiver.lines.map { $0.split(separator: " ").first.flatMap { Int($0) } }
    #expect(numbers == (0..<10_000).map { $0 })
    #expect(receiver.lines.allSatisfy { $0.hasSuffix(" " + filling) })
  }

  @Test("Where a connection breaks, what nobody knows of is counted, and a torn line sent whole")
  func reset() throws {
    let receiver = StreamReceiver(room: 4096)
    let bench = try SinkBench(
      .stream(receiver.server), queue: MessageQueue(messageLimit: .max, byteLimit: 64 << 20))
    let filling = String(repeating: "x", count: 400)
    for number in 0..<20_000 { bench.accept("\(number) \(filling)\n") }
    // The receiver's room and the sender's are full.
    #expect(bench.turn { bench.sink.ledger.queued < 20_000 && receiver.accept() })
    for _ in 0..<5 { bench.turn() }
    receiver.read(limit: 10_000)
    let before = receiver.bytes
    receiver.resetConnection()
    #expect(bench.turn { bench.sink.ledger.dropped(.unacknowledged) > 0 })
    let isDone = bench.turn {
      receiver.read()
      return bench.sink.isEmpty
    }
    receiver.read()
    #expect(isDone)
    let after = String(decoding: receiver.bytes[before.count...], as: UTF8.self)
      .split(separator: "\n")
    // The second connection begins with a whole line, and goes on to the last without a gap.
    let first = try #require(after.first?.split(separator: " ").first.flatMap { Int($0) })
    #expect(after.count == 20_000 - first)
    #expect(after.allSatisfy { $0.hasSuffix(" " + filling) })
    let ledger = bench.sink.ledger
    #expect(ledger.delivered + ledger.dropped(.unacknowledged) == 20_000)
    // What was delivered on the first connection and what was dropped lie before that line.
    #expect(ledger.delivered == UInt64(20_000 - first) + UInt64(first) - ledger.dropped)
    #expect(ledger.dropped <= UInt64(first))
  }

  @Test("A connection that does not come about in time is given up")
  func connectTimeout() throws {
    // A listener whose queue is full lets nobody in.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var fillers: [Int32] = []
    defer { fillers.forEach { close($0) } }
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, length)
        getsockname(listener, $0, &length)
        listen(listener, 0)
        for _ in 0..<2 {
          let filler = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
          _ = connect(filler, $0, length)
          fillers.append(filler)
        }
      }
    }
    var server = LogServerSettings(
      name: "s",
      address: .internet(.ipv4(0x7F00_0001, port: UInt16(bigEndian: address.sin_port))))
    server.connectTimeoutMilliseconds = 50
    let bench = try SinkBench(.stream(server))
    bench.accept("line 0\n")
    #expect(bench.turn { !bench.notices.isEmpty })
    #expect(bench.notices == [.lost(.connectTimeout(50))])
    #expect(bench.sink.ledger.queued == 1)
  }

  @Test("A receiver that takes nothing for longer than its limit is given up")
  func silence() throws {
    let receiver = StreamReceiver(room: 4096)
    var server = receiver.server
    server.serverTimeoutMilliseconds = 100
    let bench = try SinkBench(
      .stream(server), queue: MessageQueue(messageLimit: .max, byteLimit: 64 << 20))
    for _ in 0..<20_000 { bench.accept(String(repeating: "x", count: 1000) + "\n") }
    #expect(bench.turn { !bench.notices.isEmpty })
    #expect(bench.notices == [.lost(.silence(100))])
    #expect(bench.sink.ledger.dropped(.unacknowledged) > 0)
  }
}
