import Foundation
import Synchronization

/// Where a test's socket listens or connects to.
enum Address: Equatable {
  case ipv4(UInt16)
  case ipv6(UInt16)
  case unix(String)
  case abstract(String)

  var family: Int32 {
    switch self {
    case .ipv4: AF_INET
    case .ipv6: AF_INET6
    case .unix, .abstract: AF_UNIX
    }
  }

  /// Hands the address to a socket call; loopback for the internet families.
  func withSockaddr<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
  ) rethrows -> Result {
    switch self {
    case .ipv4(let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      return try withBytes(of: &address, length: MemoryLayout<sockaddr_in>.size, body)
    case .ipv6(let port):
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      address.sin6_addr = in6addr_loopback
      return try withBytes(of: &address, length: MemoryLayout<sockaddr_in6>.size, body)
    case .unix(let path):
      return try withUnixName(Array(path.utf8) + [0], body)
    case .abstract(let name):
      // HAProxy's `abns@` names have the whole length of the field, with zeros at the end.
      let given = [0] + Array(name.utf8)
      return try withUnixName(given + Array(repeating: 0, count: 108 - given.count), body)
    }
  }

  private func withUnixName<Result>(
    _ name: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
  ) rethrows -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.prefix(108)) }
    return try withBytes(of: &address, length: 2 + name.count, body)
  }

  private func withBytes<Value, Result>(
    of value: inout Value, length: Int,
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
  ) rethrows -> Result {
    try withUnsafePointer(to: &value) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try body($0, socklen_t(length))
      }
    }
  }
}

/// Ports that nobody uses, none given twice: below those that the kernel gives to clients, any of
/// which may have the port by the time that a server wants it.
enum FreePort {
  private static let last = Mutex(UInt16(10_000 + Int(getpid()) * 97 % 20_000))

  static func next(_ type: __socket_type = SOCK_STREAM) throws -> UInt16 {
    for _ in 0..<2000 {
      let port = last.withLock { last in
        last = last < 32_000 ? last + 1 : 10_000
        return last
      }
      if isFree(port, type) { return port }
    }
    throw HarnessError("no free port")
  }

  /// Whether a socket can be bound there, for all addresses.
  private static func isFree(_ port: UInt16, _ type: __socket_type) -> Bool {
    let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

/// The port of a socket's own side; 0 where it has none.
func localPort(_ descriptor: Int32) -> UInt16 {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  let told = withUnsafeMutablePointer(to: &storage) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      getsockname(descriptor, $0, &length)
    }
  }
  let family = Int32(storage.ss_family)
  guard told == 0, family == AF_INET || family == AF_INET6 else { return 0 }
  return withUnsafeBytes(of: &storage) { UInt16($0[2]) << 8 | UInt16($0[3]) }
}
