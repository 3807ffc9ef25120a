package import LogRecords

/// A section `ring`: a queue of messages, and the receivers that each get all of them (HAProxy's
/// manual 3.9).
package struct RingSettings: Hashable, Sendable {
  /// Its name.
  package var name: String
  /// What it is for (`description`).
  package var description: String?
  /// The header of messages whose `log` line names no format (`format`); nil keeps the one that a
  /// forwarded message has, else `local`.
  package var format: HeaderFormat?
  /// The most bytes that wait for each receiver (`size`).
  package var size = 16_384
  /// The longest message; longer ones are cut (`maxlen`). Nil lets the size limit it.
  package var maximumLength: Int?
  /// The file that shows the ring's latest messages (`backing-file`).
  package var backingFile: String?
  /// The receivers; each gets all messages.
  package var servers: [LogServerSettings] = []
  /// Where what a receiver does not take is kept; nil drops it when `size` is full (`spool`).
  package var spool: SpoolSettings?

  /// A ring of HAProxy's default size that no one reads.
  package init(name: String) { self.name = name }
}
