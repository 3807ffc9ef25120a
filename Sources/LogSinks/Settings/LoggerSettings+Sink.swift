internal import Kernel
internal import LogRecords
internal import Systemd

extension LoggerSettings.Target {
  /// The target as a `log` line names it.
  package var name: String {
    switch self {
    case .udp(let address): "udp@\(address.text)"
    case .unixDatagram(let path): "uxdg@\(path)"
    case .abstractDatagram(let name): "abns@\(name)"
    case .descriptor(1): "stdout"
    case .descriptor(2): "stderr"
    case .descriptor(let number): "fd@\(number)"
    case .journald: "journald"
    case .stream(let server): server.name
    case .ring(let name): "ring@\(name)"
    case .backend(let name): "backend@\(name)"
    }
  }

  /// How lines get there.
  var way: Sink.Way {
    switch self {
    case .udp(let address): .datagrams(address)
    case .unixDatagram(let path): .datagrams(.unix(path: path))
    case .abstractDatagram(let name): .datagrams(.abstract(name: name))
    case .descriptor(let number): .output(number)
    case .journald: .datagrams(.unix(path: JournalEntry.socketPath))
    case .stream, .ring, .backend: .output(2)
    }
  }
}
