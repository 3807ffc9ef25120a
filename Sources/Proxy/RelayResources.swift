internal import Kernel
internal import Memory

/// What the sessions of one worker share while they relay.
struct RelayResources: ~Copyable {
  /// The capacity asked of a pipe, in bytes.
  static var pipeCapacity: Int { 1 << 18 }
  /// The least capacity that is worth a pipe: the kernel gives less to a user who has many
  /// (pipe(7), pipe-user-pages-soft).
  static var leastPipeCapacity: Int { 1 << 16 }

  /// The buffer that bytes are read into; empty between two runs.
  var scratch: ByteBuffer
  /// The pipes of bulk flows, and the spare ones.
  var pipes = Slab<Pipe>()
  /// Bytes that went through pipes.
  var splicedBytes: UInt64 = 0
  /// The pipes there may be, spare ones among them: each takes two descriptors of the process.
  let pipeLimit: Int
  private var spare: [SlabIndex] = []

  /// Resources with a scratch buffer of `bufferSize` bytes, and at most so many pipes.
  init(bufferSize: Int, pipeLimit: Int) {
    scratch = ByteBuffer(capacity: bufferSize)
    self.pipeLimit = pipeLimit
  }

  /// An empty pipe; nil where all are taken, or the system has none to give.
  mutating func takePipe() -> SlabIndex? {
    if let pipe = spare.popLast() { return pipe }
    guard pipes.count < pipeLimit else { return nil }
    do throws(Errno) {
      let pipe = try Pipe(capacity: Self.pipeCapacity)
      guard pipe.capacity >= Self.leastPipeCapacity else { return nil }
      return pipes.insert(pipe)
    } catch {
      return nil
    }
  }

  /// Takes a pipe back; one that is not empty is closed.
  mutating func giveBack(_ pipe: SlabIndex, isEmpty: Bool) {
    if isEmpty {
      spare.append(pipe)
    } else {
      _ = pipes.remove(pipe)
    }
  }
}
