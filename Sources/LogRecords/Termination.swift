/// What ended a connection: the first letter of `%ts`.
package enum TerminationCause: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  /// `-`: both sides are done.
  case none
  /// `L`: done by the proxy itself.
  case local
  /// `c`: the client's time was over.
  case clientTimeout
  /// `C`: the client aborted.
  case clientAbort
  /// `s`: the server's time was over.
  case serverTimeout
  /// `S`: the server aborted or refused.
  case serverAbort
  /// `P`: the proxy refused, by a rule or a limit.
  case proxy
  /// `R`: a resource of the proxy was spent.
  case resource
  /// `I`: an error within the proxy.
  case `internal`
  /// `D`: the server went down.
  case down
  /// `U`: an active server came up, and this was a backup.
  case up
  /// `K`: the administrator ended it.
  case killed
}

/// What a connection was doing when it ended: the second letter of `%ts`.
package enum TerminationPhase: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  /// `-`: it had ended.
  case normal
  /// `R`: waiting for what the client has to say.
  case request
  /// `Q`: waiting in a queue.
  case queue
  /// `C`: connecting to the server.
  case connect
  /// `D`: exchanging data.
  case data
  /// `L`: sending the last data to the client.
  case last
}
