/// One entry of the journal in its native form (systemd.io/JOURNAL_NATIVE_PROTOCOL), to be sent
/// as one datagram to `JournalEntry.socketPath`.
///
/// libsystemd's `sd_journal_sendv` is not used: its socket blocks while journald stands still, and
/// it reports success where there is no journald at all, so that neither the promise that a sink
/// never holds up another nor an exact ledger could be kept with it. The protocol is documented as
/// stable.
package struct JournalEntry {
  /// Where journald listens.
  package static let socketPath = "/run/systemd/journal/socket"

  /// The datagram.
  package private(set) var bytes: [UInt8] = []

  /// An entry without fields.
  package init() {}

  /// Makes it an entry without fields, keeping its memory.
  package mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  /// Adds a field. `name` is of A-Z, 0-9 and underscores and starts with a letter; the value may
  /// hold any byte.
  package mutating func add(_ name: String, _ value: ArraySlice<UInt8>) {
    bytes.append(contentsOf: name.utf8)
    let newline = UInt8(ascii: "\n")
    if value.contains(newline) {
      bytes.append(newline)
      // A value with a newline is told by its length in 64 bits, little endian.
      let count = UInt64(value.count)
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: count >> UInt64(shift)))
      }
    } else {
      bytes.append(UInt8(ascii: "="))
    }
    bytes.append(contentsOf: value)
    bytes.append(newline)
  }
}
