public import Glibc

/// A value that one thread at a time may touch (pthread_mutex(3)).
///
/// It is a class of its own rather than Synchronization's `Mutex`, which ThreadSanitizer does not
/// understand on this system. The value lies behind a pointer, where no exclusivity is checked at
/// run time: the mutex sees to it.
@safe
public final class Locked<Value: ~Copyable>: @unchecked Sendable {
  // SAFETY (Sendable): the value is reached under the mutex only.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let value: UnsafeMutablePointer<Value>

  /// Locks a value away.
  @inlinable
  public init(_ value: consuming sending Value) {
    unsafe self.value = .allocate(capacity: 1)
    unsafe self.value.initialize(to: value)
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    _ = unsafe pthread_mutex_init(mutex, nil)
  }

  @inlinable
  deinit {
    _ = unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
    unsafe value.deinitialize(count: 1)
    unsafe value.deallocate()
  }

  /// Does something with the value while no other thread can. Keep it short; do not lock again
  /// within.
  @inlinable
  public func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    _ = unsafe pthread_mutex_lock(mutex)
    defer { _ = unsafe pthread_mutex_unlock(mutex) }
    // SAFETY: the mutex is held, so this is the one access to the value.
    return try unsafe body(&value.pointee)
  }
}
