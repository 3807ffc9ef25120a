import Glibc
import Kernel
import Memory
import Testing

@testable import Proxy

/// One direction between two loopback connections, and the peers at their far ends.
private struct Bench: ~Copyable {
  var from: Side
  var to: Side
  var flow = Flow(source: .client)
  var resources: RelayResources
  let source: Peer
  let sink: Peer

  init(bufferSize: Int = 4096, pipeLimit: Int = 4, sendBuffer: Int? = nil) throws {
    Process.ignoreBrokenPipes()
    let listener = try PeerListener()
    if let sendBuffer { listener.socket.prefer(.sendBuffer, sendBuffer) }
    var endpoint = Endpoint.none
    let source = try Peer(connectingTo: listener.address)
    let first = try listener.socket.accept(peer: &endpoint)
    let sink = try Peer(connectingTo: listener.address)
    let second = try listener.socket.accept(peer: &endpoint)
    self.source = source
    self.sink = sink
    from = Side(socket: first)
    to = Side(socket: second)
    resources = RelayResources(bufferSize: bufferSize, pipeLimit: pipeLimit)
    to.isWritable = true
  }

  /// Tells the sides what the kernel has to tell, as an edge-triggered event would.
  mutating func note() {
    from.note(Self.readiness(from.socket?.number ?? -1))
    to.note(Self.readiness(to.socket?.number ?? -1))
  }

  private static func readiness(_ number: Int32) -> Readiness {
    var asked = pollfd(
      fd: number, events: Int16(POLLIN | POLLOUT | peerClosedEvent | POLLPRI), revents: 0)
    _ = poll(&asked, 1, 0)
    var readiness: Readiness = []
    let told = Int32(asked.revents)
    if told & POLLIN != 0 { readiness.insert(.readable) }
    if told & POLLPRI != 0 { readiness.insert(.urgent) }
    if told & POLLOUT != 0 { readiness.insert(.writable) }
    if told & peerClosedEvent != 0 { readiness.insert(.peerClosed) }
    if told & POLLERR != 0 { readiness.insert(.error) }
    if told & POLLHUP != 0 { readiness.insert(.hangup) }
    return readiness
  }

  mutating func run() -> Flow.Outcome {
    let outcome = flow.run(from: &from, to: &to, resources: &resources, now: 7)
    return outcome
  }

  /// Runs, with events in between, until the flow is over; the sink is read when nothing moves.
  mutating func runToEnd(reading limit: Int = .max) throws -> (Flow.Outcome, [UInt8]) {
    var received: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    let end = Clock.monotonicMicroseconds() + 10_000_000
    while true {
      note()
      let outcome = run()
      let got = recv(sink.number, &room, room.count, Int32(MSG_DONTWAIT))
      if got > 0 { received += room[..<got] }
      switch outcome {
      case .ended, .failed:
        return (outcome, received)
      case .hasMore, .waits:
        guard Clock.monotonicMicroseconds() < end else { throw SupportError("the flow stands") }
      }
    }
  }
}

/// POLLRDHUP (poll(2)), which Glibc's module does not show.
private let peerClosedEvent: Int32 = 0x2000

/// Sends from a thread, and then ends the stream.
private func feed(_ peer: Peer, _ bytes: [UInt8]) throws -> JoinableThread {
  JoinableThread(
    try Thread(name: "feed") {
      try? peer.send(bytes)
      peer.shutdownWriting()
    })
}

@Suite struct FlowTests {
  @Test("bytes go over, and an idle flow holds nothing")
  func copies() throws {
    var bench = try Bench()
    let first = bench.run()
    #expect(first == .waits)
    try bench.source.send("hello")
    try waitUntil("bytes") {
      bench.note()
      return bench.run() == .waits && bench.flow.byteCount == 5
    }
    #expect(try bench.sink.receiveText(5) == "hello")
    let (holds, isEmpty) = (bench.flow.hasPending, bench.resources.scratch.isEmpty)
    #expect(!holds)
    #expect(isEmpty)
    let activity = (bench.from.lastActivity, bench.to.lastActivity)
    #expect(activity == (7, 7))
  }

