internal import CLinux
internal import Glibc

/// A thread of the system (pthread_create(3)).
@safe
package struct Thread: ~Copyable, @unchecked Sendable {
  // SAFETY (Sendable): a pthread_t may be joined from any thread, and joining consumes it.
  private let handle: pthread_t

  /// Starts a thread that runs `body` and ends. `name` is cut at 15 bytes.
  package init(name: String, body: @escaping @Sendable () -> Void) throws(Errno) {
    var handle = pthread_t()
    let start = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body))
    // SAFETY: the new thread takes the reference over; where there is none, it is released here.
    let failed = unsafe pthread_create(&handle, nil, runThread, start.toOpaque())
    guard failed == 0 else {
      unsafe start.release()
      throw Errno(failed)
    }
    self.handle = handle
  }

  /// Waits until the thread has ended.
  package consuming func join() { _ = pthread_join(handle, nil) }

  /// Lets the thread end by itself (pthread_detach(3)).
  package consuming func detach() { _ = pthread_detach(handle) }

  /// How many processors this process may use.
  package static var processorCount: Int { Int(weir_processor_count()) }
}

private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void
  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// The entry of every thread; a free function, since a closure would bear its maker's isolation.
private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  // SAFETY: the argument is the reference that `Thread.init` retained for this thread.
  let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
  unsafe weir_name_thread(start.name)
  start.body()
  return nil
}
