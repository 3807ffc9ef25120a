import Testing

@testable import Kernel

@Suite("Ports of a range")
struct PortPoolTests {
  @Test("are lent in turn, and again only once they have come back")
  func turns() {
    let pool = PortPool(10...12)
    #expect(Lent(BorrowedPort(from: pool)).number == 10)
    // It came back behind the others.
    var lent = (0..<3).map { _ in Lent(BorrowedPort(from: pool)) }
    #expect(lent.map(\.number) == [11, 12, 10])
    #expect(pool.freeCount == 0)
    #expect(Lent(BorrowedPort(from: pool)).number == nil)
    lent.remove(at: 1)
    lent.remove(at: 0)
    #expect(pool.freeCount == 2)
    #expect(Lent(BorrowedPort(from: pool)).number == 12)
    #expect(lent.map(\.number) == [10])
  }

  @Test("that others have are passed over, and an exhausted range is told as such")
  func binding() throws {
    let taken = try Descriptor.socket(for: .internet(.ipv4(0x7F00_0001, port: 0)))
    try taken.bind(to: .internet(.ipv4(0x7F00_0001, port: 0)))
    try taken.listen(backlog: 1)
    let port = taken.localEndpoint().port
    guard port < UInt16.max else { return }
    var source = SourceSettings(address: .internet(.ipv4(0x7F00_0001, port: 0)))
    source.ports = port...(port + 1)
    let pool = PortPool(port...(port + 1))
    let socket = try Descriptor.socket(for: source.address)
    let lent = Lent(try socket.bind(to: source, ports: pool))
    #expect(lent.number == port + 1)
    #expect(socket.localEndpoint().port == port + 1)
    #expect(pool.freeCount == 1)
    let other = try Descriptor.socket(for: source.address)
    #expect(throws: SourceFailure.refused(.addressInUse)) {
      _ = try other.bind(to: source, ports: pool)
    }
    let last = Lent(BorrowedPort(from: pool))
    #expect(last.number == port)
    #expect(throws: SourceFailure.rangeExhausted) {
      _ = try other.bind(to: source, ports: pool)
    }
    withExtendedLifetime((lent, last)) {}
  }

  @Test("are not asked of an interface that is not there")
  func interface() throws {
    var source = SourceSettings(address: .internet(.ipv4(0x7F00_0001, port: 0)))
    source.interface = "no-such-one"
    let socket = try Descriptor.socket(for: source.address)
    #expect(throws: SourceFailure.refused(Errno(19))) { _ = try socket.bind(to: source) }
  }

  @Test("and addresses of clients are foreign ones where the line says so")
  func foreign() {
    var source = SourceSettings(address: .internet(.ipv4(0x7F00_0001, port: 0)))
    let client = Endpoint.ipv4(0xC000_0201, port: 7)
    #expect(source.foreignAddress(client: client) == nil)
    source.transparency = .client
    #expect(source.foreignAddress(client: client) == client)
    #expect(source.foreignAddress(client: Endpoint(family: .unix)) == nil)
    source.transparency = .clientAddress
    #expect(source.foreignAddress(client: client) == .ipv4(0xC000_0201, port: 0))
    source.transparency = .address(.ipv4(1, port: 2))
    #expect(source.foreignAddress(client: Endpoint(family: .unix)) == .ipv4(1, port: 2))
  }
}

/// A port that is kept for as long as this is.
private final class Lent {
  private let port: BorrowedPort?

  init(_ port: consuming BorrowedPort?) { self.port = port }

  var number: UInt16? {
    switch port {
    case .some(let port): port.number
    case nil: nil
    }
  }
}
