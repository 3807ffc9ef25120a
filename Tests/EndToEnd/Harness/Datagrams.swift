import Foundation

/// A socket that sends datagrams, to a UDP port of 127.0.0.1 or to a UNIX socket.
final class DatagramSender {
  private let descriptor: Int32

  /// A sender to an address.
  init(to address: Address) throws {
    descriptor = socket(address.family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard address.withSockaddr({ connect(descriptor, $0, $1) }) == 0 else {
      throw HarnessError("connect to \(address): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// Sends one datagram, waiting where the socket has no room.
  func send(_ bytes: [UInt8]) throws {
    while true {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count == bytes.count { return }
      guard count < 0, errno == EINTR || errno == EAGAIN || errno == ENOBUFS else {
        throw HarnessError("send: \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Sends text as one datagram.
  func send(_ text: String) throws { try send(Array(text.utf8)) }
}

/// Waits until a UDP port of 127.0.0.1 is bound.
func waitUntilBound(_ port: UInt16, by balancer: Balancer) throws {
  let ending = ":" + String(format: "%04X", port)
  try waitUntil("UDP port \(port) is bound\n\(balancer.transcript)") {
    if let status = balancer.process.exitStatus {
      throw HarnessError("\(balancer.program) ended with \(status)\n\(balancer.transcript)")
    }
    return readText("/proc/net/udp").split(separator: "\n").contains {
      $0.split(separator: " ").dropFirst().first?.hasSuffix(ending) ?? false
    }
  }
}
