internal import CLinux

/// A file descriptor with one owner, who closes it by letting it go (close(2)).
@frozen
public struct Descriptor: ~Copyable, Sendable {
  /// The number; for system calls of this module, and for messages.
  public let number: Int32

  /// Takes ownership of an open descriptor.
  @inlinable
  public init(owning number: Int32) { self.number = number }

  @inlinable
  deinit { close(number) }

  /// Gives up ownership: the descriptor stays open.
  @inlinable
  public consuming func relinquish() -> Int32 {
    let number = number
    discard self
    return number
  }
}

@usableFromInline
func close(_ number: Int32) { _ = weir_close(number) }
