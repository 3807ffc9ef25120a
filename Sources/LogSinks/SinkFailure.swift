internal import Kernel
internal import TLS

/// Why a sink cannot reach its receiver, or reaches it no longer.
enum SinkFailure: Error, Hashable, Sendable {
  /// The system said so.
  case system(Errno)
  /// The receiver ended the connection.
  case closed
  /// The connection did not come about within its limit, in milliseconds.
  case connectTimeout(Int)
  /// The receiver took or acknowledged nothing for so many milliseconds.
  case silence(Int)
  /// TLS failed.
  case tls(TLSError)
  /// The receiver does not speak as its protocol wants it.
  case violation(String)

  /// In words.
  var words: String {
    switch self {
    case .system(let error): error.words
    case .closed: "the receiver closed the connection"
    case .connectTimeout(let limit): "no connection within \(limit) ms"
    case .silence(let limit): "the receiver took nothing for \(limit) ms"
    case .tls(let error): error.message
    case .violation(let text): text
    }
  }

  /// The errno's name, or a word in its place: `last_error` of the ledger.
  var name: String {
    switch self {
    case .system(let error): error.name
    case .closed: "closed"
    case .connectTimeout: "connect_timeout"
    case .silence: "server_timeout"
    case .tls(let error): error.kind.word
    case .violation: "protocol"
    }
  }
}