  @Test("a stream with its end", arguments: [0, 1, 4095, 4096, 4097, 8192, 100_000])
  func ends(count: Int) throws {
    var bench = try Bench()
    let bytes = pattern(count)
    let thread = try feed(bench.source, bytes)
    var (outcome, received) = try bench.runToEnd()
    thread.join()
    #expect(outcome == .ended)
    bench.to.shut()
    received += try bench.sink.receiveAll()
    #expect(received == bytes)
    let counted = bench.flow.byteCount
    #expect(counted == UInt64(count))
  }

  @Test("what the destination does not take waits, and goes when it does")
  func shortWrites() throws {
    var bench = try Bench(bufferSize: 1 << 16, sendBuffer: 4096)
    let bytes = pattern(3_000_000)
    let thread = try feed(bench.source, bytes)
    try waitUntil("a full destination") {
      bench.note()
      _ = bench.run()
      return bench.flow.hasPending && !bench.to.isWritable
    }
    var (outcome, received) = try bench.runToEnd()
    thread.join()
    #expect(outcome == .ended)
    bench.to.shut()
    received += try bench.sink.receiveAll()
    #expect(received == bytes)
  }

  @Test("nothing is read while bytes wait for a destination that takes none")
  func backpressure() throws {
    var bench = try Bench()
    bench.to.isWritable = false
    bench.from.isReadable = true
    try bench.source.send(pattern(5000))
    try waitUntil("one read") {
      bench.from.isReadable = true
      _ = bench.run()
      return bench.flow.hasPending
    }
    let before = bench.flow.byteCount
    bench.from.isReadable = true
    let outcome = bench.run()
    let after = bench.flow.byteCount
    #expect(outcome == .waits)
    #expect(before == after)
  }

  @Test("bulk moves to a pipe, and leaves it when it waits")
  func bulk() throws {
    var bench = try Bench()
    let bytes = pattern(2_000_000)
    let thread = try feed(bench.source, bytes)
    var (outcome, received) = try bench.runToEnd()
    thread.join()
    #expect(outcome == .ended)
    let spliced = bench.resources.splicedBytes
    #expect(spliced > 500_000)
    bench.to.shut()
    received += try bench.sink.receiveAll()
    #expect(received == bytes)
    bench.flow.leavePipe(&bench.resources)
    let holds = bench.flow.pipe != nil
    #expect(!holds)
  }

  @Test("a bulk flow that waits for its source holds no pipe, and small talk ends bulk")
  func bulkEnds() throws {
    var bench = try Bench()
    bench.flow.isBulk = true
    for round in 0..<Flow.idleReads + 1 {
      try bench.source.send("hello")
      try waitUntil("bytes") {
        bench.note()
        return bench.run() == .waits && bench.flow.byteCount == UInt64(5 * (round + 1))
      }
      let holds = bench.flow.pipe != nil
      #expect(!holds)
    }
    #expect(try bench.sink.receive(5 * (Flow.idleReads + 1)).count == 5 * (Flow.idleReads + 1))
    let (isBulk, pipes) = (bench.flow.isBulk, bench.resources.pipes.count)
    #expect(!isBulk)
    #expect(pipes == 1)
  }

  @Test("without a pipe to be had, bulk goes through the buffer")
  func noPipe() throws {
    var bench = try Bench(pipeLimit: 0)
    bench.flow.splicesFromStart = true
    let bytes = pattern(300_000)
    let thread = try feed(bench.source, bytes)
    var (outcome, received) = try bench.runToEnd()
    thread.join()
    #expect(outcome == .ended)
    let spliced = bench.resources.splicedBytes
    #expect(spliced == 0)
    bench.to.shut()
    received += try bench.sink.receiveAll()
    #expect(received == bytes)
  }

