/// What `option splice-…` asks for; without any, bulk is spliced as soon as it is seen.
package struct SpliceOptions: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `option splice-auto`
  package static let automatic = SpliceOptions(rawValue: 1)
  /// `option splice-request`: data from the client are spliced from the first byte.
  package static let request = SpliceOptions(rawValue: 2)
  /// `option splice-response`: data from the server are spliced from the first byte.
  package static let response = SpliceOptions(rawValue: 4)
}

/// A frontend, or the listening side of a `listen` section.
package struct FrontendSettings: Sendable {
  /// The section's name.
  package var name: String
  /// HAProxy's id of the proxy (`id`).
  package var identifier: Int
  /// `description`
  package var description: String?
  /// The listening sockets, in the file's order.
  package var listeners: [ListenerSettings] = []
  /// Index of `default_backend` in `ProxySettings.backends` (a `listen` section's own); nil
  /// where there is none: connections end with `SC` and `<NOSRV>`.
  package var backend: Int?
  /// `disabled`: nothing is bound.
  package var isDisabled = false
  /// Connections at once (`maxconn`); the process's where nil.
  package var connectionLimit: Int?
  /// Length of the kernel's accept queue (`backlog`); `maxconn` where nil.
  package var backlog: Int?
  /// `timeout client`, in milliseconds; none where nil.
  package var clientTimeoutMilliseconds: Int?
  /// `timeout client-fin`, in milliseconds; `timeout client` where nil.
  package var clientFinTimeoutMilliseconds: Int?
  /// `timeout tunnel` does not apply to TCP mode's frontends in 3.5 but as for its backend; kept
  /// for a `listen` section.
  package var tunnelTimeoutMilliseconds: Int?
  /// TCP keep-alive towards clients (`option tcpka`, `option clitcpka`).
  package var keepAlive = false
  /// `option nolinger`: sockets are closed with RST.
  package var noLinger = false
  /// `option splice-…`
  package var splice: SpliceOptions = []
  /// `option tcp-smart-accept` (TCP_QUICKACK off at accept); on by default where nil.
  package var smartAccept: Bool?
  /// `option logasap`: the line is made when the server is connected.
  package var logsAsSoonAsPossible = false
  /// `option dontlognull`: a connection without a byte from the client makes no line.
  package var skipsEmptyConnections = false
  /// `option dontlog-normal`: a connection that ended well makes no line.
  package var skipsNormalConnections = false
  /// `option log-separate-errors`: lines of connections that failed have level err.
  package var separatesErrors = false
  /// Whether the line is known only at the end: `log-format` or `option tcplog` with times, bytes
  /// or the termination. False makes the line at accept or connect, as the format allows.
  package var lineMoment: LineMoment = .accept
  /// The steps that a line is made at (`log-steps`), in place of `lineMoment`; nil where the file
  /// has no such line.
  package var logSteps: Set<LogStep>?
  /// How often an open connection makes an interim line, in milliseconds (`log-interval`; Weir's
  /// own); none where nil.
  package var logIntervalMilliseconds: Int?

  /// A step of `log-steps` that TCP mode has.
  package enum LogStep: UInt8, CaseIterable, Hashable, Sendable { case accept, connect, close }

  /// Whether each connection's own destination address is asked of the kernel: a format, a sink or
  /// a server needs it where the listener is bound to a wildcard.
  package var recordsFrontendAddress = true
  /// Whether the address of the proxy's own side towards the server is asked of the kernel.
  package var recordsSourceAddress = true

  /// The earliest moment at which every item of the line is known.
  package enum LineMoment: UInt8, Hashable, Sendable { case accept, connect, close }

  /// A frontend with HAProxy's defaults.
  package init(name: String, identifier: Int) {
    self.name = name
    self.identifier = identifier
  }
}
