internal import Kernel
internal import LogRecords

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
}
