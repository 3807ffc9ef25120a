internal import Kernel
internal import Memory

/// The connection of one check.
struct CheckConnection: ~Copyable {
  let descriptor: Descriptor
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
    descriptor: consuming Descriptor, check: Int, startedMicroseconds: Int64,
    dialogue: CheckDialogue
  ) {
    self.descriptor = descriptor
    self.check = check
    self.startedMicroseconds = startedMicroseconds
    self.dialogue = dialogue
  }
}
