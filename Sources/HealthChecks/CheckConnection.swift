internal import Kernel
internal import Memory

/// The connection of one check.
struct CheckConnection: ~Copyable {
  let descriptor: Descriptor
  /// The port that is lent to it by the server's `source` line.
  let port: BorrowedPort?
  /// Index of the target.
  let check: Int
  /// When it was begun, on the monotonic clock.
  let startedMicroseconds: Int64
  var dialogue: CheckDialogue
  /// What the socket has not yet taken.
  var unsent: [UInt8] = []
  var isConnected = false
  /// Set once the check has ended and the connection only runs dry.
  var drainTimer: TimerIndex?

  init(
    descriptor: consuming Descriptor, port: consuming BorrowedPort?, check: Int,
    startedMicroseconds: Int64,
    dialogue: CheckDialogue
  ) {
    self.descriptor = descriptor
    self.port = port
    self.check = check
    self.startedMicroseconds = startedMicroseconds
    self.dialogue = dialogue
  }
}
