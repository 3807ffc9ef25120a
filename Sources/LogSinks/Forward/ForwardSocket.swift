package import Kernel
package import TLS

/// A bound socket of a `log-forward` section. It is made before the process gives up its
/// privileges, and the log thread reads from it.
package final class ForwardSocket: Sendable {
  /// How much may wait in the kernel at a socket for datagrams, in bytes, if the kernel allows.
  package static let receiveBufferBytes = 8 << 20

  /// The place of the section in `LogPipeline.Settings.forwards`.
  package let section: Int
  /// What was bound.
  package let listener: LogForwardSettings.Listener
  /// How many bytes may wait in the kernel; nil where it does not matter.
  package let receiveBufferBytes: Int?
  let descriptor: Descriptor
  /// How TLS is spoken; nil where it is not.
  let tls: TLSContext?

  /// Whether the kernel gave less room for what waits than was asked for.
  package var hasSmallBuffer: Bool { (receiveBufferBytes ?? .max) < Self.receiveBufferBytes }

  /// Makes, binds and opens the socket of a listener; with `sharesPort`, beside the one that an
  /// older process has there and is about to give up (SO_REUSEPORT).
  package init(
    binding listener: LogForwardSettings.Listener, section: Int, backlog: Int, sharesPort: Bool,
    tls: TLSContext? = nil
  ) throws(BindingError) {
    self.tls = tls
    self.section = section
    self.listener = listener
    let socket = try Self.socket(of: listener, backlog: backlog, sharesPort: sharesPort)
    var room: Int?
    if listener.input == .datagrams {
      socket.countDrops()
      room = try? socket.growReceiveBuffer(to: Self.receiveBufferBytes)
    }
    receiveBufferBytes = room
    descriptor = socket
  }

  /// The port that the kernel gave, where the settings left it open.
  package var localEndpoint: Endpoint { descriptor.localEndpoint() }

  private static func socket(
    of listener: LogForwardSettings.Listener, backlog: Int, sharesPort: Bool
  ) throws(BindingError) -> Descriptor {
    let isDatagram = listener.input == .datagrams
    if case .descriptor(let number) = listener.address {
      return try inherited(number, isDatagram: isDatagram)
    }
    let socket = try make(listener, isDatagram: isDatagram, sharesPort: sharesPort)
    do throws(Errno) {
      if case .unix(let path) = listener.address {
        try socket.bind(
          over: path, mode: listener.fileMode, user: listener.fileUser, group: listener.fileGroup)
      } else {
        try socket.bind(to: listener.address)
      }
    } catch {
      let command = isDatagram ? "ss -lunp" : "ss -ltnp"
      throw BindingError(
        action: "cannot bind socket", errno: error,
        remedy: BindingError.remedy(error, command: command))
    }
    guard !isDatagram else { return socket }
    do throws(Errno) {
      try socket.listen(backlog: backlog)
    } catch {
      throw BindingError(action: "cannot listen to socket", errno: error, remedy: nil)
    }
    return socket
  }

  private static func make(
    _ listener: LogForwardSettings.Listener, isDatagram: Bool, sharesPort: Bool
  ) throws(BindingError) -> Descriptor {
    do throws(Errno) {
      let socket = try Descriptor.socket(for: listener.address, datagram: isDatagram)
      if case .internet = listener.address {
        if !isDatagram { socket.prefer(.reuseAddress) }
        if sharesPort { socket.prefer(.reusePort) }
      }
      return socket
    } catch {
      throw BindingError(action: "cannot create listening socket", errno: error, remedy: nil)
    }
  }

  private static func inherited(
    _ number: Int32, isDatagram: Bool
  ) throws(BindingError) -> Descriptor {
    let inherited = Descriptor(owning: number)
    guard isDatagram || inherited.isListening else {
      _ = inherited.relinquish()
      throw BindingError(
        action: "cannot use descriptor \(number)", errno: .invalid,
        remedy: "it must be a stream socket that listens, passed by who starts this process")
    }
    do throws(Errno) {
      try inherited.setNonBlocking()
    } catch {
      throw BindingError(action: "cannot use descriptor \(number)", errno: error, remedy: nil)
    }
    return inherited
  }
}
