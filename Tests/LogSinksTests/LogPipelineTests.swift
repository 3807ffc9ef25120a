import Kernel
import LogRecords
import Testing

@testable import LogSinks

@Suite("The log pipeline")
struct LogPipelineTests {
  @Test("lines of several workers and events go out in the order of their numbers")
  func order() throws {
    let receiver = DatagramReceiver()
    let target = logger(udp(receiver))
    let running = try RunningPipeline(frontend: [target], backend: [target], workers: 3)
    // All of it waits when the log thread begins.
    for number in 1...60 {
      if number % 7 == 0 {
        running.pipeline.post(
          LogEvent(
            .serverUp, text: "event:\(number) ", backend: 0,
            nanoseconds: Clock.realtimeNanoseconds()))
      } else {
        running.pipeline.writer(number / 2 % 3).write(record(number))
      }
    }
    try running.start()
    #expect(receiver.take(60).compactMap(port(of:)) == Array(1...60))
    _ = running.stop()
  }

  @Test("Each record of each worker is one line, in the worker's order, and has its number")
  func everyRecord() throws {
    let receiver = DatagramReceiver()
    let running = try RunningPipeline(frontend: [logger(udp(receiver))], workers: 2)
    try running.start()
    for number in 0..<500 {
      running.pipeline.writer(0).write(record(1_000 + number))
      running.pipeline.writer(1).write(record(2_000 + number))
    }
    let ports = receiver.take(1000).compactMap(port(of:))
    #expect(ports.filter { $0 < 2_000 } == Array(1_000..<1_500))
    #expect(ports.filter { $0 >= 2_000 } == Array(2_000..<2_500))
    #expect(running.pipeline.sequence.last == 1000)
    let ledgers = running.stop()
    #expect(ledgers.map(\.accepted) == [1000])
    #expect(ledgers.map(\.delivered) == [1000])
  }

  @Test("A line has header, text and newline, and is cut at `len`")
  func lineShape() throws {
    let receiver = DatagramReceiver()
    let short = DatagramReceiver()
    var cut = logger(udp(short), .local)
    cut.length = 80
    let running = try RunningPipeline(frontend: [logger(udp(receiver), .local), cut])
    try running.start()
    running.pipeline.writer(0).write(record(4242))
    let line = try #require(receiver.next())
    #expect(line.hasPrefix("<134>"))
    #expect(line.contains(" weir[7]: 127.0.0.1:4242 ["))
    #expect(line.hasSuffix("] f b/s -1/-1/0 0 -- 0/0/0/0/0 0/0\n"))
    let part = try #require(short.next())
    #expect(part.utf8.count == 80)
    #expect(part.hasSuffix("\n"))
    #expect(line.hasPrefix(part.dropLast()))
    let ledgers = running.stop()
    #expect(ledgers.map(\.truncated) == [0, 1])
  }

  @Test("Level, minimum level and sample select and change what a logger gets")
  func selection() throws {
    let errors = DatagramReceiver()
    let sampled = DatagramReceiver()
    let lowered = DatagramReceiver()
    var sampling = logger(udp(sampled))
    sampling.sample = .init(ranges: [1...1, 3...3], size: 5)
    var lowering = logger(udp(lowered), .priority)
    lowering.minimumLevel = .notice
    let running = try RunningPipeline(
      frontend: [logger(udp(errors), level: .error), sampling, lowering])
    try running.start()
    for number in 1...10 {
      let severity: Severity = number == 4 ? .error : .information
      running.pipeline.writer(0).write(record(number, severity: severity))
    }
    #expect(lowered.take(10).filter { $0.hasPrefix("<133>127") }.count == 1)
    let ledgers = running.stop()
    #expect(ledgers.map(\.accepted) == [1, 4, 10])
    #expect(errors.take(1).compactMap(port(of:)) == [4])
    #expect(sampled.take(4).compactMap(port(of:)) == [1, 3, 6, 8])
  }

