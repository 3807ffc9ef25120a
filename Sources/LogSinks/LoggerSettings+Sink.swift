internal import Kernel
internal import LogRecords
internal import Systemd

extension LoggerSettings.Target {
  /// The target as a `log` line names it.
  package var name: String {
    switch self {
    case .udp(.internet(let endpoint, _)):
      endpoint.family == .ipv6
        ? "udp@[\(text(of: endpoint))]:\(endpoint.port)"
        : "udp@\(text(of: endpoint)):\(endpoint.port)"
    case .udp(let address): "udp@\(address)"
    case .unixDatagram(let path): "uxdg@\(path)"
    case .abstractDatagram(let name): "abns@\(name)"
    case .descriptor(1): "stdout"
    case .descriptor(2): "stderr"
    case .descriptor(let number): "fd@\(number)"
    case .journald: "journald"
    }
  }

  private func text(of endpoint: Endpoint) -> String {
    var bytes: [UInt8] = []
    bytes.append(address: endpoint)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How lines get there.
  var way: Sink.Way {
    switch self {
    case .udp(let address): .datagrams(address)
    case .unixDatagram(let path): .datagrams(.unix(path: path))
    case .abstractDatagram(let name): .datagrams(.abstract(name: name))
    case .descriptor(let number): .output(number)
    case .journald: .datagrams(.unix(path: JournalEntry.socketPath))
    }
  }
}
