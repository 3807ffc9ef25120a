import Glibc

/// A datagram socket that a test reads from: UDP on the loopback, or UNIX at a path or name.
final class DatagramReceiver {
  let number: Int32
  /// The UDP port; 0 for UNIX sockets.
  private(set) var port: UInt16 = 0
  private let path: String?
  private var isClosed = false

  /// Listens on a free UDP port of 127.0.0.1 or ::1.
  init(ipv6: Bool = false) {
    path = nil
    number = socket(ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var room: Int32 = 4 << 20
    setsockopt(number, SOL_SOCKET, SO_RCVBUF, &room, 4)
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        if ipv6 {
          $0.pointee.sin6_family = sa_family_t(AF_INET6)
          $0.pointee.sin6_addr = in6addr_loopback
        }
      }
      pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        if !ipv6 {
          $0.pointee.sin_family = sa_family_t(AF_INET)
          $0.pointee.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        }
      }
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(
          number, $0,
          socklen_t(ipv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size))
        getsockname(number, $0, &length)
      }
      // The port has the same place in both kinds of address.
      pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        port = UInt16(bigEndian: $0.pointee.sin_port)
      }
    }
  }

  /// Listens at a path, or at an abstract name where `path` begins with `@`.
  init(path: String) {
    self.path = path.hasPrefix("@") ? nil : path
    number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    if let path = self.path { unlink(path) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    if path.hasPrefix("@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    // An abstract name has the whole length, as HAProxy's abns@ names have.
    let length = socklen_t(
      path.hasPrefix("@") ? MemoryLayout<sockaddr_un>.size : 2 + bytes.count + 1)
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = bind(number, $0, length) }
    }
  }

  deinit { close() }

  /// Goes away, as a receiver that is stopped.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    Glibc.close(number)
    if let path { unlink(path) }
  }

  /// The next datagram; nil where none comes in time.
  func next(milliseconds: Int32 = 3000) -> String? {
    var poller = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    guard poll(&poller, 1, milliseconds) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 70_000)
    let count = recv(number, &bytes, bytes.count, 0)
    return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// Datagrams until `count` are there or none comes in time.
  func take(_ count: Int) -> [String] {
    var all: [String] = []
    while all.count < count, let next = next() { all.append(next) }
    return all
  }
}

/// A pipe that a test reads from.
final class TestPipe {
  let reader: Int32
  let writer: Int32
  private var isReaderClosed = false

  init() {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    (reader, writer) = (ends[0], ends[1])
  }

  deinit {
    closeReader()
    close(writer)
  }

  func closeReader() {
    guard !isReaderClosed else { return }
    isReaderClosed = true
    close(reader)
  }

  /// Whether the writing end that others share blocks still.
  var isBlocking: Bool { fcntl(writer, F_GETFL) & O_NONBLOCK == 0 }

  /// What can be read at once, up to 1 MiB.
  func read() -> [UInt8] {
    var poller = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    var all: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while all.count < 1 << 20, poll(&poller, 1, 0) == 1 {
      let count = Glibc.read(reader, &bytes, bytes.count)
      guard count > 0 else { break }
      all += bytes[..<count]
    }
    return all
  }
}

/// A folder of its own for the sockets of one test, which goes with it.
final class SocketFolder {
  let path: String

  init() {
    var template = Array("/tmp/weir-sinks-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }

  deinit { rmdir(path) }

  func socket(_ name: String) -> String { path + "/" + name }
}
