import Foundation

/// A syslog server: a UDP port or a unix datagram socket that keeps each line it is sent.
final class SyslogReceiver {
  /// As a `log` line names it.
  let target: String
  let port: UInt16
  private let descriptor: Int32
  private var received: [String] = []

  /// A UDP socket of 127.0.0.1, or of ::1.
  init(ipv6: Bool = false) throws {
    let opened = socket(
      ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let address: Address = ipv6 ? .ipv6(0) : .ipv4(0)
    guard address.withSockaddr({ bind(opened, $0, $1) }) == 0 else {
      throw HarnessError("bind: \(String(cString: strerror(errno)))")
    }
    descriptor = opened
    port = localPort(opened)
    target = ipv6 ? "[::1]:\(port)" : "127.0.0.1:\(port)"
    enlarge()
  }

  /// A unix datagram socket, as `/dev/log` is one.
  init(path: String) throws {
    unlink(path)
    let opened = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard Address.unix(path).withSockaddr({ bind(opened, $0, $1) }) == 0 else {
      throw HarnessError("bind \(path): \(String(cString: strerror(errno)))")
    }
    chmod(path, 0o777)
    descriptor = opened
    port = 0
    target = path
    enlarge()
  }

  deinit { close(descriptor) }

  private func enlarge() {
    var size: Int32 = 16 << 20
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Every line so far, each without its final newline.
  var lines: [String] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count >= 0 else { return received }
      var line = buffer[..<count]
      if line.last == 10 { line.removeLast() }
      received.append(String(decoding: line, as: UTF8.self))
    }
  }

  /// Takes what has come and forgets it; how many lines that was.
  func takeAll() -> Int {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var count = 0
    while recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) >= 0 { count += 1 }
    return count
  }

  /// The records of connections among the lines.
  var records: [TCPLogRecord] { lines.compactMap(TCPLogRecord.init(parsing:)) }

  /// Waits until `count` records that match have come, and returns these.
  func records(
    _ count: Int = 1, within seconds: Double = 15,
    where matches: (TCPLogRecord) -> Bool = { _ in true }
  ) throws -> [TCPLogRecord] {
    try waitFor("\(count) records; the lines: \(lines.suffix(40))", within: seconds) {
      let found = records.filter(matches)
      return found.count >= count ? found : nil
    }
  }

  /// Waits for the record of a frontend's only connection.
  func record(of frontend: String, within seconds: Double = 15) throws -> TCPLogRecord {
    try records(1, within: seconds) { $0.frontend == frontend }[0]
  }

  /// Waits for a line that contains this text.
  @discardableResult
  func line(containing text: String, within seconds: Double = 15) throws -> String {
    try waitFor("a line with '\(text)'; the lines: \(lines.suffix(40))", within: seconds) {
      lines.first { $0.contains(text) }
    }
  }
}
