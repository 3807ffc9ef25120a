/// A line of `option tcplog`, taken apart.
struct TCPLogRecord: Equatable {
  /// What stands before the text: priority, date, tag and process id.
  var header: String
  var client: String
  var clientPort: Int
  var date: String
  var frontend: String
  var backend: String
  var server: String
  /// Milliseconds; -1 where it never came to that, as the line has it.
  var queueTime: Int
  var connectTime: Int
  var totalTime: Int
  var bytes: Int
  var termination: String
  /// Process, frontend, backend, server.
  var connections: [Int]
  /// With its `+` after a redispatch.
  var retries: String
  var serverQueue: Int
  var backendQueue: Int
  /// The line as it came.
  var line: String

  /// Takes a line apart, whatever stands before the client's address; nil where it is no such line.
  init?(parsing line: String) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard
      let at = words.firstIndex(where: { $0.hasPrefix("[") && $0.hasSuffix("]") && $0.count > 20 }),
      at > 0, words.count >= at + 8
    else { return nil }
    let client = words[at - 1]
    guard let colon = client.lastIndex(of: ":"),
      let port = Int(client[client.index(after: colon)...])
    else { return nil }
    let names = words[at + 2].split(separator: "/").map(String.init)
    let timers = words[at + 3].split(separator: "/").compactMap { Int($0) }
    let counts = words[at + 6].split(separator: "/").map(String.init)
    let queues = words[at + 7].split(separator: "/").compactMap { Int($0) }
    guard names.count == 2, timers.count == 3, counts.count == 5, queues.count == 2,
      let bytes = Int(words[at + 4])
    else { return nil }
    header = words[..<(at - 1)].joined(separator: " ")
    self.client = String(client[..<colon])
    clientPort = port
    date = words[at]
    frontend = words[at + 1]
    backend = names[0]
    server = names[1]
    queueTime = timers[0]
    connectTime = timers[1]
    totalTime = timers[2]
    self.bytes = bytes
    termination = words[at + 5]
    connections = counts.prefix(4).compactMap { Int($0) }
    retries = counts[4]
    serverQueue = queues[0]
    backendQueue = queues[1]
    self.line = line
  }
}
