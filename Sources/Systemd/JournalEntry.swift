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
  package mutating func add(_ name: String, _ value: some Sequence<UInt8>) {
    bytes.append(contentsOf: name.utf8)
    let start = bytes.count
    bytes.append(UInt8(ascii: "="))
    var hasNewline = false
    for byte in value {
      if byte == UInt8(ascii: "\n") { hasNewline = true }
      bytes.append(byte)
    }
    if hasNewline { insertLength(at: start) }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Adds a field of text.
  package mutating func add(_ name: String, text: String) { add(name, text.utf8) }

  /// Adds a field with a number in decimal digits.
  package mutating func add(_ name: String, number: some BinaryInteger) {
    add(name, String(number).utf8)
  }

  /// A value with a newline is told by its length: the `=` at `start` becomes a newline and the
  /// length in 64 bits, little endian, comes before the value.
  private mutating func insertLength(at start: Int) {
    let count = UInt64(bytes.count - start - 1)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    bytes.replaceSubrange(start...start, with: [UInt8(ascii: "\n")] + length)
  }
}
