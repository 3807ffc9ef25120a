internal import Glibc

/// The process's environment (environ(7)).
package enum Environment {
  /// The value of a variable; nil where it is not set.
  package static func value(of name: String) -> String? {
    // SAFETY: the text is copied before anything else can change the environment.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
