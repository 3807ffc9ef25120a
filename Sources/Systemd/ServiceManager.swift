package import Kernel

/// What the service manager is told (sd_notify(3)).
package enum ServiceNote: Hashable, Sendable {
  /// Start-up or reload is complete.
  case ready
  /// The process ends.
  case stopping
  /// The configuration is being read anew, since then (µs of CLOCK_MONOTONIC).
  case reloading(monotonicMicroseconds: UInt64)
  /// A line for `systemctl status`.
  case status(String)
  /// Another process is the service's main one.
  case mainProcess(Int32)
  /// The process is alive.
  case watchdog
  /// Start or stop takes longer than the unit's time: so much more, from now on (µs).
  case extendTimeout(microseconds: UInt64)

  /// The line or lines of the message.
  var text: String {
    switch self {
    case .ready: "READY=1"
    case .stopping: "STOPPING=1"
    case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
    case .status(let status): "STATUS=" + String(status.map { $0.isNewline ? " " : $0 })
    case .mainProcess(let pid): "MAINPID=\(pid)"
    case .watchdog: "WATCHDOG=1"
    case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(time)"
    }
  }
}

/// The way to systemd, or to whoever set NOTIFY_SOCKET.
///
/// The socket is connected once, before the process changes its root or user, and kept: libsystemd
/// opens a new one by path for each message, which a `chroot` would cut off, and with it the
/// watchdog.
package final class ServiceManager: Sendable {
  private let address: SocketAddress
  private let socket: Locked<Connection>

  /// The descriptor in a box that can be replaced.
  private struct Connection: ~Copyable, Sendable {
    var descriptor: Descriptor?
  }

  /// The service manager that the environment names (NOTIFY_SOCKET); nil where there is none.
  package static func fromEnvironment() -> ServiceManager? {
    Environment.value(of: "NOTIFY_SOCKET").flatMap { ServiceManager(socket: $0) }
  }

  /// The service manager at a socket as NOTIFY_SOCKET names it: a path, or `@` and an abstract
  /// name; nil for anything else.
  package init?(socket name: String) {
    switch name.utf8.first {
    case UInt8(ascii: "/"): address = .unix(path: name)
    case UInt8(ascii: "@"): address = .abstract(name: String(name.dropFirst()), isPadded: false)
    default: return nil
    }
    socket = Locked(Connection(descriptor: Self.connect(to: address)))
  }

  /// Sends notes in one message; nil where it was sent, else why not. It never blocks.
  @discardableResult
  package func notify(_ notes: ServiceNote...) -> Errno? {
    let message = Array(notes.map(\.text).joined(separator: "\n").utf8)
    return socket.withLock { connection in
      guard connection.descriptor != nil else {
        connection.descriptor = Self.connect(to: address)
        return Self.send(message, on: connection.descriptor)
      }
      let error = Self.send(message, on: connection.descriptor)
      guard let error, error != .again else { return error }
      // The manager's socket may have been made anew.
      connection.descriptor = Self.connect(to: address)
      return Self.send(message, on: connection.descriptor)
    }
  }

  private static func connect(to address: SocketAddress) -> Descriptor? {
    guard let descriptor = try? Descriptor.socket(for: address, datagram: true),
      descriptor.connect(to: address) == nil
    else { return nil }
    return descriptor
  }

  private static func send(_ message: [UInt8], on descriptor: borrowing Descriptor?) -> Errno? {
    switch descriptor {
    case .none: return .connectionRefused
    case .some(let descriptor):
      do throws(Errno) {
        let lengths = [UInt32(clamping: message.count)]
        _ = try descriptor.sendDatagrams(message.span, lengths: lengths.span)
        return nil
      } catch {
        return error
      }
    }
  }
}
