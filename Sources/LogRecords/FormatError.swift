/// Why a log format cannot be compiled, and where.
package struct FormatError: Error, Hashable, Sendable {
  /// The place in the text, in bytes from its start.
  package var offset: Int
  /// What is wrong, in HAProxy's words where it has them.
  package var message: String
  /// The name that was meant, perhaps.
  package var suggestion: String?

  /// Makes an error.
  package init(offset: Int, message: String, suggestion: String? = nil) {
    self.offset = offset
    self.message = message
    self.suggestion = suggestion
  }
}
