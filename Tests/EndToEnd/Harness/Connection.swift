import Foundation

/// What a read brought.
enum Received: Equatable {
  case bytes([UInt8])
  /// The other side ended its stream.
  case end
  /// The other side reset the connection.
  case reset
}

/// One side of a stream connection, every move of which the test decides.
final class Connection {
  private(set) var descriptor: Int32

  /// Takes over a connected socket.
  init(taking descriptor: Int32) {
    self.descriptor = descriptor
    var one: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Connects, with a receive buffer of `receiveBuffer` bytes and from an address where given.
  init(to address: Address, receiveBuffer: Int32? = nil, from source: String? = nil) throws {
    descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    if let source {
      var own = sockaddr_in()
      own.sin_family = sa_family_t(AF_INET)
      inet_pton(AF_INET, source, &own.sin_addr)
      withUnsafePointer(to: &own) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
    guard address.withSockaddr({ connect(descriptor, $0, $1) }) == 0 else {
      let reason = String(cString: strerror(errno))
      Glibc.close(descriptor)
      descriptor = -1
      throw HarnessError("connect to \(address): \(reason)")
    }
    var one: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  /// To a port of 127.0.0.1.
  convenience init(to port: UInt16) throws { try self.init(to: .ipv4(port)) }

  deinit { close() }

  /// The port of this side.
  var port: UInt16 { localPort(descriptor) }

  /// Sends all of it, waiting where the other side does not read.
  func send(_ bytes: some Collection<UInt8>, within seconds: Double = 20) throws {
    let data = Array(bytes)
    var sent = 0
    let end = Monotonic.now + seconds
    while sent < data.count {
      let count = data[sent...].withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count >= 0 {
        sent += count
      } else if errno == EAGAIN, Monotonic.now < end {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, 100)
      } else {
        throw HarnessError("send: \(String(cString: strerror(errno))) after \(sent) bytes")
      }
    }
  }

  /// Sends text.
  func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Waits for whatever comes next.
  func receive(upTo limit: Int = 65_536, within seconds: Double = 20) throws -> Received {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, Int32(seconds * 1000)) > 0 else {
      throw HarnessError("nothing to read within \(seconds) s")
    }
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = recv(descriptor, &buffer, limit, 0)
    switch count {
    case 0: return .end
    case 1...: return .bytes(Array(buffer[..<count]))
    default:
      if errno == ECONNRESET { return .reset }
      throw HarnessError("recv: \(String(cString: strerror(errno)))")
    }
  }

  /// Waits for exactly `count` bytes.
  func receive(exactly count: Int, within seconds: Double = 20) throws -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count {
      guard case .bytes(let more) = try receive(upTo: count - all.count, within: seconds) else {
        throw HarnessError("the stream ended after \(all.count) of \(count) bytes")
      }
      all += more
    }
    return all
  }

  /// Waits for exactly this text.
  func expect(_ text: String) throws {
    let bytes = try receive(exactly: text.utf8.count)
    guard bytes == Array(text.utf8) else {
      throw HarnessError("expected \(text), got \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  /// Everything up to the other side's end, and whether that was an orderly one.
  func receiveAll(within seconds: Double = 20) throws -> (bytes: [UInt8], end: Received) {
    var all: [UInt8] = []
    while true {
      switch try receive(within: seconds) {
      case .bytes(let more): all += more
      case let end: return (all, end)
      }
    }
  }

  /// Waits until the other side has ended or reset, whatever it sends before.
  @discardableResult
  func waitForEnd(within seconds: Double = 20) throws -> Received {
    try receiveAll(within: seconds).end
  }

  /// Ends this side's stream (FIN); the other direction stays open.
  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closes with a reset (RST).
  func reset() {
    guard descriptor >= 0 else { return }
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  /// Closes in order.
  func close() {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
  }
}
