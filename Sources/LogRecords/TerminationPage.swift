/// The page of docs/ that the table of terminations makes.
package enum TerminationPage {
  /// The text of docs/termination-states.md.
  package static var text: String {
    var text = """
      # How a connection ended

      `%ts` prints two letters: what ended the connection, and what it was doing then. Each state has a
      word for it (`WEIR_REASON`) and an identity in the journal (`MESSAGE_ID`), so that
      `journalctl MESSAGE_ID=…` finds all connections that ended the same way.

      `weir explain SD`, or `weir explain` with a line of a log, tells the same on the command line.

      This page is made from the table in Sources/LogRecords/TerminationState.swift.

      | letters | reason | what happened | where to look | MESSAGE_ID |
      | --- | --- | --- | --- | --- |

      """
    for state in TerminationState.table {
      text +=
        "| `\(state.letters)` | `\(state.reason)` | \(state.sentence) | \(state.hint) | "
        + "`\(state.messageIdentifier)` |\n"
    }
    return text
  }
}
