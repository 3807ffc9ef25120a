internal import ConfigSyntax

/// A log format compiled once and rendered for each record.
///
/// It is a flat row of items, with all literal text in one array of bytes, so that a line costs a
/// loop and a switch. It owns no state: what changes from line to line stands in `RenderContext`.
package struct FormatProgram: Sendable, Hashable {
  /// The earliest moment at which every item of a line is known. HAProxy makes the line then.
  package enum Moment: UInt8, BitwiseCopyable, Comparable, Hashable, Sendable {
    /// When the connection is accepted.
    case accept
    /// When the server is connected, or at the end where that never came about.
    case connect
    /// At the end.
    case close

    package static func < (left: Moment, right: Moment) -> Bool { left.rawValue < right.rawValue }
  }

  /// What a format is for.
  package enum Kind: UInt8, Hashable, Sendable {
    /// `log-format`: the text of a line.
    case line
    /// `error-log-format`: the text of a line of a connection that failed before it began.
    case error
    /// `log-format-sd`: structured data of RFC 5424; spaces at the end are dropped.
    case structuredData
    /// `unique-id-format`: may not name itself.
    case uniqueIdentifier
  }

  /// What rendering needs that costs something to know.
  package struct Needs: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `frontendAddress` of the record (a getsockname(2) for each connection).
    package static let frontendAddress = Needs(rawValue: 1)
    /// `sourceAddress` of the record (a getsockname(2) for each connection to a server).
    package static let sourceAddress = Needs(rawValue: 2)
    /// The text of `unique-id-format`.
    package static let uniqueIdentifier = Needs(rawValue: 4)
  }

  /// A part of a line.
  enum Item: BitwiseCopyable, Hashable, Sendable {
    /// One byte of text, as most literal text is: a space, a colon, a slash.
    case byte(UInt8)
    /// Bytes of `literals`.
    case literal(start: Int32, end: Int32)
    /// An alias.
    case alias(FormatAlias, FormatFlags)
    /// An entry of `expressions`.
    case expression(Int32, FormatFlags)
    /// `Connect from …`, the line of a frontend that names no format.
    case connectLine
    /// The name of the bind line, or its number.
    case bindName
    /// The words of `fc_err`.
    case clientErrorText
    /// An entry of `members`: an item with an encoding of its own (`%{+json}ci`).
    case encoded(Int32)
  }

  /// Bytes of `literals`.
  struct Place: BitwiseCopyable, Hashable, Sendable {
    var start: Int32 = 0
    var end: Int32 = 0
  }

  /// The name and type that an encoding gives an item (`%(name:type)ci`).
  package struct Label: Hashable, Sendable {
    /// A type that the output is given.
    package enum OutputType: String, Hashable, Sendable { case str, sint, bool }
    /// Index of the item.
    package var item: Int
    /// The name; may be empty.
    package var name: String
    /// The type, where one is asked for.
    package var type: OutputType?
  }

  /// The text it was compiled from.
  package var source: String
  /// What it is for.
  package var kind: Kind
  /// The earliest moment of its line.
  package var moment: Moment = .connect
  /// What rendering needs.
  package var needs: Needs = []
  /// Things that are no error but surely no one meant.
  package var warnings: [FormatError] = []
  /// Names and types of items, for encodings; text ignores them.
  package var labels: [Label] = []
  /// How a line is laid out.
  package internal(set) var encoding: FormatEncoding = .text
  /// The header line of a format in CSV: the names of its columns; empty for others.
  package internal(set) var header = ""
  var items: [Item] = []
  var literals: [UInt8] = []
  var expressions: [SampleExpression] = []
  /// The named values of a structured line in their order; of text, the items with encodings.
  var members: [FormatMember] = []
  /// The keys and openings of groups of members.
  var groups: [Place] = []
  /// What stands before the first member.
  var opening = Place()
  /// What stands before the whole of a line of CBOR, in whose digits it is not.
  var prefix = Place()
  /// How many bytes of a key are its separator, which the first member goes without.
  var separatorCount = 0
  /// The line for people (`line` of a named format); none where it is that of `human`.
  var messages: [FormatProgram] = []
  /// The values of events that have members of their own.
  var toldValues: [LogEventField] = []
  /// Whether events can be told in it.
  var tellsEvents = false

  /// Whether a line tells of the logger that it is for: its facility, level or sample.
  package internal(set) var dependsOnLogger = false

  /// Whether a line is always empty.
  package var isEmpty: Bool { items.isEmpty && !isStructured }

  /// Compiles a format.
  ///
  /// `environment` gives the variables that `%[env(NAME)]` names; they are read once, here.
  package init(
    compiling text: String, kind: Kind = .line,
    environment: (String) -> String? = { _ in nil }
  ) throws(FormatError) {
    var compiler = FormatCompiler(text: text, kind: kind)
    self = try compiler.compile(environment: environment)
  }

  init(source: String, kind: Kind) {
    self.source = source
    self.kind = kind
  }

  /// The text of `option tcplog`.
  package static let tcplogText = PredefinedVariables.tcpLogFormat
  /// The text of `option tcplog clf`.
  package static let tcplogCLFText = PredefinedVariables.tcpLogFormatCLF

  /// The text of the format `human`.
  package static let humanText = NamedFormat.builtInText("human")

  /// A line for people, with the reason of the end in words: what structured lines have as their
  /// message.
  package static let human = predefined(humanText)

  /// A format whose line is always empty.
  package static let nothing = FormatProgram(source: "", kind: .line)
  /// `option tcplog`.
  package static let tcplog = predefined(tcplogText)
  /// `option tcplog clf`.
  package static let tcplogCLF = predefined(tcplogCLFText)

  /// The line of a frontend that names no format, made at accept:
  /// `Connect from IP:PORT to IP:PORT (FRONTEND/TCP)`.
  package static let connectLine: FormatProgram = {
    var program = FormatProgram(source: "", kind: .line)
    program.items = [.connectLine]
    program.moment = .accept
    program.needs = .frontendAddress
    return program
  }()

  /// The line of a connection that failed before it began, where there is no `error-log-format`:
  /// `IP:PORT [DATE] FRONTEND/BIND: MESSAGE`.
  package static let embryonic: FormatProgram = {
    var program = predefined("%ci:%cp [%t] %f/")
    program.kind = .error
    program.items.append(.bindName)
    let start = Int32(program.literals.count)
    program.literals += [UInt8(ascii: ":"), UInt8(ascii: " ")]
    program.items.append(.literal(start: start, end: start + 2))
    program.items.append(.clientErrorText)
    return program
  }()

  /// A format of the program's own; a mistake in one makes an empty line, and its test fail.
  private static func predefined(_ text: String) -> FormatProgram {
    (try? FormatProgram(compiling: text)) ?? FormatProgram(source: text, kind: .line)
  }
}
