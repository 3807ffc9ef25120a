import Foundation
import Testing

/// A way in which a connection can end, to be played before Weir and before HAProxy on the same file.
struct Ending: Sendable, CustomTestStringConvertible {
  var name: String
  /// The two letters that HAProxy prints for it.
  var termination: String
  /// What Debian's HAProxy prints, where later versions (whose language Weir has) changed it.
  var formerTermination: String?
  /// Lines of the frontend and of the backend; `@A@`, `@B@`, `@CHECK@` are free ports.
  var frontend = ""
  var backend = "server s 127.0.0.1:@A@"
  /// By how much the total times of two runs may differ, in milliseconds.
  var slack = 150
  /// What is there before the balancer starts.
  var prepare: @Sendable (Stage) throws -> Void = { _ in }
  /// What the client and the servers do.
  var play: @Sendable (Stage) throws -> Void

  var testDescription: String { name }
}

/// Where an ending is played: a running balancer, and the ports of its servers.
final class Stage {
  let program: Program
  let front: UInt16
  /// A second way to the same backend, for connections that only hold a place.
  let hold: UInt16
  let a: UInt16
  let b: UInt16
  let check: UInt16
  let log: SyslogReceiver
  private weak var balancer: Balancer?
  private(set) var kept: [Any] = []

  /// Takes free ports, plays the ending, and returns the record of the frontend `fe`.
  static func record(of ending: Ending, before program: Program) throws -> TCPLogRecord {
    let stage = try Stage(program)
    let text = """
      global
          log \(stage.log.target) local0
      defaults
          log global
          mode tcp
          option tcplog
          balance roundrobin
          retries 0
          timeout connect 5s
          timeout client 5s
          timeout server 5s
          timeout queue 5s
      frontend hold
          bind 127.0.0.1:\(stage.hold)
          default_backend be
      frontend fe
          bind 127.0.0.1:\(stage.front)
          \(ending.frontend.replacingOccurrences(of: "\n", with: "\n    "))
          default_backend be
      backend be
          \(ending.backend.replacingOccurrences(of: "\n", with: "\n    "))
      """
    let filled = stage.fill(text)
    try ending.prepare(stage)
    let balancer = try Balancer(program, filled, ready: [.ipv4(stage.front), .ipv4(stage.hold)])
    stage.balancer = balancer
    do {
      try ending.play(stage)
      let record = try stage.log.record(of: "fe")
      stage.kept = []
      try balancer.stop()
      return record
    } catch {
      throw HarnessError("\(program): \(error)\n\(stage.log.lines)\n\(balancer.transcript)")
    }
  }

  private init(_ program: Program) throws {
    self.program = program
    front = try FreePort.next()
    hold = try FreePort.next()
    a = try FreePort.next()
    b = try FreePort.next()
    check = try FreePort.next()
    log = try SyslogReceiver()
  }

  private func fill(_ text: String) -> String {
    text.replacingOccurrences(of: "@A@", with: "\(a)").replacingOccurrences(of: "@B@", with: "\(b)")
      .replacingOccurrences(of: "@CHECK@", with: "\(check)")
  }

  /// A client at the frontend.
  func client() throws -> Connection { try Connection(to: front) }

  /// A client at the frontend, once the balancer has accepted it and begun to serve it.
  func settledClient() throws -> Connection {
    let client = try client()
    let ends = [String(format: ":%04X", front), String(format: ":%04X", client.port)]
    try waitUntil("the balancer accepts \(ends): \(readText("/proc/net/tcp"))") {
      readText("/proc/net/tcp").split(separator: "\n").contains { line in
        // Local and remote address, state and, once a process has it, the socket's inode.
        let words = line.split(separator: " ")
        return words.count > 9 && words[1].hasSuffix(ends[0]) && words[2].hasSuffix(ends[1])
          && words[9] != "0"
      }
    }
    try balancer?.waitUntilIdle()
    return client
  }

  /// A server at a port.
  func server(_ port: UInt16? = nil) throws -> Listener { try Listener(.ipv4(port ?? a)) }

  /// A client and its server's side, with a word exchanged each way.
  func pair(at listener: Listener) throws -> (client: Connection, server: Connection) {
    let client = try client()
    try client.send("ping")
    let server = try listener.accept()
    try server.expect("ping")
    try server.send("pong")
    try client.expect("pong")
    return (client, server)
  }

  /// A connection that stays open behind the frontend `hold` and has a place at the server.
  func holdPlace(at listener: Listener) throws {
    let client = try Connection(to: hold)
    try client.send("hold")
    let server = try listener.accept()
    try server.expect("hold")
    kept += [client, server]
  }

  /// Keeps something open until the record has come.
  func keep(_ things: Any...) { kept += things }
}
