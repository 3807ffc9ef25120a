import Glibc
import Kernel
import Reactor
import Testing

@testable import LogSinks

@Suite("A sink")
struct SinkTests {
  private func udp(_ port: UInt16) -> Sink.Way {
    .datagrams(.internet(.ipv4(0x7F00_0001, port: port)))
  }

  @Test("UDP gets every line, in order, in batches")
  func udpInOrder() throws {
    let receiver = DatagramReceiver()
    let bench = try SinkBench(udp(receiver.port))
    let lines = (0..<1000).map { "line \($0)\n" }
    for line in lines { bench.accept(line) }
    bench.turn()
    #expect(receiver.take(1000) == lines)
    #expect(bench.sink.ledger.accepted == 1000)
    #expect(bench.sink.ledger.delivered == 1000)
    #expect(bench.sink.deadline == nil)
  }

  @Test("UDP over IPv6 gets its lines")
  func udpIPv6() throws {
    let receiver = DatagramReceiver(ipv6: true)
    let address = SocketAddress.internet(.ipv6(high: 0, low: 1, port: receiver.port))
    let bench = try SinkBench(.datagrams(address))
    bench.accept("six\n")
    bench.turn()
    #expect(receiver.next() == "six\n")
    #expect(bench.sink.ledger.delivered == 1)
  }

  @Test("Where no UDP receiver is, what the system tells of that is counted, and nothing is owed")
  func udpRefused() throws {
    let receiver = DatagramReceiver()
    let port = receiver.port
    receiver.close()
    let bench = try SinkBench(udp(port))
    for number in 0..<200 { bench.accept("line \(number)\n") }
    #expect(bench.turn { bench.sink.isEmpty && bench.sink.ledger.dropped(.refused) > 0 })
    // How many reports come is up to the system, which limits their rate.
    let ledger = bench.sink.ledger
    #expect(ledger.accepted == 200)
    #expect(ledger.delivered + ledger.dropped(.refused) == 200)
    #expect(ledger.lastError == "ECONNREFUSED")
    #expect(ledger.losses == 0)
  }

  @Test("A line larger than a datagram is dropped alone")
  func tooLong() throws {
    let receiver = DatagramReceiver()
    let bench = try SinkBench(udp(receiver.port))
    bench.accept("before\n")
    bench.accept(String(repeating: "x", count: 65_600))
    bench.accept("after\n")
    bench.turn()
    #expect(receiver.take(2) == ["before\n", "after\n"])
    #expect(bench.sink.ledger.dropped(.tooLong) == 1)
    #expect(bench.sink.ledger.delivered == 2)
    #expect(bench.sink.ledger.dropped(.refused) == 0)
  }

  @Test("A UNIX receiver that does not read gets everything once it does")
  func unixSlow() throws {
    let folder = SocketFolder()
    let receiver = DatagramReceiver(path: folder.socket("log"))
    let bench = try SinkBench(.datagrams(.unix(path: folder.socket("log"))))
    let lines = (0..<3000).map { "line \($0)\n" }
    for line in lines { bench.accept(line) }
    for _ in 0..<5 { bench.turn(milliseconds: 1) }
    let queued = bench.sink.ledger.queued
    #expect(queued > 0)
    #expect(bench.sink.ledger.dropped == 0)
    var received: [String] = []
    let isDone = bench.turn {
      while let line = receiver.next(milliseconds: 0) { received.append(line) }
      return received.count == lines.count
    }
    #expect(isDone)
    #expect(received == lines)
    #expect(bench.sink.ledger.delivered == 3000)
  }

  @Test("A UNIX receiver that restarts gets what came meanwhile")
  func unixRestart() throws {
    let folder = SocketFolder()
    let path = folder.socket("log")
    let first = DatagramReceiver(path: path)
    let bench = try SinkBench(.datagrams(.unix(path: path)))
    bench.accept("one\n")
    bench.turn()
    #expect(first.next() == "one\n")
    first.close()
    bench.accept("two\n")
    bench.accept("three\n")
    bench.turn()
    #expect(bench.sink.ledger.queued == 2)
    #expect(bench.notices == [.lost(.system(.connectionRefused))])
    let second = DatagramReceiver(path: path)
    #expect(bench.turn { bench.sink.isEmpty })
    #expect(second.take(2) == ["two\n", "three\n"])
    #expect(bench.sink.ledger.delivered == 3)
    #expect(bench.sink.ledger.losses == 1)
    #expect(bench.notices.count == 2)
  }

