internal import Kernel
internal import Memory

/// What the sessions of one worker share while they relay.
struct RelayResources: ~Copyable {
  /// Empty pipes that are kept for the next bulk flow.
  static var sparePipeLimit: Int { 32 }
  /// The capacity asked of a pipe, in bytes.
  static var pipeCapacity: Int { 1 << 18 }

  /// The buffer that bytes are read into; empty between two runs.
  var scratch: ByteBuffer
  /// The pipes of bulk flows, and the spare ones.
  var pipes = Slab<Pipe>()
  /// Bytes that went through pipes.
  var splicedBytes: UInt64 = 0
  private var spare: [SlabIndex] = []

  /// Resources with a scratch buffer of `bufferSize` bytes.
  init(bufferSize: Int) { scratch = ByteBuffer(capacity: bufferSize) }

  /// An empty pipe; nil where the system has none to give.
  mutating func takePipe() -> SlabIndex? {
    if let pipe = spare.popLast() { return pipe }
    do throws(Errno) {
      return pipes.insert(try Pipe(capacity: Self.pipeCapacity))
    } catch {
      return nil
    }
  }

  /// Takes a pipe back; one that is not empty, or too many, is closed.
  mutating func giveBack(_ pipe: SlabIndex, isEmpty: Bool) {
    if isEmpty && spare.count < Self.sparePipeLimit {
      spare.append(pipe)
    } else {
      _ = pipes.remove(pipe)
    }
  }
}
