package import Kernel

/// What came of one check.
package struct CheckOutcome: Hashable, Sendable {
  /// How it ended.
  package var status: CheckStatus
  /// What the server or the system said, such as "Connection refused"; empty where nothing.
  package var information: String
  /// How long it took, in whole milliseconds; nil where it was no check on the wire.
  package var durationMilliseconds: Int?
  /// The system's error, where there was one.
  package var errno: Errno?
  /// The SQLSTATE of a PostgreSQL server's refusal.
  package var sqlState: String?

  /// Makes an outcome.
  package init(
    status: CheckStatus, information: String = "", durationMilliseconds: Int? = nil,
    errno: Errno? = nil, sqlState: String? = nil
  ) {
    self.status = status
    self.information = information
    self.durationMilliseconds = durationMilliseconds
    self.errno = errno
    self.sqlState = sqlState
  }

  /// Whether the server passed.
  package var isPass: Bool { status.description.result == .passed }
}
