package import Kernel

/// Why TLS did not do what it was asked to.
package struct TLSError: Error, Hashable, Sendable {
  /// What kind of trouble it is.
  package enum Kind: Hashable, Sendable {
    /// A file with certificates or keys cannot be used.
    case file
    /// The other end's certificate does not hold.
    case certificate
    /// The two ends did not come to terms, or one broke them.
    case protocolError
    /// The library has no memory, or refuses its own settings.
    case library
    /// The system says so of the connection below.
    case system(Errno)

    /// A word for it; the errno's name for what the system said.
    package var word: String {
      switch self {
      case .file: "tls_file"
      case .certificate: "tls_certificate"
      case .protocolError: "tls_protocol"
      case .library: "tls_library"
      case .system(let errno): errno.name
      }
    }
  }

  /// What kind of trouble it is.
  package var kind: Kind
  /// What happened, in words: the file and what OpenSSL said of it.
  package var message: String
  /// What to do about it, where that is known.
  package var remedy: String?

  /// An error of these words.
  package init(_ kind: Kind, _ message: String, remedy: String? = nil) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }
}
