internal import ArgumentParser
internal import Kernel
internal import LogCommands
internal import LogReading
internal import LogRecords

/// What the commands that read logs have in common.
struct ColourArguments: ParsableArguments {
  enum Colour: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

  @Option(
    name: [.customLong("color"), .customLong("colour")],
    help: ArgumentHelp(
      "Colours: 'always', 'never', or 'auto': on a terminal, unless NO_COLOR is set.",
      valueName: "when"))
  var colour: Colour = .auto

  /// As the program takes it.
  var choice: Bool? { colour == .auto ? nil : colour == .always }
}

/// `weir logs`.
struct LogsArguments: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir logs",
    abstract: "Reads logs of connections and tells what they say.",
    usage: """
      weir logs [FILE...|-] [options]
      weir logs --journal [MATCH...] [options]
      """,
    discussion: """
      Reads lines of 'option tcplog' with any syslog header or none, of HAProxy too; JSON (otel, \
      ecs, cee, %{+json}o); logfmt; the journal's export format. Files may be compressed (.gz, \
      .xz, .zst, .bz2, .lz4) and are read in the order in which they were last written. Without a \
      file, or with '-', standard input is read.

      Exit status: 0 when all was read; 1 when --verify found records missing or twice; 2 when \
      the command line is wrong or something cannot be read; 3 when --verify found no numbers.
      """)

  @Argument(
    help: ArgumentHelp(
      "Files or patterns; with --journal, matches for journalctl such as _SYSTEMD_UNIT=haproxy.service.",
      valueName: "file"))
  var inputs: [String] = []

  @Flag(help: "Read the journal: all entries of Weir, or those that match.")
  var journal = false
  @Flag(help: "Go on as lines come, and show the report anew each second.")
  var follow = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Only connections accepted at or after this time.", valueName: "time"))
  var since: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Only connections accepted before this time.", valueName: "time"))
  var until: String?
  @Option(help: ArgumentHelp("Only this server: NAME or BACKEND/NAME; may be repeated."))
  var server: [String] = []
  @Option(help: ArgumentHelp("Only this frontend; may be repeated."))
  var frontend: [String] = []
  @Option(help: ArgumentHelp("Only this backend; may be repeated."))
  var backend: [String] = []
  @Option(
    help: ArgumentHelp("Only this client: ADDRESS or ADDRESS/BITS; may be repeated."))
  var client: [String] = []
  @Option(
    help: ArgumentHelp(
      "Only connections that ended for this reason, such as server_timeout; may be repeated."))
  var reason: [String] = []
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Only connections with this state, such as sD; '?' stands for any letter, '!' before it for"
        + " all others; may be repeated."))
  var state: [String] = []

  @Option(help: ArgumentHelp("How many servers, clients and frontends are told.", valueName: "n"))
  var top = 10
  @Option(help: ArgumentHelp("How many of the slowest connections are told.", valueName: "n"))
  var slowest = 5
  @Flag(help: "Tell whether records are missing or came twice, by their numbers, and nothing else.")
  var verify = false
  @Flag(help: "Show the first 20 lines that were not understood.")
  var showUnparsed = false
  @Flag(help: "Take times that name no zone for UTC rather than for this system's time zone.")
  var utc = false
  @Flag(help: "Write one JSON object instead of text; times are in microseconds.")
  var json = false
  @OptionGroup var colours: ColourArguments
  @Option(help: ArgumentHelp("How many threads read; a processor each by default.", valueName: "n"))
  var threads: Int?
}

extension LogsArguments {
  /// What is asked for, as the program takes it.
  func options() throws(CommandError) -> LogsOptions {
    var options = LogsOptions()
    options.inputs = inputs
    options.journal = journal
    options.follows = follow
    options.json = json
    options.verifies = verify
    options.colour = colours.choice
    options.top = try Self.number("--top", top, 1...1000)
    options.aggregate.slowest = try Self.number("--slowest", slowest, 0...1000)
    if let threads { options.threads = try Self.number("--threads", threads, 1...256) }
    options.aggregate.unparsed = showUnparsed ? 20 : 0
    options.aggregate.datesAreLocal = !utc
    options.aggregate.filter = try filter()
    return options
  }

  private static func number(
    _ name: String, _ number: Int, _ range: ClosedRange<Int>
  ) throws(CommandError) -> Int {
    guard range.contains(number) else {
      throw CommandError(
        "'\(name) \(number)': a number from \(range.lowerBound) to \(range.upperBound) is expected")
    }
    return number
  }

  private func filter() throws(CommandError) -> LogFilter {
    var filter = LogFilter()
    let now = Int64(Clock.realtimeNanoseconds() / 1000)
    if let since { filter.since = try TimeArgument.parse(since, nowMicroseconds: now) }
    if let until { filter.until = try TimeArgument.parse(until, nowMicroseconds: now) }
    filter.servers = Self.parts(server)
    filter.frontends = Self.parts(frontend)
    filter.backends = Self.parts(backend)
    for text in Self.parts(client) {
      guard let block = AddressBlock(text) else {
        throw CommandError("'--client \(text)': an address is expected, or ADDRESS/BITS")
      }
      filter.clients.append(block)
    }
    for text in Self.parts(state) { filter.states += try Self.states(text) }
    for text in Self.parts(reason) {
      guard let found = TerminationState.table.first(where: { $0.reason == text }) else {
        let all = TerminationState.table.map(\.reason).joined(separator: ", ")
        throw CommandError("'--reason \(text)': no such reason. There are: \(all)")
      }
      filter.states.append(Array(found.letters.utf8))
    }
    return filter
  }

  /// Values that may be given one by one or with commas between them.
  private static func parts(_ values: [String]) -> [String] {
    values.flatMap { $0.split(separator: ",").map(String.init) }
  }

  /// `sD`, `?D`, `!--`.
  private static func states(_ text: String) throws(CommandError) -> [[UInt8]] {
    let isNegated = text.hasPrefix("!")
    let letters = Array((isNegated ? text.dropFirst() : text[...]).utf8)
    guard letters.count == 2 else {
      throw CommandError(
        "'--state \(text)': two letters are expected, such as sD, ?D or !--; 'weir explain' tells all"
      )
    }
    guard isNegated else { return [letters] }
    let question = UInt8(ascii: "?")
    return TerminationState.table.map { Array($0.letters.utf8) }.filter { state in
      !zip(letters, state).allSatisfy { $0 == question || $0 == $1 }
    }
  }
}

/// `weir explain`.
struct ExplainArguments: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir explain",
    abstract: "Says in plain words how a connection ended, and where to look.",
    usage: """
      weir explain STATE...
      weir explain 'LINE OF A LOG'
      weir explain < LINES
      weir explain --list
      """,
    discussion: """
      STATE is the two letters of %ts, such as sD, or a reason such as server_timeout. A line may \
      be of any format that 'weir logs' reads.

      Exit status: 0; 1 when something was not understood; 2 when the command line is wrong.
      """)

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp(
      "States, reasons or a line; without any, lines of standard input.", valueName: "what"))
  var what: [String] = []
  @Flag(help: "Show all states.")
  var list = false
  @OptionGroup var colours: ColourArguments
}