  @Test("An abstract receiver gets its lines")
  func abstract() throws {
    let name = "weir-sinks-\(Process.identifier)"
    let receiver = DatagramReceiver(path: "@" + name)
    let bench = try SinkBench(.datagrams(.abstract(name: name)))
    bench.accept("hello\n")
    bench.turn()
    #expect(receiver.next() == "hello\n")
  }

  @Test("Where the receiver is away, lines wait up to the limit and the newest go")
  func overflow() throws {
    let folder = SocketFolder()
    let path = folder.socket("log")
    let bench = try SinkBench(
      .datagrams(.unix(path: path)), queue: MessageQueue(messageLimit: 10, byteLimit: 1000))
    for number in 0..<25 { bench.accept("line \(number)\n") }
    bench.turn()
    #expect(bench.sink.ledger.queued == 10)
    #expect(bench.sink.ledger.dropped(.queueFull) == 15)
    #expect(bench.notices == [.lost(.system(.noEntry))])
    let receiver = DatagramReceiver(path: path)
    #expect(bench.turn { bench.sink.isEmpty })
    #expect(receiver.take(10) == (0..<10).map { "line \($0)\n" })
    bench.sink.abandon()
    #expect(bench.sink.ledger.dropped == 15)
  }

  @Test("A full pipe holds lines back and loses none; its other writers still block")
  func fullPipe() throws {
    let pipe = TestPipe()
    let bench = try SinkBench(.output(pipe.writer))
    let lines = (0..<4000).map { "line \($0) " + String(repeating: "x", count: $0 % 90) + "\n" }
    for line in lines { bench.accept(line) }
    bench.turn()
    #expect(bench.sink.ledger.queued > 0)
    #expect(pipe.isBlocking)
    var received: [UInt8] = []
    let isDone = bench.turn {
      received += pipe.read()
      return bench.sink.isEmpty
    }
    received += pipe.read()
    #expect(isDone)
    #expect(String(decoding: received, as: UTF8.self) == lines.joined())
    #expect(bench.sink.ledger.delivered == 4000)
  }

  @Test("A line larger than a pipe takes in one piece arrives whole")
  func longLineOnPipe() throws {
    let pipe = TestPipe()
    let bench = try SinkBench(.output(pipe.writer))
    let line = String(repeating: "y", count: 200_000) + "\n"
    bench.accept(line)
    bench.accept("z\n")
    var received: [UInt8] = []
    let isDone = bench.turn {
      received += pipe.read()
      return bench.sink.isEmpty
    }
    received += pipe.read()
    #expect(isDone)
    #expect(received == Array((line + "z\n").utf8))
    #expect(bench.sink.ledger.delivered == 2)
  }

  @Test("A pipe that nobody reads any more refuses its lines")
  func brokenPipe() throws {
    let pipe = TestPipe()
    let bench = try SinkBench(.output(pipe.writer))
    bench.accept("a\n")
    bench.turn()
    pipe.closeReader()
    for _ in 0..<10 { bench.accept("b\n") }
    bench.turn()
    #expect(bench.sink.ledger.dropped(.refused) == 10)
    #expect(bench.sink.ledger.lastError == "EPIPE")
    #expect(bench.sink.ledger.delivered == 1)
  }

  @Test("A descriptor that is not open refuses its lines")
  func closedDescriptor() throws {
    let bench = try SinkBench(.output(999))
    bench.accept("a\n")
    bench.turn()
    #expect(bench.sink.ledger.dropped(.refused) == 1)
    #expect(bench.sink.ledger.lastError == "EBADF")
  }

  @Test("A regular file gets its lines")
  func regularFile() throws {
    let folder = SocketFolder()
    let path = folder.socket("lines")
    let number = open(path, O_RDWR | O_CREAT, 0o600)
    defer {
      close(number)
      unlink(path)
    }
    let bench = try SinkBench(.output(number))
    for index in 0..<100 { bench.accept("line \(index)\n") }
    bench.turn()
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = pread(number, &bytes, bytes.count, 0)
    #expect(
      String(decoding: bytes[..<count], as: UTF8.self)
        == (0..<100).map { "line \($0)\n" }.joined())
    #expect(bench.sink.ledger.delivered == 100)
  }

  @Test("What waits when the process stops is told as such")
  func abandoned() throws {
    let folder = SocketFolder()
    let bench = try SinkBench(.datagrams(.unix(path: folder.socket("none"))))
    for _ in 0..<5 { bench.accept("a\n") }
    bench.turn()
    bench.sink.abandon()
    #expect(bench.sink.ledger.dropped(.stopped) == 5)
    #expect(bench.sink.ledger.isBalanced)
    #expect(bench.sink.deadline == nil)
  }
}
