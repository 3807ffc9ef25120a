import Glibc
import Kernel
import Systemd
import Testing

@Suite("Service manager and watchdog", .serialized)
struct ServiceManagerTests {
  /// A datagram socket at a path, as systemd's.
  private final class Manager {
    let number: Int32
    init(path: String) {
      unlink(path)
      number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
      withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
    deinit { close(number) }
    func next() -> String? {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = recv(number, &bytes, bytes.count, 0)
      return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
  }

  private let path = "/tmp/weir-notify-\(Process.identifier)"

  @Test("Every note has systemd's words, several make one message")
  func words() throws {
    let manager = Manager(path: path)
    defer { unlink(path) }
    let service = try #require(ServiceManager(socket: path))
    #expect(service.notify(.ready, .status("2 listeners,\n4 workers")) == nil)
    #expect(manager.next() == "READY=1\nSTATUS=2 listeners, 4 workers")
    service.notify(.stopping)
    #expect(manager.next() == "STOPPING=1")
    service.notify(.reloading(monotonicMicroseconds: 17))
    #expect(manager.next() == "RELOADING=1\nMONOTONIC_USEC=17")
    service.notify(.mainProcess(42), .watchdog)
    #expect(manager.next() == "MAINPID=42\nWATCHDOG=1")
    service.notify(.extendTimeout(microseconds: 5_000_000))
    #expect(manager.next() == "EXTEND_TIMEOUT_USEC=5000000")
  }

  @Test("The way stays open when the path cannot be reached any more, as after chroot")
  func keepsConnection() throws {
    let manager = Manager(path: path)
    let service = try #require(ServiceManager(socket: path))
    unlink(path)
    #expect(service.notify(.watchdog) == nil)
    #expect(manager.next() == "WATCHDOG=1")
  }

  @Test("A manager whose socket was made anew is found again")
  func reconnects() throws {
    var manager: Manager? = Manager(path: path)
    let service = try #require(ServiceManager(socket: path))
    #expect(service.notify(.ready) == nil)
    manager = nil
    #expect(service.notify(.watchdog) != nil)
    manager = Manager(path: path)
    defer { unlink(path) }
    #expect(service.notify(.watchdog) == nil)
    #expect(manager?.next() == "WATCHDOG=1")
  }

  @Test("An address that systemd would not give is no manager")
  func addresses() {
    #expect(ServiceManager(socket: "") == nil)
    #expect(ServiceManager(socket: "relative") == nil)
  }

  @Test("A full queue at the manager does not block")
  func full() throws {
    let manager = Manager(path: path)
    defer { unlink(path) }
    let service = try #require(ServiceManager(socket: path))
    var error: Errno?
    for _ in 0..<10_000 where error == nil { error = service.notify(.watchdog) }
    #expect(error == .again)
    #expect(manager.next() == "WATCHDOG=1")
  }

  @Test("The environment names the manager")
  func environment() throws {
    let manager = Manager(path: path)
    defer {
      unlink(path)
      unsetenv("NOTIFY_SOCKET")
    }
    #expect(ServiceManager.fromEnvironment() == nil)
    setenv("NOTIFY_SOCKET", path, 1)
    ServiceManager.fromEnvironment()?.notify(.ready)
    #expect(manager.next() == "READY=1")
  }

  @Test("The watchdog's time holds for the process that systemd named alone")
  func watchdog() {
    defer {
      unsetenv("WATCHDOG_USEC")
      unsetenv("WATCHDOG_PID")
    }
    #expect(Watchdog.intervalMicroseconds() == nil)
    setenv("WATCHDOG_USEC", "3000000", 1)
    #expect(Watchdog.intervalMicroseconds() == 3_000_000)
    setenv("WATCHDOG_PID", "1", 1)
    #expect(Watchdog.intervalMicroseconds() == nil)
    setenv("WATCHDOG_PID", "\(Process.identifier)", 1)
    #expect(Watchdog.intervalMicroseconds() == 3_000_000)
  }
}
