internal import COpenSSL
internal import Glibc
internal import Kernel
internal import Synchronization

/// What stands between OpenSSL and a socket, in place of the library's own socket BIO, which lets
/// SIGPIPE come (BIO_meth_new(3ssl)).
///
/// The session owns it and outlives the BIO that points to it.
final class SocketLink {
  let number: Int32
  /// Bytes that went out, and came in.
  private(set) var written: UInt64 = 0
  private(set) var received: UInt64 = 0
  /// The last error of the socket that was not for want of room or bytes.
  private(set) var error: Errno?

  init(number: Int32) { self.number = number }

  /// The method of all these BIOs; made once, and kept.
  private static let method: SendableMethod = makeMethod()

  /// A BIO on this link; the caller owns it.
  @unsafe
  func makeBIO() -> OpaquePointer? {
    // SAFETY: the link is not retained: the session frees the BIO before it lets the link go.
    guard let method = unsafe Self.method.pointer, let bio = unsafe BIO_new(method) else {
      return nil
    }
    unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    unsafe BIO_set_init(bio, 1)
    return unsafe bio
  }

  fileprivate func write(_ bytes: UnsafePointer<CChar>?, _ count: Int32) -> Int {
    while true {
      // SAFETY: OpenSSL gives a block of this size.
      let result = unsafe send(
        number, bytes, Int(count), Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      if result >= 0 {
        written += UInt64(result)
        return result
      }
      guard errno != EINTR else { continue }
      return fail()
    }
  }

  fileprivate func read(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int32) -> Int {
    while true {
      // SAFETY: OpenSSL gives a block of this size.
      let result = unsafe recv(number, bytes, Int(count), Int32(MSG_DONTWAIT))
      if result >= 0 {
        received += UInt64(result)
        return result
      }
      guard errno != EINTR else { continue }
      return fail()
    }
  }

  /// -1 where the call is to be made again later, else -2.
  private func fail() -> Int {
    let number = errno
    if number == EAGAIN { return -1 }
    error = Errno(number)
    return -2
  }
}

/// A pointer that is written once and never freed.
@safe
private struct SendableMethod: @unchecked Sendable {
  // SAFETY (Sendable): the method is not changed after it was made.
  let pointer: OpaquePointer?
}

private let retryFlag: Int32 = 8
private let readFlag: Int32 = 1
private let writeFlag: Int32 = 2
private let allFlags: Int32 = 15

/// The link of a BIO; a free function, since C calls it on any thread.
private func link(_ bio: OpaquePointer?) -> SocketLink? {
  // SAFETY: the data of these BIOs is always a link that lives.
  guard let data = unsafe BIO_get_data(bio) else { return nil }
  return unsafe Unmanaged<SocketLink>.fromOpaque(data).takeUnretainedValue()
}

private func makeMethod() -> SendableMethod {
  let method = unsafe BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "weir socket")
  guard let method = unsafe method else { return unsafe SendableMethod(pointer: nil) }
  unsafe BIO_meth_set_write(method) { bio, bytes, count in
    unsafe BIO_clear_flags(bio, allFlags)
    let result = unsafe link(bio)?.write(bytes, count) ?? -2
    if result == -1 { unsafe BIO_set_flags(bio, writeFlag | retryFlag) }
    return Int32(max(result, -1))
  }
  unsafe BIO_meth_set_read(method) { bio, bytes, count in
    unsafe BIO_clear_flags(bio, allFlags)
    let result = unsafe link(bio)?.read(bytes, count) ?? -2
    if result == -1 { unsafe BIO_set_flags(bio, readFlag | retryFlag) }
    return Int32(max(result, -1))
  }
  unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
  return unsafe SendableMethod(pointer: method)
}
