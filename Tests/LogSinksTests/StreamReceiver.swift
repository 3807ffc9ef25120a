import Glibc
import Kernel

@testable import LogSinks

/// A stream socket that a test accepts one connection after the other at, and reads from.
final class StreamReceiver {
  private(set) var listener: Int32
  /// The connection that was accepted last; -1 where there is none.
  private(set) var connection: Int32 = -1
  private(set) var port: UInt16 = 0
  private let path: String?
  /// Everything read from all connections, in order.
  private(set) var bytes: [UInt8] = []

  /// Listens on a port of 127.0.0.1; a free one where none is named.
  init(port: UInt16 = 0, room: Int32? = nil) {
    path = nil
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    if var room { setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, 4) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, length)
        getsockname(listener, $0, &length)
      }
    }
    self.port = UInt16(bigEndian: address.sin_port)
    listen(listener, 8)
  }

  /// Listens at a path.
  init(path: String) {
    self.path = path
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    unlink(path)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    listen(listener, 8)
  }

  deinit {
    stop()
    if let path { unlink(path) }
  }

  /// How a `log` line's server names it.
  var server: LogServerSettings {
    LogServerSettings(
      name: "s",
      address: path.map { .unix(path: $0) } ?? .internet(.ipv4(0x7F00_0001, port: port)))
  }

  /// Ends the connection in order (FIN).
  func closeConnection() {
    if connection >= 0 { close(connection) }
    connection = -1
  }

  /// Breaks the connection (RST).
  func resetConnection() {
    var how = linger(l_onoff: 1, l_linger: 0)
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &how, socklen_t(MemoryLayout<linger>.size))
    closeConnection()
  }

  /// Goes away altogether.
  func stop() {
    closeConnection()
    if listener >= 0 { close(listener) }
    listener = -1
  }

  /// Accepts a connection that waits.
  func accept() -> Bool {
    guard listener >= 0, isReadable(listener) else { return false }
    connection = Glibc.accept(listener, nil, nil)
    return connection >= 0
  }

  /// Accepts where no connection is there, and reads what has come, at most `limit` bytes.
  func read(limit: Int = .max) {
    if connection < 0 { _ = accept() }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    var left = limit
    while connection >= 0, left > 0, isReadable(connection) {
      let count = recv(connection, &chunk, min(chunk.count, left), 0)
      guard count > 0 else { return }
      bytes += chunk[..<count]
      left -= count
    }
  }

  /// The lines among what was read.
  var lines: [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func isReadable(_ number: Int32) -> Bool {
    var poller = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return poll(&poller, 1, 0) == 1
  }
}
