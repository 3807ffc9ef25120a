internal import CLinux

/// A pipe whose memory carries bytes from one socket to another (pipe2(2), splice(2)).
public struct Pipe: ~Copyable {
  /// The end that is read from.
  public let output: Descriptor
  /// The end that is written to.
  public let input: Descriptor
  /// How many bytes it holds at the most, if they come in full pages.
  public let capacity: Int

  /// A new pipe that asks for this capacity (F_SETPIPE_SZ) and takes what it gets.
  public init(capacity: Int) throws(Errno) {
    var ends: (Int32, Int32) = (0, 0)
    let got = unsafe withUnsafeMutableBytes(of: &ends) { raw in
      // SAFETY: two Int32 have room for the two descriptors.
      unsafe weir_pipe(
        raw.assumingMemoryBound(to: Int32.self).baseAddress, Int32(clamping: capacity))
    }
    self.capacity = Int(try check(got))
    output = Descriptor(owning: ends.0)
    input = Descriptor(owning: ends.1)
  }
}
