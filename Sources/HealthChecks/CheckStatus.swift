/// How the last check of a server ended, by HAProxy's names (`check_status` of `show stat`).
package enum CheckStatus: UInt8, CaseIterable, Hashable, Sendable {
  case unknown, initializing, checked, analysis
  case socketError, layer4Passed, layer4Timeout, layer4Failed
  case layer6Passed, layer6Timeout, layer6Invalid
  case layer7Passed, layer7ConditionallyPassed, layer7Timeout, layer7Invalid, layer7Wrong
  case processError, processTimeout, processPassed

  /// What a status says of the server.
  package enum Result: UInt8, Hashable, Sendable { case unknown, neutral, failed, passed }

  /// What is fixed for a status.
  package struct Description: Sendable {
    /// The status that the entry is of.
    package var status: CheckStatus
    /// The short code, as in `show stat`.
    package var code: String
    /// The words, as in messages.
    package var words: String
    /// What it says of the server.
    package var result: Result
  }

  /// The entry in the table.
  package var description: Description { Self.table[Int(rawValue)] }

  /// Whether messages show the code that the server gave (layer 7, once a whole answer came).
  package var hasCode: Bool {
    switch self {
    case .layer7Passed, .layer7ConditionallyPassed, .layer7Wrong, .processError, .processPassed:
      true
    default: false
    }
  }

  /// Every status in the order of its raw value.
  package static let table: [Description] = [
    Description(status: .unknown, code: "UNK", words: "Unknown", result: .unknown),
    Description(status: .initializing, code: "INI", words: "Initializing", result: .unknown),
    Description(status: .checked, code: "CHECKED", words: "No status change", result: .neutral),
    Description(status: .analysis, code: "HANA", words: "Health analyze", result: .failed),
    Description(status: .socketError, code: "SOCKERR", words: "Socket error", result: .failed),
    Description(
      status: .layer4Passed, code: "L4OK", words: "Layer4 check passed", result: .passed),
    Description(status: .layer4Timeout, code: "L4TOUT", words: "Layer4 timeout", result: .failed),
    Description(
      status: .layer4Failed, code: "L4CON", words: "Layer4 connection problem", result: .failed),
    Description(
      status: .layer6Passed, code: "L6OK", words: "Layer6 check passed", result: .passed),
    Description(status: .layer6Timeout, code: "L6TOUT", words: "Layer6 timeout", result: .failed),
    Description(
      status: .layer6Invalid, code: "L6RSP", words: "Layer6 invalid response", result: .failed),
    Description(
      status: .layer7Passed, code: "L7OK", words: "Layer7 check passed", result: .passed),
    Description(
      status: .layer7ConditionallyPassed, code: "L7OKC",
      words: "Layer7 check conditionally passed", result: .passed),
    Description(status: .layer7Timeout, code: "L7TOUT", words: "Layer7 timeout", result: .failed),
    Description(
      status: .layer7Invalid, code: "L7RSP", words: "Layer7 invalid response", result: .failed),
    Description(
      status: .layer7Wrong, code: "L7STS", words: "Layer7 wrong status", result: .failed),
    Description(
      status: .processError, code: "PROCERR", words: "External check error", result: .failed),
    Description(
      status: .processTimeout, code: "PROCTOUT", words: "External check timeout", result: .failed),
    Description(
      status: .processPassed, code: "PROCOK", words: "External check passed", result: .passed),
  ]
}
