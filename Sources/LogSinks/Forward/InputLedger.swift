internal import Kernel
internal import LogRecords

/// What a `log-forward` section took in, to the message.
///
/// Every message that was received is in the ledger of each sink whose logger selected it; what no
/// logger selected is counted here.
package struct InputLedger: Hashable, Sendable {
  /// The section's name.
  package let name: String
  /// Messages that came in whole.
  package internal(set) var received: UInt64 = 0
  /// Messages that no logger of the section took, by level or sample.
  package internal(set) var unselected: UInt64 = 0
  /// Connections that were closed for bytes that are no message.
  package internal(set) var parseErrors: UInt64 = 0
  /// Messages that a connection ended within; they are lost.
  package internal(set) var incomplete: UInt64 = 0
  /// Connections that TLS ended: a handshake that failed, a record that is none.
  package internal(set) var tlsErrors: UInt64 = 0
  /// Why the last of these ended.
  package internal(set) var lastTLSError: String?
  /// Connections that were accepted.
  package internal(set) var connections: UInt64 = 0
  /// Connections that are open.
  package internal(set) var openConnections: UInt64 = 0
  /// Connections that were closed as their sender was silent for too long.
  package internal(set) var timeouts: UInt64 = 0
  /// Datagrams that the kernel dropped since they came faster than they were read.
  package internal(set) var kernelDrops: UInt64 = 0
  /// How often connections were not read for a while, since a sink had no room.
  package internal(set) var pauses: UInt64 = 0

  /// A ledger with nothing in it.
  package init(name: String) { self.name = name }

  /// Counts a message.
  mutating func count(isSelected: Bool) {
    received &+= 1
    if !isSelected { unselected &+= 1 }
  }
}

extension InputLedger: CustomStringConvertible {
  /// The ledger in one line: names and numbers; what is rare only where there was some.
  package var description: String {
    var line = "input log-forward \(name): received=\(received) kernel_drops=\(kernelDrops)"
    line += " parse_errors=\(parseErrors) connections=\(connections) open=\(openConnections)"
    if unselected > 0 { line += " unselected=\(unselected)" }
    if incomplete > 0 { line += " incomplete=\(incomplete)" }
    if timeouts > 0 { line += " timeouts=\(timeouts)" }
    if tlsErrors > 0 { line += " tls_errors=\(tlsErrors)" }
    if let lastTLSError { line += " last_tls_error=\"\(lastTLSError)\"" }
    if pauses > 0 { line += " pauses=\(pauses)" }
    return line
  }
}

extension InputLedger {
  /// The ledger as an event of now.
  var event: LogEvent {
    LogEvent(
      .ledger, text: description,
      values: [
        .text(.sink, "log-forward \(name)"), .integer(.accepted, received),
        .integer(.dropped, kernelDrops),
      ], nanoseconds: Clock.realtimeNanoseconds())
  }
}