  @Test("A receiver that hangs holds up no other, and what it never took is told")
  func hangingSink() throws {
    let folder = SocketFolder()
    let hanging = DatagramReceiver(path: folder.socket("log"))
    let receiver = DatagramReceiver()
    let pipe = TestPipe()
    let running = try RunningPipeline(
      frontend: [
        logger(.unixDatagram(path: folder.socket("log"))), logger(.descriptor(pipe.writer)),
        logger(udp(receiver)),
      ])
    try running.start()
    for number in 0..<3000 {
      while !running.pipeline.writer(0).write(record(number)) {}
    }
    #expect(receiver.take(3000).compactMap(port(of:)) == Array(0..<3000))
    let before = running.pipeline.ledger()
    #expect(before.allSatisfy { $0.isBalanced } == true)
    let ledgers = running.stop()
    #expect(ledgers.allSatisfy { $0.isBalanced && $0.queued == 0 })
    let read = UInt64(hanging.take(Int(ledgers[0].delivered) + 1).count)
    #expect(ledgers[0].delivered == read)
    #expect(ledgers[0].dropped(.stopped) == ledgers[0].accepted - read)
    #expect(ledgers[0].dropped(.stopped) > 0)
    // The retries of the loop above were counted as dropped at the ring.
    #expect(ledgers[2].delivered == 3000)
    #expect(ledgers[2].dropped == ledgers[2].dropped(.ringFull))
  }

  @Test("What a full ring refuses is counted to the record, where a logger would have taken it")
  func ringFull() throws {
    let all = DatagramReceiver()
    let errors = DatagramReceiver()
    let running = try RunningPipeline(
      frontend: [logger(udp(all)), logger(udp(errors), level: .error)], ringCapacity: 16)
    var refused = 0
    for number in 0..<100 {
      let severity: Severity = number % 10 == 9 ? .error : .information
      if !running.pipeline.writer(0).write(record(number, severity: severity)) { refused += 1 }
    }
    #expect(refused == 84)
    try running.start()
    let ledgers = running.stop()
    #expect(ledgers.map(\.accepted) == [100, 10])
    #expect(ledgers.map(\.delivered) == [16, 1])
    #expect(ledgers.map { $0.dropped(.ringFull) } == [84, 9])
    #expect(all.take(16).compactMap(port(of:)) == Array(0..<16))
    #expect(running.pipeline.sequence.last == 100)
  }

  @Test("A server's events go to its backend's loggers, the process's to those of global")
  func events() throws {
    let frontend = DatagramReceiver()
    let backend = DatagramReceiver()
    let process = DatagramReceiver()
    let running = try RunningPipeline(
      frontend: [logger(udp(frontend))], backend: [logger(udp(backend), .priority)],
      process: [logger(udp(process), .priority)])
    try running.start()
    running.pipeline.post(
      LogEvent(.serverDown, text: "Server b/s is DOWN.", backend: 0, server: 0, nanoseconds: 1))
    running.pipeline.post(LogEvent(.processStopping, text: "Stopping.", nanoseconds: 1))
    #expect(backend.next() == "<129>Server b/s is DOWN.\n")
    #expect(process.next() == "<133>Stopping.\n")
    let ledgers = running.stop()
    #expect(ledgers.map(\.sink) == [process, frontend, backend].map { udp($0).name })
    #expect(ledgers.map(\.accepted) == [4, 0, 1])
    #expect(frontend.next(milliseconds: 0) == nil)
  }

