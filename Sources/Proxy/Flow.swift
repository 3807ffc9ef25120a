internal import Kernel
internal import Memory

/// One direction of a session: bytes from one side to the other, and what waits on the way.
///
/// Bytes go through the thread's scratch buffer and are written at once. Only what the other side
/// does not take is kept, for as long as it waits. Where reads fill the scratch buffer again and
/// again, a pipe takes over (splice(2)).
struct Flow: ~Copyable {
  /// How a run of a flow ended.
  enum Outcome: Equatable {
    /// Nothing more can be done until an event comes.
    case waits
    /// The turn's share is used up: run it again after the others.
    case hasMore
    /// The end of the stream was passed on, or may be by closing.
    case ended
    /// This side failed.
    case failed(Party, Errno)
  }

  /// Reads in one run, so that one session holds up no other for long.
  static var readLimit: Int { 16 }
  /// Full reads in a row after which the flow counts as bulk.
  static var bulkReads: Int { 2 }
  /// Small reads in a row after which a flow in a pipe no longer counts as bulk.
  static var idleReads: Int { 8 }
  /// Bytes asked of one splice.
  static var spliceSize: Int { 1 << 20 }

  /// Where the bytes come from.
  let source: Party
  /// Bytes read from the source so far.
  var byteCount: UInt64 = 0
  /// Bytes that wait for the destination; nil while none does.
  var pending: ByteBuffer?
  /// The pipe of a bulk flow, in `RelayResources.pipes`, while there are bytes to move.
  var pipe: SlabIndex?
  /// Whether the flow goes through a pipe.
  var isBulk = false
  /// Bytes in the pipe.
  var piped = 0
  /// Full reads in a row; of a bulk flow, small reads in a row.
  var streak = 0
  /// Whether the flow may use a pipe at all (`nosplice`, `-dS`).
  var maySplice = true
  /// Whether the flow is to use a pipe from its first byte (`option splice-…`).
  var splicesFromStart = false

  init(source: Party) { self.source = source }

  /// Whether bytes wait for the destination.
  var hasPending: Bool { pending != nil || piped > 0 }

  /// Puts bytes in front of all that will come: a PROXY protocol header.
  mutating func begin(with bytes: consuming ByteBuffer) { pending = consume bytes }

  /// Moves bytes until one side gives or takes no more.
  mutating func run(
    from: inout Side, to: inout Side, resources: inout RelayResources, now: Int64
  ) -> Outcome {
    var reads = 0
    while true {
      if hasPending {
        guard to.isWritable else { return .waits }
        if let outcome = flush(to: &to, pipes: resources.pipes, now: now) { return outcome }
      }
      if from.hasEnded { return .ended }
      guard from.isReadable else { return .waits }
      guard reads < Self.readLimit else { return .hasMore }
      reads += 1
      let outcome =
        isBulk || splicesFromStart
        ? splice(from: &from, resources: &resources, now: now)
        : copy(from: &from, to: &to, resources: &resources, now: now)
      if let outcome { return outcome }
    }
  }

  /// Writes what waits; nil where all was taken.
  private mutating func flush(
    to: inout Side, pipes: borrowing Slab<Pipe>, now: Int64
  ) -> Outcome? {
    while let pipe, piped > 0 && pending == nil {
      switch to.drain(pipes[pipe], count: piped) {
      case .moved(let count):
        piped -= count
        to.lastActivity = now
      case .ended, .wouldBlock:
        to.isWritable = false
        return .waits
      case .failed(let errno): return .failed(destination, errno)
      }
    }
    guard var buffer = pending.take() else { return nil }
    let transfer = to.send(from: &buffer, now: now)
    if !buffer.isEmpty { pending = consume buffer }
    switch transfer {
    case .failed(let errno): return .failed(destination, errno)
    default: return pending == nil ? nil : .waits
    }
  }

  /// One read through the scratch buffer; nil where the flow may go on.
  private mutating func copy(
    from: inout Side, to: inout Side, resources: inout RelayResources, now: Int64
  ) -> Outcome? {
    switch from.receive(into: &resources.scratch, now: now) {
    case .moved(let count):
      byteCount &+= UInt64(count)
      streak = count == resources.scratch.capacity ? streak + 1 : 0
      if streak >= Self.bulkReads && maySplice {
        isBulk = true
        streak = 0
      }
    case .ended: return nil
    case .wouldBlock: return .waits
    case .failed(let errno): return .failed(source, errno)
    }
    var failure: Outcome?
    if to.isWritable, case .failed(let errno) = to.send(from: &resources.scratch, now: now) {
      failure = .failed(destination, errno)
    }
    if !resources.scratch.isEmpty && failure == nil {
      var rest = ByteBuffer(capacity: resources.scratch.count)
      _ = rest.append(resources.scratch)
      pending = consume rest
    }
    resources.scratch.removeAll()
    return failure
  }

  /// One read into the pipe; nil where the flow may go on.
  private mutating func splice(
    from: inout Side, resources: inout RelayResources, now: Int64
  ) -> Outcome? {
    guard let taken = pipe ?? resources.takePipe() else {
      // No pipe to be had: bytes go on through the buffer.
      splicesFromStart = false
      isBulk = false
      streak = 0
      return nil
    }
    pipe = taken
    switch from.fill(resources.pipes[taken], count: Self.spliceSize, now: now) {
    case .moved(let count):
      byteCount &+= UInt64(count)
      piped += count
      resources.splicedBytes &+= UInt64(count)
      streak = count < resources.scratch.capacity / 4 ? streak + 1 : 0
      return nil
    case .ended: return nil
    case .wouldBlock:
      if streak >= Self.idleReads {
        isBulk = false
        streak = 0
      }
      // A flow that waits for its source holds no pipe: there are few.
      leavePipe(&resources)
      return .waits
    case .failed(let errno): return .failed(source, errno)
    }
  }

  /// Gives the pipe back: at the end, or while there is nothing to move.
  mutating func leavePipe(_ resources: inout RelayResources) {
    guard let leaving = pipe else { return }
    resources.giveBack(leaving, isEmpty: piped == 0)
    pipe = nil
    piped = 0
  }

  private var destination: Party { source == .client ? .server : .client }
}
