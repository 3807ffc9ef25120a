/// An item of a log format that a `%` and a short name stand for (HAProxy's manual 8.2.6).
package enum FormatAlias: UInt8, BitwiseCopyable, CaseIterable, Hashable, Sendable {
  case bytesFromServer, cookieRequest, cookieResponse, hostname, method, uri, path, query, uriFull
  case version, uniqueIdentifier, origin, status, acceptUTC, activeTime, connectTime, dataTime
  case acceptLocalZone, handshakeTime, idleTime, queryTime, requestTime, responseTime, acceptEpoch
  case totalTime, userTime, queueTime, bytesFromClient, processConnections, backend
  case backendConnections, sourceAddress, sourcePort, backendQueue, clientAddress, clientPort
  case frontend, frontendConnections, frontendAddress, frontendPort, frontendTransport, logCounter
  case requestHeaders, requestHeadersCLF, responseHeaders, responseHeadersCLF, acceptMilliseconds
  case processIdentifier, request, retries, requestCounter, server, serverConnections, serverAddress
  case serverPort, serverQueue, tlsVersion, tlsCipher, acceptLocal, terminationState
  case terminationStateCookie, requestDateLocal, requestDateUTC, requestDateLocalZone

  /// What `%{+Q}` and `%{+X}` do to an item, and what it prints when nothing is known.
  package enum Kind: Hashable, Sendable {
    /// Quoted by Q, escaped by E; `-` when empty.
    case text
    /// Left alone by Q.
    case number
    /// An IP address: text, and in hexadecimal by X.
    case address
    /// A date, left alone by Q.
    case date
    /// Nothing is printed: captures, of which TCP mode has none.
    case capture
  }

  /// What is fixed for an alias.
  package struct Description: Sendable {
    /// The alias.
    package var alias: FormatAlias
    /// The name after the `%`.
    package var name: String
    /// How flags work on it.
    package var kind: Kind
    /// The earliest moment at which it is known.
    package var moment: FormatProgram.Moment
    /// Whether it means something in HTTP mode alone.
    package var isHTTPOnly: Bool
    /// What it prints, in a few words.
    package var meaning: String

    init(
      _ alias: FormatAlias, _ name: String, _ kind: Kind, _ moment: FormatProgram.Moment,
      _ meaning: String, http: Bool = false
    ) {
      self.alias = alias
      self.name = name
      self.kind = kind
      self.moment = moment
      self.isHTTPOnly = http
      self.meaning = meaning
    }
  }

  /// The alias's entry in the table.
  package var description: Description { Self.table[Int(rawValue)] }

  /// The alias of a name, nil where there is none. Names bear the case that HAProxy gives them.
  package init?(name: String) {
    guard let entry = Self.table.first(where: { $0.name == name }) else { return nil }
    self = entry.alias
  }

  /// Every alias in the order of its raw value.
  package static let table: [Description] = [
    .init(.bytesFromServer, "B", .number, .close, "bytes from the server to the client"),
    .init(.cookieRequest, "CC", .text, .connect, "captured request cookie", http: true),
    .init(.cookieResponse, "CS", .text, .connect, "captured response cookie", http: true),
    .init(.hostname, "H", .text, .connect, "name of this host"),
    .init(.method, "HM", .text, .connect, "HTTP method", http: true),
    .init(.uri, "HP", .text, .connect, "HTTP URI without its query", http: true),
    .init(.path, "HPO", .text, .connect, "HTTP path", http: true),
    .init(.query, "HQ", .text, .connect, "HTTP query", http: true),
    .init(.uriFull, "HU", .text, .connect, "HTTP URI", http: true),
    .init(.version, "HV", .text, .connect, "HTTP version", http: true),
    .init(.uniqueIdentifier, "ID", .text, .close, "unique id of the connection"),
    .init(.origin, "OG", .text, .connect, "the step that made the line"),
    .init(.status, "ST", .number, .connect, "HTTP status; 0 in TCP mode"),
    .init(.acceptUTC, "T", .date, .connect, "date of accept, UTC"),
    .init(.activeTime, "Ta", .number, .close, "active time of a request", http: true),
    .init(.connectTime, "Tc", .number, .close, "time to connect to the server, ms"),
    .init(.dataTime, "Td", .number, .close, "time of data, ms"),
    .init(.acceptLocalZone, "Tl", .date, .connect, "date of accept, local time with its offset"),
    .init(.handshakeTime, "Th", .number, .close, "time of handshakes, ms"),
    .init(.idleTime, "Ti", .number, .close, "idle time before a request", http: true),
    .init(.queryTime, "Tq", .number, .close, "time until a request was there", http: true),
    .init(.requestTime, "TR", .number, .close, "time of a request", http: true),
    .init(.responseTime, "Tr", .number, .close, "time until a response began", http: true),
    .init(.acceptEpoch, "Ts", .number, .connect, "accept, in seconds since 1970"),
    .init(.totalTime, "Tt", .number, .close, "time from accept to end, ms"),
    .init(.userTime, "Tu", .number, .close, "time from accept to end as the user sees it, ms"),
    .init(.queueTime, "Tw", .number, .close, "time until a server was chosen, ms"),
    .init(.bytesFromClient, "U", .number, .close, "bytes from the client to the server"),
    .init(.processConnections, "ac", .number, .close, "connections of the process"),
    .init(.backend, "b", .text, .connect, "name of the backend"),
    .init(.backendConnections, "bc", .number, .close, "connections of the backend"),
    .init(.sourceAddress, "bi", .address, .connect, "own address towards the server"),
    .init(.sourcePort, "bp", .number, .connect, "own port towards the server"),
    .init(.backendQueue, "bq", .number, .close, "place in the backend's queue"),
    .init(.clientAddress, "ci", .address, .connect, "address of the client"),
    .init(.clientPort, "cp", .number, .connect, "port of the client"),
    .init(.frontend, "f", .text, .connect, "name of the frontend"),
    .init(.frontendConnections, "fc", .number, .close, "connections of the frontend"),
    .init(.frontendAddress, "fi", .address, .connect, "address that the client spoke to"),
    .init(.frontendPort, "fp", .number, .connect, "port that the client spoke to"),
    .init(.frontendTransport, "ft", .text, .connect, "name of the frontend, ~ after it under TLS"),
    .init(.logCounter, "lc", .number, .connect, "number of the line in its frontend"),
    .init(.requestHeaders, "hr", .capture, .connect, "captured request headers"),
    .init(.requestHeadersCLF, "hrl", .capture, .connect, "captured request headers, CLF"),
    .init(.responseHeaders, "hs", .capture, .connect, "captured response headers"),
    .init(.responseHeadersCLF, "hsl", .capture, .connect, "captured response headers, CLF"),
    .init(.acceptMilliseconds, "ms", .number, .connect, "milliseconds of accept, three digits"),
    .init(.processIdentifier, "pid", .number, .connect, "number of the process"),
    .init(.request, "r", .text, .connect, "HTTP request line", http: true),
    .init(.retries, "rc", .number, .close, "retries; + before them after a redispatch"),
    .init(.requestCounter, "rt", .number, .connect, "number of the connection in the process"),
    .init(.server, "s", .text, .connect, "name of the server"),
    .init(.serverConnections, "sc", .number, .close, "connections of the server"),
    .init(.serverAddress, "si", .address, .connect, "address of the server"),
    .init(.serverPort, "sp", .number, .connect, "port of the server"),
    .init(.serverQueue, "sq", .number, .close, "place in the server's queue"),
    .init(.tlsVersion, "sslv", .text, .connect, "TLS version of the client"),
    .init(.tlsCipher, "sslc", .text, .connect, "TLS cipher of the client"),
    .init(.acceptLocal, "t", .date, .connect, "date of accept, local time with milliseconds"),
    .init(.terminationState, "ts", .number, .close, "termination state, two letters"),
    .init(.terminationStateCookie, "tsc", .number, .close, "termination state, four letters"),
    .init(.requestDateLocal, "tr", .date, .connect, "date of a request, local time", http: true),
    .init(.requestDateUTC, "trg", .date, .connect, "date of a request, UTC", http: true),
    .init(
      .requestDateLocalZone, "trl", .date, .connect,
      "date of a request, local time with its offset",
      http: true),
  ]
}
