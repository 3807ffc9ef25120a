internal import Glibc

/// A value that one thread at a time may touch (pthread_mutex(3)).
///
/// It is a class of its own rather than Synchronization's `Mutex`, which ThreadSanitizer does not
/// understand on this system.
@safe
package final class Locked<Value: ~Copyable>: @unchecked Sendable {
  // SAFETY (Sendable): the value is reached under the mutex only.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  /// Locks a value away.
  package init(_ value: consuming sending Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    _ = unsafe pthread_mutex_init(mutex, nil)
  }

  deinit {
    _ = unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Does something with the value while no other thread can. Keep it short; do not lock again
  /// within.
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    _ = unsafe pthread_mutex_lock(mutex)
    defer { _ = unsafe pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
