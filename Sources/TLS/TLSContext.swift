internal import COpenSSL
internal import Kernel

/// What the sessions of one end have in common: certificates, authorities, and what is asked of the
/// other end (SSL_CTX_new(3ssl)).
///
/// Files are read when it is made; it may be shared by threads.
@safe
package final class TLSContext: @unchecked Sendable {
  // SAFETY (Sendable): the context is not changed after `init`, and OpenSSL counts the references
  // of sessions to it with atomics.
  let pointer: OpaquePointer
  /// Whether sessions take the server's part.
  package let isServer: Bool
  /// The name that the other end's certificate must be for, where the settings give one.
  let verifiedHost: String?
  /// The name that is sent in the clear (SNI).
  let serverName: String?
  let verifies: Bool

  /// SSL_OP_NO_RENEGOTIATION and SSL_OP_IGNORE_UNEXPECTED_EOF, macros that Swift does not see.
  private static let noRenegotiation: UInt64 = 1 << 30
  private static let ignoreUnexpectedEnd: UInt64 = 1 << 7

  /// Where distributions keep the authorities of the system in one file.
  private static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

  /// The client's part.
  package init(client settings: TLSClientSettings) throws(TLSError) {
    let context = unsafe try Self.make(server: false)
    unsafe pointer = context
    isServer = false
    verifiedHost = settings.verifiedHost
    serverName = settings.serverName
    verifies = settings.verification != .none
    // From here on `deinit` frees the context where something is thrown.
    if verifies { unsafe try Self.trust(settings.authorityFile, context) }
    if let file = settings.certificateFile { unsafe try Self.show(file, context) }
    unsafe SSL_CTX_set_verify(context, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
  }

  /// The server's part.
  package init(server settings: TLSServerSettings) throws(TLSError) {
    let context = unsafe try Self.make(server: true)
    unsafe pointer = context
    isServer = true
    verifiedHost = nil
    serverName = nil
    verifies = settings.verification != .none
    unsafe try Self.show(settings.certificateFile, context)
    if verifies {
      unsafe try Self.trust(settings.authorityFile, context)
      if let file = settings.authorityFile { unsafe try Self.name(file, context) }
    }
    let mode =
      switch settings.verification {
      case .none: SSL_VERIFY_NONE
      case .optional: SSL_VERIFY_PEER
      case .required: SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
      }
    unsafe SSL_CTX_set_verify(context, mode, nil)
  }

  deinit { unsafe SSL_CTX_free(pointer) }

  private static func make(server: Bool) throws(TLSError) -> OpaquePointer {
    ERR_clear_error()
    let method = unsafe server ? TLS_server_method() : TLS_client_method()
    // SAFETY: the methods are constants of the library.
    guard let context = unsafe SSL_CTX_new(method) else {
      throw TLSError(.library, "OpenSSL makes no context: \(LibraryErrors.take())")
    }
    _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    // What one write does not take may lie elsewhere at the next, and a part counts.
    let modes =
      SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
      | SSL_MODE_RELEASE_BUFFERS
    _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(modes), nil)
    _ = unsafe SSL_CTX_set_options(context, noRenegotiation | ignoreUnexpectedEnd)
    return unsafe context
  }

  /// Reads the authorities that the other end's certificate is held against.
  private static func trust(_ file: String?, _ context: OpaquePointer) throws(TLSError) {
    guard let file, file != "@system-ca" else {
      // Read whole now: the folder of the system's authorities may be out of reach later.
      _ = unsafe SSL_CTX_set_default_verify_paths(context)
      _ = unsafe SSL_CTX_load_verify_file(context, systemAuthorities)
      ERR_clear_error()
      return
    }
    try check(file, "ca-file")
    guard unsafe SSL_CTX_load_verify_file(context, file) == 1 else {
      throw TLSError(
        .file, "cannot use the ca-file '\(file)': \(LibraryErrors.take())",
        remedy: "it must hold certificates of authorities in PEM (BEGIN CERTIFICATE)")
    }
  }

  /// Tells clients which authorities their certificates may be from.
  private static func name(_ file: String, _ context: OpaquePointer) throws(TLSError) {
    // SAFETY: the context takes the list over.
    guard let names = unsafe SSL_load_client_CA_file(file) else {
      throw TLSError(.file, "cannot use the ca-file '\(file)': \(LibraryErrors.take())")
    }
    unsafe SSL_CTX_set_client_CA_list(context, names)
  }

  /// Reads the certificate, its chain and its key, all of one PEM file; where the key is not in it,
  /// from the file with `.key` behind its name, as HAProxy does.
  private static func show(_ file: String, _ context: OpaquePointer) throws(TLSError) {
    try check(file, "crt")
    unsafe SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
    guard unsafe SSL_CTX_use_certificate_chain_file(context, file) == 1 else {
      throw TLSError(
        .file, "cannot use the certificate of '\(file)': \(LibraryErrors.take())",
        remedy: "the file must hold certificate, chain and private key in PEM")
    }
    if unsafe SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM) != 1 {
      let reason = LibraryErrors.take()
      let other = file + ".key"
      guard unsafe SSL_CTX_use_PrivateKey_file(context, other, SSL_FILETYPE_PEM) == 1 else {
        ERR_clear_error()
        throw TLSError(
          .file, "cannot use the private key of '\(file)': \(reason)",
          remedy: "put the key of this certificate, without a password, into the file in PEM"
            + " or into '\(other)'")
      }
    }
    guard unsafe SSL_CTX_check_private_key(context) == 1 else {
      throw TLSError(
        .file,
        "the private key of '\(file)' is not that of its certificate:"
          + " \(LibraryErrors.take())",
        remedy: "the first certificate of the file must be the one that the key belongs to")
    }
  }

  /// Tells of a file that cannot be read in better words than the library has.
  private static func check(_ file: String, _ word: String) throws(TLSError) {
    do throws(FileError) {
      _ = try File.contents(of: file, limitBytes: 16 << 20)
    } catch {
      switch error {
      case .system(let errno):
        throw TLSError(
          .file, "cannot read the \(word) '\(file)': \(errno.words)",
          remedy: errno == .permissionDenied
            ? "let the user that starts the program read it" : "correct the path")
      case .notAFile: throw TLSError(.file, "the \(word) '\(file)' is not a file")
      case .tooLarge: throw TLSError(.file, "the \(word) '\(file)' is too large")
      }
    }
  }
}
