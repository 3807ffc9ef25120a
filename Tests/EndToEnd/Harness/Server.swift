import Foundation
import Synchronization

/// A server that treats every connection alike, in a thread for each.
final class Server: Sendable {
  let port: UInt16
  private let accepting: Accepting
  private let stopped = DispatchSemaphore(value: 0)

  /// What the accepting thread shares with the test.
  private final class Accepting: @unchecked Sendable {
    let listener: Listener
    let count = Atomic<Int>(0)
    let over = Atomic<Bool>(false)
    init(_ listener: Listener) { self.listener = listener }
  }

  /// Listens at a port, or at a free one, and serves each connection by `serve`.
  init(
    _ wanted: UInt16? = nil, at address: Address? = nil,
    serve: @escaping @Sendable (Connection) throws -> Void
  ) throws {
    let listener = try Listener(address ?? wanted.map { .ipv4($0) })
    port = listener.port
    let accepting = Accepting(listener)
    self.accepting = accepting
    let stopped = stopped
    nonisolated(unsafe) let heard = listener
    Thread.detachNewThread {
      while !accepting.over.load(ordering: .acquiring) {
        guard let connection = heard.acceptIfAny(within: 0.05) else { continue }
        accepting.count.add(1, ordering: .relaxed)
        nonisolated(unsafe) let served = connection
        Thread.detachNewThread { try? serve(served) }
      }
      heard.close()
      stopped.signal()
    }
  }

  /// Says its name in a line, then sends back whatever it gets.
  static func named(_ name: String, _ port: UInt16? = nil, at address: Address? = nil) throws
    -> Server
  {
    try Server(port, at: address) { connection in
      try connection.send(name + "\n")
      while case .bytes(let bytes) = try connection.receive(within: 60) {
        try connection.send(bytes)
      }
    }
  }

  deinit { close() }

  /// How many connections it has accepted.
  var accepted: Int { accepting.count.load(ordering: .relaxed) }

  /// Stops listening; connections go on.
  func close() {
    guard !accepting.over.exchange(true, ordering: .acquiringAndReleasing) else { return }
    stopped.wait()
  }
}

extension Connection {
  /// The line that a named server greets with.
  func greeting(within seconds: Double = 15) throws -> String {
    var line: [UInt8] = []
    while let byte = try receive(exactly: 1, within: seconds).first, byte != 10 {
      line.append(byte)
    }
    return String(decoding: line, as: UTF8.self)
  }
}

/// Connects, waits for the server's name, and ends in order on both sides.
func whoServes(_ port: UInt16, from source: String? = nil) throws -> String {
  let client = try Connection(to: .ipv4(port), from: source)
  let name = try client.greeting()
  client.finish()
  try client.waitForEnd()
  return name
}
