import LogRecords
import Testing

@testable import LogSinks

@Suite("A backend of mode log")
struct LogBackendTests {
  private func backend(
    _ algorithm: LogBackendSettings.Algorithm, backups: Set<Int> = []
  ) -> LogBackend {
    var settings = LogBackendSettings(name: "b", backend: 0)
    settings.algorithm = algorithm
    settings.servers = (0..<4).map {
      var server = LogServerSettings(name: "s\($0)", address: .unix(path: "/s\($0)"))
      server.isBackup = backups.contains($0)
      return server
    }
    return LogBackend(settings, sinks: [10, 11, 12, 13], account: 99)
  }

  private func choose(_ backend: LogBackend, _ text: String = "") -> Int? {
    backend.choose(for: Array(text.utf8).span)
  }

  @Test("roundrobin takes one after the other, and leaves out who is down")
  func roundRobin() {
    let backend = backend(.roundRobin)
    #expect((0..<5).map { _ in choose(backend) } == [10, 11, 12, 13, 10])
    backend.update { $0 != 2 }
    #expect((0..<4).map { _ in choose(backend) } == [11, 13, 10, 11])
  }

  @Test("random takes each, and no one that is down")
  func random() {
    let backend = backend(.random)
    #expect(Set((0..<400).map { _ in choose(backend) }) == [10, 11, 12, 13])
    backend.update { $0 < 2 }
    #expect(Set((0..<400).map { _ in choose(backend) }) == [10, 11])
  }

  @Test("sticky stays with one until it is down, and who comes back waits behind the others")
  func sticky() {
    let backend = backend(.sticky)
    #expect((0..<3).map { _ in choose(backend) } == [10, 10, 10])
    backend.update { $0 != 0 }
    #expect(choose(backend) == 11)
    backend.update { _ in true }
    #expect(choose(backend) == 11)
    backend.update { $0 == 0 || $0 == 3 }
    #expect(choose(backend) == 13)
    backend.update { $0 == 0 }
    #expect(choose(backend) == 10)
  }

  @Test("log-hash sends what has the same key to the same receiver, and uses all of them")
  func hash() {
    let backend = backend(.hash(converters: "field(1,:)"))
    var chosen: Set<Int?> = []
    for number in 0..<100 {
      let first = choose(backend, "client\(number): one")
      #expect(first == choose(backend, "client\(number): another"))
      chosen.insert(first)
    }
    #expect(chosen == [10, 11, 12, 13])
  }

  @Test("log-hash without converters hashes the message as HAProxy's sdbm does")
  func sdbm() {
    let backend = backend(.hash(converters: ""))
    // sdbm("ab") = 97 * 65599 + 98 = 6363201.
    #expect(choose(backend, "ab") == 10 + 6_363_201 % 4)
  }

  @Test("A backup gets messages only when no other is up, the first one alone")
  func backup() {
    let backend = backend(.roundRobin, backups: [2, 3])
    #expect((0..<3).map { _ in choose(backend) } == [10, 11, 10])
    backend.update { $0 > 1 }
    #expect((0..<2).map { _ in choose(backend) } == [12, 12])
    backend.update { $0 == 3 }
    #expect(choose(backend) == 13)
  }

  @Test("Where none is up, none is chosen")
  func none() {
    let backend = backend(.sticky)
    backend.update { _ in false }
    #expect(choose(backend) == nil)
  }

  @Test("Converters that cannot be read are told with their place")
  func converterErrors() {
    #expect(throws: FormatError.self) { try MessageHash(converters: "nothing(1)") }
    #expect(throws: FormatError.self) { try MessageHash(converters: "field(1") }
  }
}
