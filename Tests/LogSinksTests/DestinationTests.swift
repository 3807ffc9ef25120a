import Glibc
import Kernel
import LogRecords
import Testing

@testable import LogSinks

@Suite("Rings, log backends and streams behind the pipeline")
struct DestinationTests {
  private func write(_ numbers: Range<Int>, to running: RunningPipeline) {
    for number in numbers { running.pipeline.writer(0).write(record(number)) }
  }

  private func ports(_ receiver: StreamReceiver) -> [Int] {
    receiver.lines.compactMap(port(of:))
  }

  /// Reads from all until a condition on the ledgers holds.
  private func read(
    _ receivers: [StreamReceiver], _ running: RunningPipeline,
    until condition: ([SinkLedger]) -> Bool
  ) -> Bool {
    let end = Clock.monotonicMicroseconds() + 10_000_000
    while Clock.monotonicMicroseconds() < end {
      for receiver in receivers { receiver.read() }
      if condition(running.pipeline.ledger()) {
        for receiver in receivers { receiver.read() }
        return true
      }
    }
    return false
  }

  @Test("A ring gives each of its servers all messages, from queues of their own")
  func ring() throws {
    let first = StreamReceiver()
    let second = StreamReceiver()
    let absent = StreamReceiver()
    absent.stop()
    var ring = RingSettings(name: "r")
    ring.servers = [first.server, second.server, absent.server]
    ring.servers[1].name = "two"
    ring.servers[1].framing = .octetCount
    ring.servers[2].name = "away"
    let running = try RunningPipeline(frontend: [logger(.ring("r"))]) { $0.rings = [ring] }
    try running.start()
    write(0..<1000, to: running)
    #expect(
      read([first, second], running) { $0[0].delivered == 1000 && $0[1].delivered == 1000 })
    let areAllThere = ports(first) == Array(0..<1000)
    #expect(areAllThere)
    let isCounted = String(decoding: second.bytes, as: UTF8.self).contains("72 127.0.0.1:10 [")
    #expect(isCounted)
    let ledgers = running.stop()
    #expect(ledgers.map(\.sink) == ["ring@r/s", "ring@r/two", "ring@r/away"])
    #expect(ledgers.allSatisfy { $0.isBalanced && $0.accepted == 1000 })
    // The ring's size bounds what waits: 16384 bytes hold 222 lines of 72 to 74 bytes.
    #expect(ledgers[2].dropped(.stopped) == 222)
    #expect(ledgers[2].dropped(.queueFull) == 1000 - 222)
  }

  @Test("Two loggers of one ring or stream share its sinks; other settings make another")
  func shared() throws {
    let receiver = StreamReceiver()
    var ring = RingSettings(name: "r")
    ring.servers = [receiver.server]
    var counted = receiver.server
    counted.framing = .octetCount
    let running = try RunningPipeline(
      frontend: [logger(.ring("r")), logger(.stream(receiver.server)), logger(.stream(counted))],
      backend: [logger(.ring("r")), logger(.stream(receiver.server))]
    ) { $0.rings = [ring] }
    try running.start()
    #expect(running.stop().map(\.sink) == ["ring@r/s", "s", "s"])
  }

  @Test("A ring's format stands in for the line's, raw lets none through, and maxlen cuts")
  func ringFormat() throws {
    let receivers = (0..<4).map { _ in StreamReceiver() }
    var rings = receivers.indices.map { RingSettings(name: "r\($0)") }
    for index in rings.indices { rings[index].servers = [receivers[index].server] }
    rings[0].format = .raw
    rings[1].format = .priority
    rings[3].maximumLength = 90
    var loggers = rings.map { logger(.ring($0.name)) }
    loggers[0].format = .rfc5424
    loggers[1].format = nil
    loggers[2].format = nil
    loggers[3].format = nil
    let running = try RunningPipeline(frontend: loggers) { $0.rings = rings }
    try running.start()
    write(1..<2, to: running)
    #expect(read(receivers, running) { $0.allSatisfy { $0.delivered == 1 } })
    #expect(receivers[0].lines.first?.hasPrefix("127.0.0.1:1 [") == true)
    #expect(receivers[1].lines.first?.hasPrefix("<134>127.0.0.1:1 [") == true)
    #expect(receivers[2].lines.first?.contains(" weir[7]: 127.0.0.1:1 [") == true)
    #expect(receivers[3].bytes.count == 90)
    #expect(running.stop().map(\.truncated) == [0, 0, 0, 1])
  }

  @Test("A ring that nobody reads keeps the latest messages")
  func keptRing() throws {
    var ring = RingSettings(name: "r")
    ring.size = 1000
    let running = try RunningPipeline(frontend: [logger(.ring("r"))]) { $0.rings = [ring] }
    try running.start()
    write(100..<200, to: running)
    #expect(running.waits { $0.first?.accepted == 100 })
    let kept = running.pipeline.ledger()[0]
    #expect(kept.queued == 13)
    #expect(kept.dropped(.overwritten) == 87)
    let ledgers = running.stop()
    #expect(ledgers[0].dropped(.stopped) == 13)
    #expect(ledgers[0].isBalanced)
  }

  @Test("A backing file shows a ring's latest messages, and the file of the run before is kept")
  func backingFile() throws {
    let folder = SocketFolder()
    let path = folder.socket("ring")
    defer {
      unlink(path)
      unlink(path + ".bak")
    }
    var ring = RingSettings(name: "r")
    ring.size = 10_000
    ring.backingFile = path
    for run in 0..<2 {
      let running = try RunningPipeline(frontend: [logger(.ring("r"))]) { $0.rings = [ring] }
      try running.start()
      let first = 10_000 + run * 1000
      for number in first..<first + 500 {
        write(number..<number + 1, to: running)
        if number % 10 == 0 {
          #expect(running.waits { ($0.first?.delivered ?? 0) > number - first })
        }
      }
      let ledgers = running.stop()
      #expect(ledgers.map(\.delivered) == [500])
      let numbers = try readLines(path).compactMap(port(of:))
      #expect(numbers == Array((first + 500 - numbers.count)..<(first + 500)))
      #expect(numbers.count >= 60 && numbers.count <= 130)
    }
    let before = try readLines(path + ".bak").compactMap(port(of:))
    #expect(before.last == 10_499)
  }

  private func readLines(_ path: String) throws -> [String] {
    let contents = try File.contents(of: path, limitBytes: 1 << 20)
    return String(decoding: contents, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("A log backend gives each message to one of its receivers that are up")
  func logBackend() throws {
    let receivers = (0..<3).map { _ in StreamReceiver() }
    let datagrams = DatagramReceiver()
    var backend = LogBackendSettings(name: "lb", backend: 5)
    backend.servers = receivers.enumerated().map { index, receiver in
      var server = receiver.server
      server.name = "s\(index)"
      return server
    }
    var server = LogServerSettings(
      name: "d", address: .internet(.ipv4(0x7F00_0001, port: datagrams.port)))
    server.isDatagram = true
    backend.servers.append(server)
    let state = Locked([true, false, true, true])
    let running = try RunningPipeline(frontend: [logger(.backend("lb"))]) {
      $0.logBackends = [backend]
      $0.isServerUp = { backend, server in backend == 5 && state.withLock { $0[server] } }
    }
    try running.start()
    write(0..<300, to: running)
    #expect(read(receivers, running) { $0.reduce(0) { $0 + $1.delivered } == 300 })
    #expect(datagrams.take(100).compactMap(port(of:)).count == 100)
    #expect(receivers.map { ports($0).count } == [100, 0, 100])
    state.withLock { $0 = [false, false, false, false] }
    write(300..<310, to: running)
    #expect(running.waits { $0.last?.dropped(.noReceiver) == 10 })
    let ledgers = running.stop()
    #expect(
      ledgers.map(\.sink)
        == ["backend@lb/s0", "backend@lb/s1", "backend@lb/s2", "backend@lb/d", "backend@lb"])
    #expect(ledgers.allSatisfy { $0.isBalanced } == true)
  }

  @Test("A stream receiver that hangs holds up no other, and the ledger balances at every look")
  func hangingStream() throws {
    let hanging = StreamReceiver(room: 4096)
    let reading = StreamReceiver()
    let running = try RunningPipeline(
      frontend: [logger(.stream(hanging.server)), logger(.stream(reading.server))],
      ringCapacity: 65_536)
    try running.start()
    write(0..<60_000, to: running)
    var looks = 0
    var balanced = 0
    let isDone = read([reading], running) { ledgers in
      looks += 1
      if ledgers.allSatisfy(\.isBalanced) { balanced += 1 }
      return ledgers[1].delivered == 60_000
    }
    #expect(isDone)
    #expect(balanced == looks)
    #expect(reading.lines.count == 60_000)
    let ledgers = running.stop()
    #expect(ledgers[0].accepted == 60_000)
    #expect(ledgers[0].dropped(.stopped) > 0)
    #expect(ledgers[0].isBalanced)
  }
}
