import Foundation

/// A server whose every move the test decides.
final class Listener {
  let address: Address
  private var descriptor: Int32
  private var fillers: [Int32] = []

  init(_ wanted: Address? = nil, backlog: Int32 = 128) throws {
    address = try wanted ?? .ipv4(FreePort.next())
    descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    if case .unix(let path) = address { unlink(path) }
    guard address.withSockaddr({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, backlog) == 0
    else {
      throw HarnessError("listen at \(address): \(String(cString: strerror(errno)))")
    }
    if case .unix(let path) = address { chmod(path, 0o777) }
  }

  deinit { close() }

  /// The port, where it has one.
  var port: UInt16 { localPort(descriptor) }

  /// Waits for the next connection.
  func accept(within seconds: Double = 15) throws -> Connection {
    guard let connection = acceptIfAny(within: seconds) else {
      throw HarnessError("nobody connected to \(address) within \(seconds) s")
    }
    return connection
  }

  /// The next connection, if one comes in time.
  func acceptIfAny(within seconds: Double) -> Connection? {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, Int32(seconds * 1000)) > 0 else { return nil }
    let accepted = Glibc.accept(descriptor, nil, nil)
    return accepted < 0 ? nil : Connection(taking: accepted)
  }

  /// Stops listening; whoever comes is refused.
  func close() {
    for filler in fillers { Glibc.close(filler) }
    fillers = []
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
  }

  /// A server that neither accepts nor refuses: its queue is full, so that further connections hang.
  static func blackHole(_ port: UInt16? = nil) throws -> Listener {
    let listener = try Listener(port.map { .ipv4($0) }, backlog: 0)
    // The kernel queues one more than the backlog; what comes then gets no answer.
    for _ in 0..<8 {
      let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      _ = listener.address.withSockaddr { connect(filler, $0, $1) }
      listener.fillers.append(filler)
      var entry = pollfd(fd: filler, events: Int16(POLLOUT), revents: 0)
      if poll(&entry, 1, 60) == 0 { break }
    }
    return listener
  }
}
