import Glibc
import Kernel
import Testing

@testable import Proxy

@Suite struct ListenerBindingTests {
  private func bind(
    _ settings: ListenerSettings, sharesPort: Bool = false
  ) throws(BindingError) -> Listener {
    try Listener(binding: settings, frontend: 0, backlog: 8, sharesPort: sharesPort)
  }

  private func failure(_ settings: ListenerSettings) -> BindingError? {
    do throws(BindingError) {
      _ = try bind(settings)
      return nil
    } catch {
      return error
    }
  }

  private let loopback = SocketAddress.internet(.ipv4(0x7F00_0001, port: 0))

  @Test("an address that is taken is told, with what to do")
  func taken() throws {
    let first = try bind(ListenerSettings(address: loopback))
    let error = failure(ListenerSettings(address: .internet(first.socket.localEndpoint())))
    #expect(error?.action == "cannot bind socket")
    #expect(error?.errno == .addressInUse)
    #expect(error?.remedy?.contains("ss -ltnp") == true)
    withExtendedLifetime(first) {}
  }

  @Test("an address of a socket that shares its port is taken over")
  func shared() throws {
    let first = try bind(ListenerSettings(address: loopback), sharesPort: true)
    let address = SocketAddress.internet(first.socket.localEndpoint())
    let second = try bind(ListenerSettings(address: address), sharesPort: true)
    #expect(second.socket.localEndpoint() == first.socket.localEndpoint())
    #expect(failure(ListenerSettings(address: address))?.errno == .addressInUse)
    withExtendedLifetime((first, second)) {}
  }

  @Test("an address of no interface is told")
  func foreign() {
    let error = failure(
      ListenerSettings(address: .internet(.ipv4(0xC000_0201, port: 0))))
    #expect(error?.errno == .addressNotAvailable)
    #expect(error?.remedy == "no interface of this machine has that address")
  }

  @Test("an interface that does not exist is told")
  func interface() {
    var settings = ListenerSettings(address: loopback)
    settings.interface = "weir-none"
    #expect(failure(settings)?.action == "cannot set socket options")
  }

  @Test("a UNIX socket is put over the old one, with its mode; a failure leaves no file behind")
  func unix() throws {
    let folder = try Folder()
    let path = "\(folder.path)/socket"
    var settings = ListenerSettings(address: .unix(path: path))
    settings.ownership.mode = 0o600
    let first = try bind(settings)
    let second = try bind(settings)
    #expect(folder.names == ["socket"])
    var facts = stat()
    #expect(stat(path, &facts) == 0)
    #expect(facts.st_mode & 0o777 == 0o600)
    let peer = try Peer(connectingTo: .unix(path: path))
    var endpoint = Endpoint.none
    #expect(throws: Errno.again) { _ = try first.socket.accept(peer: &endpoint) }
    _ = try second.socket.accept(peer: &endpoint)
    #expect(endpoint.family == .unix)
    peer.close()
    withExtendedLifetime((first, second)) {}
    // A folder stands where the socket would go: the rename fails.
    let blocked = "\(folder.path)/blocked"
    mkdir(blocked, 0o700)
    defer { rmdir(blocked) }
    #expect(failure(ListenerSettings(address: .unix(path: blocked))) != nil)
    #expect(folder.names == ["blocked", "socket"])
  }

  @Test("a UNIX socket in no folder, or with too long a name, is told")
  func unixFailures() {
    let missing = failure(ListenerSettings(address: .unix(path: "/no/such/folder/socket")))
    #expect(missing?.errno == .noEntry)
    #expect(missing?.remedy == "the folder of the socket does not exist")
    let long = failure(
      ListenerSettings(address: .unix(path: "/tmp/" + String(repeating: "x", count: 200))))
    #expect(long?.action == "cannot bind socket")
  }

  @Test("an inherited descriptor must be a socket that listens, and then never blocks")
  func inherited() throws {
    let none = failure(ListenerSettings(address: .descriptor(9999)))
    #expect(none?.action == "cannot use descriptor 9999")
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #expect(failure(ListenerSettings(address: .descriptor(number))) != nil)
    #expect(fcntl(number, F_GETFL) & O_NONBLOCK == 0, "it is not ours, so it is left as it was")
    #expect(Glibc.listen(number, 4) == 0)
    let listener = try bind(ListenerSettings(address: .descriptor(number)))
    #expect(fcntl(number, F_GETFL) & O_NONBLOCK != 0)
    var endpoint = Endpoint.none
    #expect(throws: Errno.again) { _ = try listener.socket.accept(peer: &endpoint) }
  }

  @Test("options of Internet sockets are set before the address is bound")
  func options() throws {
    var settings = ListenerSettings(address: .internet(.ipv6(high: 0, low: 1, port: 0)))
    settings.ipv6Only = true
    settings.fastOpen = true
    settings.deferAccept = true
    settings.userTimeoutMilliseconds = 5000
    settings.maximumSegmentSize = 1000
    let listener = try bind(settings)
    func option(_ level: Int32, _ name: Int32) -> Int32 {
      var value: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(listener.socket.number, level, name, &value, &size)
      return value
    }
    #expect(option(Int32(IPPROTO_IPV6), IPV6_V6ONLY) == 1)
    #expect(option(Int32(IPPROTO_TCP), TCP_NODELAY) == 1)
    #expect(option(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == 5000)
    #expect(option(Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT) > 0)
    #expect(listener.boundEndpoint?.family == .ipv6)
    withExtendedLifetime(listener) {}
    let wildcard = try bind(ListenerSettings(address: .internet(.ipv4(0, port: 0))))
    #expect(wildcard.boundEndpoint == nil)
  }
}
