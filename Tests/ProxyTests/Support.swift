import Glibc
import Kernel
import Memory
import Testing

/// What went wrong in a test's surroundings.
struct SupportError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// Expects a value that a mutating call gave, which `#expect` cannot look into.
func expect<Value: Equatable>(
  _ value: Value, _ expected: Value, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(value == expected, sourceLocation: sourceLocation)
}

/// Asks again and again until `ask` has an answer, and throws when ten seconds have passed without.
func waitFor<Value>(_ event: String, _ ask: () throws -> Value?) throws -> Value {
  let end = Clock.monotonicMicroseconds() + 10_000_000
  while true {
    if let value = try ask() { return value }
    guard Clock.monotonicMicroseconds() < end else { throw SupportError("in vain: \(event)") }
    _ = poll(nil, 0, 2)
  }
}

/// Asks again and again until `holds`.
func waitUntil(_ event: String, _ holds: () throws -> Bool) throws {
  _ = try waitFor(event) { try holds() ? true : nil }
}

/// A waiting peer's end of a connection: its calls wait, for a while.
final class Peer: @unchecked Sendable {
  private(set) var number: Int32

  init(_ number: Int32) { self.number = number }
  deinit { close() }

  convenience init(connectingTo address: SocketAddress) throws {
    let socket = try Descriptor.socket(for: address)
    let failure = socket.connect(to: address)
    guard failure == nil || failure == .inProgress else {
      throw SupportError("connect: \(failure?.name ?? "")")
    }
    self.init(socket.relinquish())
    try awaitEvent(POLLOUT, "to connect")
  }

  private func awaitEvent(_ events: Int32, _ what: String) throws {
    var asked = pollfd(fd: number, events: Int16(events), revents: 0)
    guard poll(&asked, 1, 10_000) == 1 else { throw SupportError("waited in vain \(what)") }
  }

  func send(_ bytes: [UInt8]) throws {
    var start = 0
    while start < bytes.count {
      try awaitEvent(POLLOUT, "to send")
      let count = bytes[start...].withUnsafeBytes {
        Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 || errno == EAGAIN else { throw SupportError("send: errno \(errno)") }
      start += max(count, 0)
    }
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends bytes out of band.
  func sendUrgent(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard Glibc.send(number, bytes, bytes.count, Int32(MSG_OOB)) == bytes.count else {
      throw SupportError("send: errno \(errno)")
    }
  }

  /// So many bytes, fewer at the end of the stream; throws on a reset.
  func receive(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65536)
    while bytes.count < count {
      try awaitEvent(POLLIN, "to receive: \(bytes.count) of \(count) bytes came")
      let got = recv(number, &room, min(room.count, count - bytes.count), 0)
      if got == 0 { break }
      guard got > 0 || errno == EAGAIN else { throw SupportError("receive: errno \(errno)") }
      bytes += room[..<max(got, 0)]
    }
    return bytes
  }

  func receiveText(_ count: Int) throws -> String {
    String(decoding: try receive(count), as: UTF8.self)
  }

  /// All bytes up to the end of the stream.
  func receiveAll() throws -> [UInt8] { try receive(.max) }

  /// All bytes up to the end of the stream as text.
  func receiveRest() throws -> String { String(decoding: try receiveAll(), as: UTF8.self) }

  func shutdownWriting() { _ = shutdown(number, Int32(SHUT_WR)) }

  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    close()
  }

  func close() {
    guard number >= 0 else { return }
    _ = Glibc.close(number)
    number = -1
  }
}

/// A listening socket of a test.
final class PeerListener: Sendable {
  let socket: Descriptor
  let address: SocketAddress

  init(backlog: Int = 16) throws {
    let any = SocketAddress.internet(.ipv4(0x7F00_0001, port: 0))
    socket = try Descriptor.socket(for: any)
    try socket.bind(to: any)
    try socket.listen(backlog: backlog)
    address = .internet(socket.localEndpoint())
  }

  init(unix path: String) throws {
    address = .unix(path: path)
    socket = try Descriptor.socket(for: address)
    try socket.bind(to: address)
    try socket.listen(backlog: 16)
  }

  func accept() throws -> Peer {
    var asked = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
    guard poll(&asked, 1, 10_000) == 1 else { throw SupportError("nobody connected") }
    var endpoint = Endpoint.none
    return Peer(try socket.accept(peer: &endpoint).relinquish())
  }

}

/// An address where nobody listens, and nobody will while this is kept.
final class RefusingAddress: Sendable {
  let address: SocketAddress
  private let socket: Descriptor

  init() throws {
    let any = SocketAddress.internet(.ipv4(0x7F00_0001, port: 0))
    socket = try Descriptor.socket(for: any)
    try socket.bind(to: any)
    address = .internet(socket.localEndpoint())
  }
}

/// A folder of its own that goes with the test.
final class Folder {
  let path: String
  init() throws {
    var name = Array("/tmp/weir-proxy-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw SupportError("mkdtemp: errno \(errno)") }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
  deinit {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
          String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
        unlink("\(path)/\(name)")
      }
      closedir(folder)
    }
    rmdir(path)
  }
  /// The names in it.
  var names: [String] { (try? File.names(inFolder: path)) ?? [] }
}

/// Bytes that tell their place.
func pattern(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}
