internal import COpenSSL
package import Kernel
package import Memory

/// How far a handshake or an end has come.
package enum TLSProgress: Equatable, Sendable {
  /// It is done.
  case done
  /// It goes on when the descriptor can be read from.
  case wantsRead
  /// It goes on when the descriptor can be written to.
  case wantsWrite
  /// The other end has closed.
  case closed
  /// It failed, and the session is of no more use.
  case failed(TLSError)
}

/// What came of reading or writing.
package enum TLSTransfer: Equatable, Sendable {
  /// So many bytes, more than none.
  case moved(Int)
  /// Nothing before the descriptor can be read from.
  case wantsRead
  /// Nothing before the descriptor can be written to.
  case wantsWrite
  /// The other end has closed.
  case closed
  /// The session broke.
  case failed(TLSError)
}

/// TLS on one connection (SSL_new(3ssl)): it reads and writes a non-blocking descriptor that its
/// owner keeps open, never waits, raises no SIGPIPE and leaves nothing on OpenSSL's error queue.
@safe
package struct TLSSession: ~Copyable {
  private let pointer: OpaquePointer
  /// The context must outlive its sessions only for its settings; OpenSSL counts for itself.
  private let context: TLSContext
  /// Whether something failed that forbids a farewell (SSL_shutdown(3ssl)).
  private var isBroken = false
  /// What the system said of the descriptor, where OpenSSL only knows that a call failed.
  private let link: SocketLink

  /// A session on a connected descriptor. A client verifies that the certificate is for
  /// `verifyhost`, else for the name that it sends, else for `host`: the name or the address that
  /// it connected to.
  package init(
    _ context: TLSContext, on descriptor: borrowing Descriptor, host: String? = nil
  ) throws(TLSError) {
    let link = SocketLink(number: descriptor.number)
    let session = unsafe try Self.make(context, link, host)
    unsafe pointer = session
    self.context = context
    self.link = link
  }

  private static func make(
    _ context: TLSContext, _ link: SocketLink, _ host: String?
  ) throws(TLSError) -> OpaquePointer {
    ERR_clear_error()
    // SAFETY: the context lives; OpenSSL counts the session's reference to it.
    guard let session = unsafe SSL_new(context.pointer), let bio = unsafe link.makeBIO() else {
      throw TLSError(.library, "OpenSSL makes no session: \(LibraryErrors.take())")
    }
    // SAFETY: the session takes the BIO over, as both its ends.
    unsafe SSL_set_bio(session, bio, bio)
    guard !context.isServer else {
      unsafe SSL_set_accept_state(session)
      return unsafe session
    }
    unsafe SSL_set_connect_state(session)
    do throws(TLSError) {
      unsafe try name(session, context, host)
    } catch {
      unsafe SSL_free(session)
      throw error
    }
    return unsafe session
  }

  deinit { unsafe SSL_free(pointer) }

  private static func name(
    _ session: OpaquePointer, _ context: TLSContext, _ host: String?
  ) throws(TLSError) {
    if let name = context.serverName {
      let result = unsafe name.withCString { text in
        // SAFETY: the library copies the name.
        unsafe SSL_ctrl(
          session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
          UnsafeMutableRawPointer(mutating: text))
      }
      guard result == 1 else {
        throw TLSError(.library, "'\(name)' cannot be sent as a server's name")
      }
    }
    guard context.verifies, let expected = context.verifiedHost ?? context.serverName ?? host
    else { return }
    let parameters = unsafe SSL_get0_param(session)
    // An address is held against the addresses of a certificate, a name against its names.
    if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, expected) != 1 {
      ERR_clear_error()
      unsafe X509_VERIFY_PARAM_set_hostflags(
        parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
      guard unsafe X509_VERIFY_PARAM_set1_host(parameters, expected, expected.utf8.count) == 1
      else { throw TLSError(.library, "a certificate cannot be for '\(expected)'") }
    }
  }

  /// Does what can be done of the handshake now (SSL_do_handshake(3ssl)).
  package mutating func handshake() -> TLSProgress {
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(pointer)
    return result == 1 ? .done : progress(of: result, "handshake")
  }

  /// Whether the handshake is over.
  package var isEstablished: Bool { unsafe SSL_is_init_finished(pointer) == 1 }

  /// Reads into the room of a buffer (SSL_read_ex(3ssl)). Edge-triggered owners call until it wants
  /// something.
  package mutating func read(into buffer: inout ByteBuffer) -> TLSTransfer {
    guard buffer.room > 0 else { return .wantsRead }
    ERR_clear_error()
    var count = 0
    // SAFETY: the buffer has `room` bytes behind `end`.
    let result = unsafe SSL_read_ex(pointer, buffer.base + buffer.end, buffer.room, &count)
    if result == 1, count > 0 {
      buffer.produced(count)
      return .moved(count)
    }
    return transfer(of: result)
  }

  /// Takes in what the other end says without giving out any of its bytes (SSL_peek_ex(3ssl)): tickets
  /// and warnings, an end, an error. `moved` says that there are bytes to be read.
  package mutating func look() -> TLSTransfer {
    ERR_clear_error()
    var byte: UInt8 = 0
    var count = 0
    // SAFETY: one byte at the most is written.
    let result = unsafe SSL_peek_ex(pointer, &byte, 1, &count)
    return result == 1 && count > 0 ? .moved(count) : transfer(of: result)
  }

  /// Writes some of these bytes (SSL_write_ex(3ssl)). What was refused is to be offered again, the
  /// same bytes first.
  package mutating func write(_ bytes: Span<UInt8>) -> TLSTransfer {
    guard !bytes.isEmpty else { return .wantsWrite }
    ERR_clear_error()
    var count = 0
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      // SAFETY: as many bytes are read as the span has.
      unsafe SSL_write_ex(pointer, bytes.baseAddress, bytes.count, &count)
    }
    if result == 1, count > 0 { return .moved(count) }
    return transfer(of: result)
  }

  /// Tells the other end that no more will come (SSL_shutdown(3ssl)); it is done when that was
  /// written. It is not waited for what the other end says to it.
  package mutating func shutdown() -> TLSProgress {
    guard !isBroken, isEstablished else { return .done }
    ERR_clear_error()
    let result = unsafe SSL_shutdown(pointer)
    return result >= 0 ? .done : progress(of: result, "end")
  }

  /// How many bytes this session has written to the descriptor, TLS's own included.
  package var writtenBytes: UInt64 { link.written }

  /// How many bytes it has read from the descriptor.
  package var readBytes: UInt64 { link.received }

  /// The version of the protocol, such as TLSv1.3.
  package var version: String {
    // SAFETY: the text is a constant of the library.
    unsafe String(cString: SSL_get_version(pointer))
  }

  /// The cipher suite; empty before there is one.
  package var cipher: String {
    guard let cipher = unsafe SSL_get_current_cipher(pointer),
      let name = unsafe SSL_CIPHER_get_name(cipher)
    else { return "" }
    return unsafe String(cString: name)
  }

  /// Whether the other end showed a certificate.
  package var hasPeerCertificate: Bool {
    guard let certificate = unsafe SSL_get1_peer_certificate(pointer) else { return false }
    unsafe X509_free(certificate)
    return true
  }

  /// The subject of the other end's certificate in one line; nil where it showed none.
  package var peerSubject: String? {
    guard let certificate = unsafe SSL_get1_peer_certificate(pointer) else { return nil }
    defer { unsafe X509_free(certificate) }
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { room in
      // SAFETY: at most 512 bytes are written, the last a NUL.
      guard
        let text = unsafe X509_NAME_oneline(
          X509_get_subject_name(certificate), room.baseAddress, 512)
      else { return nil }
      return unsafe String(cString: text)
    }
  }

  private mutating func transfer(of result: Int32) -> TLSTransfer {
    switch progress(of: result, "connection") {
    case .done, .wantsRead: .wantsRead
    case .wantsWrite: .wantsWrite
    case .closed: .closed
    case .failed(let error): .failed(error)
    }
  }

  private mutating func progress(of result: Int32, _ what: String) -> TLSProgress {
    switch unsafe SSL_get_error(pointer, result) {
    case SSL_ERROR_WANT_READ: return .wantsRead
    case SSL_ERROR_WANT_WRITE: return .wantsWrite
    case SSL_ERROR_ZERO_RETURN:
      ERR_clear_error()
      return .closed
    case SSL_ERROR_SYSCALL:
      ERR_clear_error()
      isBroken = true
      guard let errno = link.error else { return .closed }
      return .failed(TLSError(.system(errno), "TLS \(what): \(errno.words)"))
    default:
      isBroken = true
      // An end without a farewell is one all the same.
      if ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING {
        ERR_clear_error()
        return .closed
      }
      return .failed(failure(what))
    }
  }

  /// What went wrong, in words: of the certificate where that is the matter.
  private func failure(_ what: String) -> TLSError {
    let verdict = unsafe SSL_get_verify_result(pointer)
    let reason = LibraryErrors.take()
    guard verdict != Int(X509_V_OK), context.verifies, !isEstablished else {
      return TLSError(.protocolError, "TLS \(what) failed: \(reason)")
    }
    // SAFETY: the text is a constant of the library.
    let words = unsafe String(cString: X509_verify_cert_error_string(verdict))
    return TLSError(
      .certificate, "the other end's certificate does not hold: \(words)",
      remedy: "give the authority that signed it as ca-file, and the name it is for as verifyhost")
  }
}