  @Test("`nosplice` keeps bulk in the buffer")
  func maySplice() throws {
    var bench = try Bench()
    bench.flow.maySplice = false
    let thread = try feed(bench.source, pattern(300_000))
    let (outcome, _) = try bench.runToEnd()
    thread.join()
    #expect(outcome == .ended)
    let spliced = bench.resources.splicedBytes
    #expect(spliced == 0)
  }

  @Test("one run has its share and no more")
  func share() throws {
    var bench = try Bench(bufferSize: 1024)
    bench.flow.maySplice = false
    let thread = try feed(bench.source, pattern(200_000))
    try waitUntil("a turn's share") {
      bench.note()
      return bench.run() == .hasMore
    }
    _ = try bench.runToEnd()
    thread.join()
  }

  @Test("a destination that is gone is its failure, copied or spliced", arguments: [false, true])
  func destinationGone(splices: Bool) throws {
    var bench = try Bench()
    bench.flow.splicesFromStart = splices
    bench.sink.reset()
    let source = bench.source
    let thread = JoinableThread(try Thread(name: "feed") { try? source.send(pattern(100_000)) })
    let (outcome, _) = try bench.runToEnd()
    guard case .failed(.server, let errno) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(errno == .connectionReset || errno == .brokenPipe)
    bench.flow.leavePipe(&bench.resources)
    let pipes = bench.resources.pipes.count
    #expect(pipes <= 1)
    bench.from.close(reset: true)
    thread.join()
  }

  @Test("a source that resets is its failure")
  func sourceGone() throws {
    var bench = try Bench()
    bench.source.reset()
    let (outcome, _) = try bench.runToEnd()
    #expect(outcome == .failed(.client, .connectionReset))
  }

  @Test("a read that stops at urgent data is not taken for the last one")
  func urgent() throws {
    var bench = try Bench()
    try bench.source.send("before")
    try bench.source.sendUrgent("!")
    try bench.source.send("behind")
    try waitUntil("all of it is there") {
      var room = [UInt8](repeating: 0, count: 6)
      bench.note()
      let peeked = recv(bench.from.socket?.number ?? -1, &room, 6, Int32(MSG_PEEK))
      return peeked == 6 && bench.from.readsStopShort
    }
    try waitUntil("both parts went over") {
      // One event only: what a read leaves behind brings no other.
      bench.to.isWritable = true
      _ = bench.run()
      return bench.flow.byteCount == 12
    }
    #expect(try bench.sink.receiveText(12) == "beforebehind")
  }

  @Test("a header goes before all that comes")
  func header() throws {
    var bench = try Bench()
    var header = ByteBuffer(capacity: 8)
    let text = Array("HEADER ".utf8)
    let fits = header.append(text.span)
    #expect(fits)
    bench.flow.begin(with: header)
    try bench.source.send("hello")
    try waitUntil("bytes") {
      bench.note()
      return bench.run() == .waits && bench.flow.byteCount == 5
    }
    #expect(try bench.sink.receiveText(12) == "HEADER hello")
  }
}

@Suite struct RelayResourcesTests {
  @Test("pipes are kept for reuse, never more than the limit; one with bytes in it is closed")
  func pipes() {
    var resources = RelayResources(bufferSize: 16, pipeLimit: 2)
    let taken = [resources.takePipe(), resources.takePipe(), resources.takePipe()]
    #expect(taken[0] != nil && taken[1] != nil && taken[2] == nil)
    guard let first = taken[0], let second = taken[1] else { return }
    resources.giveBack(first, isEmpty: true)
    let again = resources.takePipe()
    #expect(again == first)
    resources.giveBack(second, isEmpty: false)
    let left = resources.pipes.count
    #expect(left == 1)
    let other = resources.takePipe()
    #expect(other != nil && other != second)
  }
}
