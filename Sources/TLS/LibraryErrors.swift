internal import COpenSSL

/// What OpenSSL has to say of a failure (ERR_get_error(3ssl)): a queue a thread.
enum LibraryErrors {
  /// Takes all errors off the thread's queue and gives the words of the last, which is the outermost;
  /// `fallback` where there is none.
  static func take(fallback: String = "no reason was given") -> String {
    var words = fallback
    while true {
      let code = ERR_get_error()
      guard code != 0 else { return words }
      // SAFETY: the text is a constant of the library.
      if let reason = unsafe ERR_reason_error_string(code) {
        words = unsafe String(cString: reason)
      }
    }
  }
}
