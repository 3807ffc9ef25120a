internal import CLinux

/// What one asks to be told of a descriptor, and what is told.
public struct Readiness: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// There is something to read, or to accept (EPOLLIN).
  @inlinable public static var readable: Readiness { Readiness(rawValue: 1) }
  /// There is room to write, or a connection has come about (EPOLLOUT).
  @inlinable public static var writable: Readiness { Readiness(rawValue: 2) }
  /// The peer writes no more (EPOLLRDHUP).
  @inlinable public static var peerClosed: Readiness { Readiness(rawValue: 4) }
  /// There are urgent data (EPOLLPRI).
  @inlinable public static var urgent: Readiness { Readiness(rawValue: 128) }
  /// Ask: tell of changes only (EPOLLET).
  @inlinable public static var edge: Readiness { Readiness(rawValue: 8) }
  /// Ask: wake one of several epoll instances only (EPOLLEXCLUSIVE).
  @inlinable public static var exclusive: Readiness { Readiness(rawValue: 16) }
  /// Told: an error waits on the socket (EPOLLERR).
  @inlinable public static var error: Readiness { Readiness(rawValue: 32) }
  /// Told: both directions are closed (EPOLLHUP).
  @inlinable public static var hangup: Readiness { Readiness(rawValue: 64) }
}

/// An epoll instance and the room for what it tells (epoll(7)).
@safe
public struct Epoll: ~Copyable {
  /// The most events that one wait tells.
  package static var eventLimit: Int { 256 }

  private let descriptor: Descriptor
  private let events: UnsafeMutablePointer<weir_event>

  /// A new instance.
  package init() throws(Errno) {
    descriptor = Descriptor(owning: try check(weir_epoll_create()))
    unsafe events = .allocate(capacity: Self.eventLimit)
    unsafe events.initialize(repeating: weir_event(), count: Self.eventLimit)
  }

  deinit { unsafe events.deallocate() }

  /// Begins to watch a descriptor; `token` comes back with each event.
  package func add(_ number: Int32, _ interest: Readiness, token: UInt64) throws(Errno) {
    _ = try check(weir_epoll_add(descriptor.number, number, interest.rawValue, token))
  }

  /// Asks for something else of a watched descriptor; not for exclusive ones.
  package func modify(_ number: Int32, _ interest: Readiness, token: UInt64) throws(Errno) {
    _ = try check(weir_epoll_modify(descriptor.number, number, interest.rawValue, token))
  }

  /// Stops watching a descriptor. Closing its last copy does the same.
  package func remove(_ number: Int32) { _ = weir_epoll_remove(descriptor.number, number) }

  /// Waits for events, at most so many milliseconds (nil for good), and gives their number.
  package func wait(milliseconds: Int?) -> Int {
    let timeout = milliseconds.map { Int32(clamping: max($0, 0)) } ?? -1
    // SAFETY: `events` has room for `eventLimit` events.
    let count = unsafe weir_epoll_wait(
      descriptor.number, events, Int32(Self.eventLimit), timeout)
    return max(Int(count), 0)
  }

  /// The event at `index`, below what the last wait gave.
  package func event(_ index: Int) -> (token: UInt64, readiness: Readiness) {
    precondition(index >= 0 && index < Self.eventLimit)
    // SAFETY: all events were initialised, and the index is within them.
    let event = unsafe events[index]
    return (event.token, Readiness(rawValue: event.flags))
  }
}