  @Test("At the end each sink's ledger is a line at the process's loggers")
  func ledgerLines() throws {
    let receiver = DatagramReceiver()
    let running = try RunningPipeline(
      frontend: [logger(udp(receiver))], process: [logger(udp(receiver))])
    try running.start()
    for number in 0..<3 { running.pipeline.writer(0).write(record(number)) }
    let ledgers = running.stop()
    #expect(receiver.take(3).compactMap(port(of:)) == [0, 1, 2])
    #expect(
      receiver.next()
        == "sink udp@127.0.0.1:\(receiver.port): accepted=3 delivered=3 queued=0 dropped=0\n")
    // One sink for both loggers: its own line came after the account.
    #expect(ledgers.map(\.accepted) == [4])
    #expect(ledgers.map(\.delivered) == [4])
  }

  @Test("The ledgers are logged on demand")
  func ledgersOnDemand() throws {
    let receiver = DatagramReceiver()
    let running = try RunningPipeline(
      frontend: [logger(udp(receiver))], process: [logger(udp(receiver))])
    try running.start()
    running.pipeline.logLedgers()
    #expect(receiver.next()?.hasSuffix(": accepted=0 delivered=0 queued=0 dropped=0\n") == true)
    _ = running.stop()
  }

  @Test("Events beyond the queue's limit are counted")
  func eventOverflow() throws {
    let receiver = DatagramReceiver()
    let running = try RunningPipeline(process: [logger(udp(receiver))])
    for number in 0..<1500 {
      running.pipeline.post(LogEvent(.notice, text: "event \(number)", nanoseconds: 1))
    }
    try running.start()
    #expect(receiver.take(1024).last == "event 1023\n")
    #expect(running.waits { $0.first?.dropped(.queueFull) == 476 })
    _ = running.stop()
  }

  @Test("The ledger is balanced whenever it is read")
  func alwaysBalanced() throws {
    let folder = SocketFolder()
    let slow = DatagramReceiver(path: folder.socket("log"))
    let running = try RunningPipeline(
      frontend: [logger(.unixDatagram(path: folder.socket("log")))], workers: 2, ringCapacity: 64)
    try running.start()
    let pipeline = running.pipeline
    let threads = try (0..<2).map { worker in
      let thread = try Thread(name: "worker\(worker)") {
        for number in 0..<20_000 { pipeline.writer(worker).write(record(number)) }
      }
      return Joiner(thread)
    }
    var reads = 0
    var received = 0
    while running.pipeline.sequence.last < 40_000 {
      for ledger in pipeline.ledger() { #expect(ledger.isBalanced) }
      reads += 1
      while slow.next(milliseconds: 0) != nil { received += 1 }
    }
    threads.forEach { $0.join() }
    // What was delivered lies in the socket once the log thread has ended, and nothing follows.
    let ledgers = running.stop()
    while slow.next(milliseconds: 0) != nil { received += 1 }
    #expect(reads > 0)
    #expect(ledgers.map(\.accepted) == [40_000])
    #expect(ledgers.map(\.delivered) == [UInt64(received)])
    #expect(ledgers.allSatisfy { $0.isBalanced } == true)
  }

  @Test("A sink that is lost and one that is back are told to the other loggers")
  func lostAndBack() throws {
    let folder = SocketFolder()
    let path = folder.socket("log")
    let receiver = DatagramReceiver()
    let running = try RunningPipeline(
      frontend: [logger(.unixDatagram(path: path))], process: [logger(udp(receiver))])
    try running.start()
    running.pipeline.writer(0).write(record(1))
    #expect(
      receiver.next()
        == "Sink uxdg@\(path) cannot be reached (No such file or directory)."
        + " Start the receiver that makes the socket, or correct the path of the 'log' line.\n")
    let back = DatagramReceiver(path: path)
    #expect(back.next().flatMap(port(of:)) == 1)
    #expect(receiver.next()?.hasPrefix("Sink uxdg@\(path) takes lines again after ") == true)
    let ledgers = running.stop()
    #expect(ledgers.last?.losses == 1)
  }

  @Test("An idle log thread turns at least once a second")
  func turns() throws {
    let running = try RunningPipeline()
    try running.start()
    let start = running.pipeline.turns.count
    #expect(running.waits { _ in running.pipeline.turns.count >= start + 2 })
    _ = running.stop()
  }
}

/// Carries a thread to where it is joined.
private final class Joiner {
  private var thread: Thread?
  init(_ thread: consuming Thread) { self.thread = consume thread }
  func join() { thread.take()?.join() }
}
