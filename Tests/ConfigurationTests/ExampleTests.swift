import Balancing
import ConfigSyntax
import Configuration
import Foundation
import HealthChecks
import Kernel
import LogRecords
import LogSinks
import Proxy
import Testing

/// The folder of the whole project.
let projectFolder = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

@Suite("The examples")
struct ExampleTests {
  @Test("every file of config/ loads without an error or a warning")
  func everyFile() throws {
    let folder = projectFolder.appending(path: "config")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".cfg") }
    #expect(files.contains("postgresql.cfg"))
    for file in files {
      let bytes = try Data(contentsOf: folder.appending(path: file))
      let (snapshot, diagnostics) = ConfigurationLoader.load(
        [ConfigSource(name: file, bytes: Array(bytes))])
      #expect(snapshot != nil, "\(file): \(diagnostics.rendered(processIdentifier: 1))")
      #expect(
        !diagnostics.hasWarnings, "\(file): \(diagnostics.rendered(processIdentifier: 1))")
    }
  }

  @Test("the example of PostgreSQL says what it seems to say")
  func postgresql() throws {
    let file = projectFolder.appending(path: "config/postgresql.cfg")
    let text = try String(contentsOf: file, encoding: .utf8)
    let (loaded, diagnostics) = load(text)
    let snapshot = try #require(loaded, "\(diagnostics.rendered(processIdentifier: 1))")
    #expect(snapshot.global.changeRoot == "/usr/share/haproxy")
    #expect(snapshot.global.user == .name("haproxy"))
    #expect(snapshot.global.group == .name("haproxy"))
    #expect(snapshot.global.daemonizes)
    #expect(snapshot.proxy.connectionLimit == 4096)
    let syslog = LoggerSettings(
      target: .udp(.internet(.ipv4(0x7F00_0001, port: 514))), facility: .local0)
    #expect(snapshot.global.loggers == [syslog])
    let frontend = try #require(snapshot.proxy.frontends.first)
    #expect(snapshot.proxy.frontends.count == 1)
    #expect(frontend.name == "psql")
    #expect(frontend.identifier == 1)
    #expect(frontend.listeners.map(\.address) == [.internet(.ipv4(0, port: 5000))])
    #expect(frontend.backend == 0)
    #expect(frontend.clientTimeoutMilliseconds == 50000)
    #expect(frontend.lineMoment == .close)
    #expect(snapshot.frontendLogs[0].loggers == [syslog])
    #expect(snapshot.frontendLogs[0].format == FormatProgram.tcplog)
    #expect(snapshot.backendLogs[0].loggers == [syslog])
    let backend = try #require(snapshot.proxy.backends.first)
    #expect(backend.identifier == 2)
    #expect(backend.algorithm == .roundRobin)
    #expect(backend.connectTimeoutMilliseconds == 5000)
    #expect(backend.serverTimeoutMilliseconds == 50000)
    #expect(backend.servers.map(\.name) == ["node1", "node2"])
    #expect(backend.servers.map(\.identifier) == [1, 2])
    #expect(
      backend.servers.map(\.address) == [
        .internet(.ipv4(0xC0A8_0101, port: 5432)), .internet(.ipv4(0xC0A8_0102, port: 5432)),
      ])
    for server in backend.servers {
      #expect(server.check?.dialogue == .postgres(user: "haproxy_check"))
    }
  }
}
