package import Kernel
package import TLS

/// One receiver of messages behind a `ring`, a backend of `mode log`, or a `log` line that names
/// a stream (HAProxy's manual 3.9 and 4.2, `server`).
package struct LogServerSettings: Hashable, Sendable {
  /// How messages follow one another on a stream (`log-proto`).
  package enum Framing: String, Hashable, Sendable {
    /// Each ends with a line feed (RFC 6587 3.4.2).
    case legacy
    /// Each begins with its length (RFC 6587 3.4.1; RFC 5425 over TLS).
    case octetCount = "octet-count"
    /// RELP: each has a number, and the receiver acknowledges it (Weir's own).
    case relp
  }

  /// Its name in the section, or the target of the `log` line.
  package var name: String
  /// Where it listens.
  package var address: SocketAddress
  /// Whether it takes datagrams (`udp@`, `uxdg@`): only in backends of `mode log`.
  package var isDatagram = false
  /// How messages follow one another, on a stream.
  package var framing: Framing = .legacy
  /// How TLS is spoken; nil where it is not (`ssl`).
  package var tls: TLSClientSettings?
  /// How long a connection may take to come about, TLS and RELP's offers included, in
  /// milliseconds (`timeout connect`); nil takes the sink's own limit.
  package var connectTimeoutMilliseconds: Int?
  /// How long the receiver may take nothing, or acknowledge nothing, before the connection counts
  /// as lost, in milliseconds (`timeout server`); nil waits as long as TCP does.
  package var serverTimeoutMilliseconds: Int?
  /// How long sent bytes may stay unacknowledged before TCP gives up (`tcp-ut`, TCP_USER_TIMEOUT),
  /// in milliseconds; nil takes the sink's own limit.
  package var userTimeoutMilliseconds: Int?
  /// Whether it is used only when no other is up (`backup`; backends only).
  package var isBackup = false

  /// A receiver of lines that end with a line feed.
  package init(name: String, address: SocketAddress) {
    self.name = name
    self.address = address
  }
}

/// Where a ring keeps what its receivers do not take (`spool`; Weir's own).
package struct SpoolSettings: Hashable, Sendable {
  /// When what was written is forced to the disk (fdatasync(2)).
  package enum Synchronization: Hashable, Sendable {
    /// Never: a crash of the program loses nothing, one of the machine what the kernel held.
    case never
    /// After each batch.
    case always
    /// At most every so many milliseconds.
    case interval(milliseconds: Int)
  }

  /// Which messages go when it is full.
  package enum Overflow: String, Hashable, Sendable {
    /// Those that come (`drop-new`).
    case dropNew = "drop-new"
    /// The oldest that wait, a segment at a time (`drop-old`).
    case dropOld = "drop-old"
  }

  /// The folder; each receiver has one of its own within.
  package var folder: String
  /// The most bytes that its files have together.
  package var size: Int
  /// When it is forced to the disk.
  package var synchronization: Synchronization = .interval(milliseconds: 1000)
  /// Which messages go when it is full.
  package var overflow: Overflow = .dropNew

  /// A spool that is synchronised once a second and drops what comes when it is full.
  package init(folder: String, size: Int) {
    self.folder = folder
    self.size = size
  }
}
