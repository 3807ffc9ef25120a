internal import Kernel
internal import LogRecords
internal import Reactor

/// A section `log-forward` at work on the log thread: what becomes of each message.
final class ForwardSection {
  /// Who sent a message.
  struct Sender {
    /// The address as people write it; empty where there is none, as on UNIX sockets.
    var text: [UInt8] = []
    private var endpoint: Endpoint?

    /// A sender of which nothing is known.
    init() {}

    /// The sender at an endpoint.
    init(_ endpoint: Endpoint) { become(endpoint) }

    /// Makes it another sender; the text is made anew only where it is not the same.
    mutating func become(_ endpoint: Endpoint) {
      guard
        endpoint.high != self.endpoint?.high || endpoint.low != self.endpoint?.low
          || endpoint.family != self.endpoint?.family
      else { return }
      self.endpoint = endpoint
      text.removeAll(keepingCapacity: true)
      text.append(address: endpoint)
    }
  }

  /// The account of what came in.
  var ledger: InputLedger
  /// What the section was made from.
  let settings: LogForwardSettings
  /// How messages of streams follow one another.
  let framing: SyslogFraming
  /// Connections that are open.
  var openConnections = 0
  /// The sinks of all loggers, one after the other.
  let sinks: [Sink]
  private let table: SinkTable
  /// What must have room for a message of each logger, and for how many bytes.
  private let needs: [(destination: Destination, length: Int)]
  private var delivery: ForwardDelivery

  /// A section of these loggers; `table` has all sinks that there will be.
  init(_ settings: LogForwardSettings, _ loggers: [ForwardLogger], _ table: SinkTable) {
    self.settings = settings
    delivery = ForwardDelivery(loggers, section: settings.name)
    self.table = table
    sinks = loggers.flatMap { table.members(of: $0.destination) }
    needs = loggers.map { ($0.destination, $0.rewriter.length) }
    ledger = InputLedger(name: settings.name)
    framing = SyslogFraming(assumesLines: settings.assumesLines)
  }

  /// Whether every sink of the section has room for another message; streams are not read where one
  /// has none.
  var hasRoom: Bool {
    for need in needs where !table.hasRoom(for: need.destination, length: need.length) {
      return false
    }
    return true
  }

  /// Hands a message to the loggers that take it.
  ///
  /// Who `waits` has looked at `hasRoom` before. For others a sink that has no room left but what is
  /// kept for the process's own lines loses the message, and counts it.
  func deliver(
    _ bytes: Span<UInt8>, from sender: borrowing Sender, nanoseconds: UInt64, waits: Bool,
    in loop: borrowing EventLoop
  ) {
    let message =
      settings.parses ? SyslogMessage(parsing: bytes) : SyslogMessage(unparsed: bytes)
    let isSelected = delivery.deliver(
      message, bytes, from: sender, host: host(of: message, from: sender),
      nanoseconds: nanoseconds, to: table, waits: waits, in: loop)
    ledger.count(isSelected: isSelected)
  }

  private func host(of message: SyslogMessage, from sender: borrowing Sender) -> SyslogHost {
    guard !sender.text.isEmpty else { return .kept }
    switch settings.hostRule {
    case .replace: return .source
    case .fill: return message.host.isEmpty ? .source : .kept
    case .keep: return .kept
    case .append: return message.host.isEmpty ? .source : .appended
    }
  }
}
