/// What waits for a sink, and the account of it: what each line changes, in one place.
struct SinkIntake {
  var queue: MessageQueue
  var ledger: SinkLedger
  /// Whether each message lies behind its length, without its final newline.
  private let isCounted: Bool
  /// Whether the oldest line goes where there is no room, rather than the newest.
  private let keepsLatest: Bool

  init(queue: MessageQueue, ledger: SinkLedger, way: Sink.Way) {
    self.queue = queue
    self.ledger = ledger
    if case .stream(let server) = way {
      isCounted = server.framing == .octetCount
    } else {
      isCounted = false
    }
    if case .kept = way { keepsLatest = true } else { keepsLatest = false }
  }

  /// Takes a line.
  mutating func accept(_ line: Span<UInt8>, isTruncated: Bool) {
    if isTruncated { ledger.truncated &+= 1 }
    if append(line) {
      ledger.enqueue()
    } else if !queue.canHold(line.count) {
      ledger.lose(1, .tooLong)
    } else if keepsLatest {
      makeRoom(for: line)
      ledger.enqueue()
    } else {
      ledger.lose(1, .queueFull)
    }
  }

  mutating func append(_ line: Span<UInt8>) -> Bool {
    isCounted ? queue.appendCounted(line) : queue.append(line)
  }

  private mutating func makeRoom(for line: Span<UInt8>) {
    while !append(line) {
      queue.removeFirst(1)
      ledger.drop(1, .overwritten)
    }
  }
}
