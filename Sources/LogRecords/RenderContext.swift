/// What rendering knows beside the record, and the texts and buffers it uses again from line to
/// line. Each thread that renders has its own.
package struct RenderContext: Sendable {
  /// The names of the configuration that the record is of.
  package let names: LogNames
  /// The number of the process (`%pid`).
  package var processIdentifier: Int32
  /// The name of this host (`%H`).
  package var hostname: String
  /// What tells this run of the process from others; with a record's sequence it names a record.
  package var bootIdentifier = ""
  /// When the process started, in nanoseconds since 1970 (`uptime`).
  package var startedNanoseconds: UInt64
  /// Whether the process was told to stop (`stopping`).
  package var isStopping = false
  /// Gives counts by name as they are now, nil for what is not there; may take a lock for a moment.
  package var counts: (@Sendable (NamedCount) -> Int?)?
  /// `unique-id-format` of the frontend that the record is of; set it before rendering a program
  /// whose `needs` name it.
  package var uniqueIdentifier: FormatProgram? {
    didSet { if uniqueIdentifier != oldValue { uniqueConnection = nil } }
  }

  /// What lines say of the logger that they are for; set it before rendering a program whose
  /// `dependsOnLogger` is true.
  package var logger = LoggerFacts()

  /// The names as bytes.
  let texts: NameTexts
  /// Room to build what needs its length known before.
  var scratch: [UInt8] = []
  /// Room for the bytes of CBOR before they are written in digits.
  var encoded: [UInt8] = []
  /// Room for the line for people within a structured line.
  var line: [UInt8] = []
  /// Texts of seconds.
  var dates = DateCache()
  /// The value that an expression is at.
  var register = SampleRegister()
  /// The text of `%ID`, and the connection it was made for: it is made once for each.
  private(set) var uniqueText: [UInt8] = []
  private var uniqueConnection: UInt64?

  /// Makes a context.
  package init(
    names: LogNames, processIdentifier: Int32, hostname: String, startedNanoseconds: UInt64 = 0
  ) {
    self.names = names
    texts = NameTexts(names)
    self.processIdentifier = processIdentifier
    self.hostname = hostname
    self.startedNanoseconds = startedNanoseconds
  }

  /// Makes the text of `%ID` unless it stands already for this connection.
  mutating func prepareUniqueIdentifier(of record: ConnectionRecord) {
    guard uniqueConnection != record.connection else { return }
    uniqueConnection = record.connection
    var text = uniqueText
    uniqueText = []
    text.removeAll(keepingCapacity: true)
    uniqueIdentifier?.render(record, context: &self, into: &text)
    uniqueText = text
  }

  // Indexes come from records and may outlive a configuration: they are checked, never trusted.

  /// The frontend of a record.
  func frontend(of record: ConnectionRecord) -> LogNames.Frontend? {
    let index = Int(record.frontend)
    return names.frontends.indices.contains(index) ? names.frontends[index] : nil
  }

  /// A listener by its index.
  func listener(_ number: UInt32) -> LogNames.Listener? {
    let index = Int(number)
    return names.listeners.indices.contains(index) ? names.listeners[index] : nil
  }

  /// The backend of a record; nil where none was chosen.
  func backend(of record: ConnectionRecord) -> LogNames.Backend? {
    guard let index = record.backend.map(Int.init), names.backends.indices.contains(index) else {
      return nil
    }
    return names.backends[index]
  }

  /// The server of a record; nil where none was chosen.
  func server(of record: ConnectionRecord) -> LogNames.Server? {
    guard let index = record.server.map(Int.init), names.servers.indices.contains(index) else {
      return nil
    }
    return names.servers[index]
  }
}
