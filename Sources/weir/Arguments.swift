internal import ArgumentParser
internal import Runtime

/// The command line. Options have the names HAProxy gives them; some have a long name beside.
struct Arguments: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract:
      "A TCP load balancer that reads HAProxy's configuration and records every connection.",
    usage: """
      weir -f FILE|DIR [-f ...] [options]
      weir -c -f FILE|DIR [-f ...]
      weir -cc CONDITION
      weir -v | -vv
      weir logs [FILE...|-|--journal] [options]
      weir explain [STATE|LINE]
      """,
    discussion: """
      Reads the files given with -f in order, and of a directory its *.cfg files by name, then \
      serves until it is told to stop: SIGUSR1 lets connections end, SIGTERM ends them, SIGQUIT \
      shows counters. Options are HAProxy's; what they say wins over the configuration.

      'weir logs --help' and 'weir explain --help' tell how to read the records that it makes.
      """)

  @OptionGroup(title: "Configuration") var files: ConfigurationArguments
  @OptionGroup(title: "Running") var running: RunningArguments
  @OptionGroup(title: "Messages") var messages: MessageArguments
  @OptionGroup(title: "Taking over") var takeover: TakeoverArguments
  @OptionGroup(title: "Debugging") var debugging: DebuggingArguments
}

struct ConfigurationArguments: ParsableArguments {
  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp(
      "A configuration file, or a directory whose *.cfg files are read by name; may be repeated."
        + " All arguments after -- are files too.", valueName: "file|dir"))
  var file: [String] = []

  @Flag(
    name: [.customShort("c"), .customLong("check")],
    help: "Check the configuration and leave: 0 if it is valid, 1 with all errors.")
  var check = false

  @Option(
    name: [.customLong("cc", withSingleDash: true), .customLong("check-condition")],
    parsing: .unconditional,
    help: ArgumentHelp(
      "Evaluate a condition as .if does and leave: 0 if true, 1 if false, 2 if it makes no sense.",
      valueName: "condition"))
  var condition: String?

  @Option(
    name: [.customShort("C"), .customLong("directory")],
    help: ArgumentHelp("Change to this directory before files are read.", valueName: "dir"))
  var directory: String?

  @Option(
    name: [.customShort("L"), .customLong("local-peer")],
    help: ArgumentHelp(
      "The name of this process ($HAPROXY_LOCALPEER); the host's by default.", valueName: "name"))
  var localPeer: String?
}

struct RunningArguments: ParsableArguments {
  @Flag(
    name: [.customShort("D"), .customLong("daemon")],
    help: "Leave for the background, as 'daemon' in the configuration.")
  var daemon = false

  @Flag(
    name: [.customLong("db", withSingleDash: true), .customLong("foreground")],
    help: "Stay in the foreground, whatever the configuration says.")
  var foreground = false

  @Flag(
    name: [.customShort("W"), .customLong("master-worker")],
    help: "Accepted: one process serves and reloads. Sets $HAPROXY_MWORKER.")
  var masterWorker = false

  @Flag(
    name: [.customLong("Ws", withSingleDash: true), .customLong("systemd")],
    help: "As -W, in the foreground, and tell systemd when everything is ready.")
  var systemd = false

  @Option(
    name: [.customShort("p"), .customLong("pid-file")],
    help: ArgumentHelp("Write the process's id to this file.", valueName: "file"))
  var pidFile: String?

  @Option(
    name: [.customShort("n"), .customLong("max-connections")],
    parsing: .unconditional,
    help: ArgumentHelp("The most connections of the process (maxconn).", valueName: "number"))
  var connections: Int?

  @Option(
    name: [.customShort("N"), .customLong("max-frontend-connections")],
    parsing: .unconditional,
    help: ArgumentHelp(
      "The most connections of a frontend that does not say.", valueName: "number"))
  var frontendConnections: Int?

  @Option(
    name: [.customShort("m"), .customLong("memory")],
    parsing: .unconditional,
    help: ArgumentHelp(
      "The most memory that the process may allocate; beyond it the program ends.",
      valueName: "megabytes"))
  var memory: Int?
}

struct MessageArguments: ParsableArguments {
  @Flag(name: [.customShort("q"), .customLong("quiet")], help: "Show no messages at start.")
  var quiet = false

  @Flag(
    name: [.customShort("V"), .customLong("verbose")],
    help: "Show messages even if -q or 'quiet' is given.")
  var verbose = false

  @Flag(name: [.customShort("v"), .customLong("version")], help: "Show the version and leave.")
  var version = false

  @Flag(
    name: [.customLong("vv", withSingleDash: true), .customLong("build-options")],
    help: "Show version, build options, libraries and features, and leave.")
  var buildOptions = false
}

struct TakeoverArguments: ParsableArguments {
  @Option(
    name: [.customLong("sf", withSingleDash: true), .customLong("finish")],
    help: ArgumentHelp(
      "Once ready, ask these processes to finish (SIGUSR1); any number of ids may follow.",
      valueName: "pid"))
  var finish: [Int32] = []

  @Option(
    name: [.customLong("st", withSingleDash: true), .customLong("terminate")],
    help: ArgumentHelp(
      "Once ready, end these processes (SIGTERM); any number of ids may follow.",
      valueName: "pid"))
  var terminate: [Int32] = []

  @Option(
    name: [.customShort("x"), .customLong("listeners-from")],
    help: ArgumentHelp(
      "Accepted with a warning: addresses are bound anew beside the old process's, without a gap.",
      valueName: "socket"))
  var listenerSource: String?

  @Option(
    name: [.customShort("S"), .customLong("master-socket")],
    help: ArgumentHelp(
      "Accepted: the address of HAProxy's master CLI.", valueName: "bind[,option...]"))
  var masterSocket: String?
}

struct DebuggingArguments: ParsableArguments {
  @Flag(
    name: [.customShort("d"), .customLong("debug")],
    help: "Stay in the foreground and show every line of the log on stdout; not for services.")
  var debug = false

  @Flag(
    name: [.customLong("dD", withSingleDash: true), .customLong("diagnose")],
    help: "Show what is merely suspicious in the configuration.")
  var diagnose = false

  @Flag(
    name: [.customLong("dW", withSingleDash: true), .customLong("zero-warning")],
    help: "Refuse a configuration with warnings.")
  var zeroWarning = false

  @Flag(
    name: [.customLong("dr", withSingleDash: true), .customLong("ignore-resolution")],
    help: "Start even if a server's name cannot be resolved: the server is disabled.")
  var ignoreResolution = false

  @Flag(
    name: [.customLong("dS", withSingleDash: true), .customLong("no-splice")],
    help: "Do not use splice(2).")
  var noSplice = false

  @Flag(
    name: [.customLong("dR", withSingleDash: true), .customLong("no-reuseport")],
    help: "Do not use SO_REUSEPORT.")
  var noReusePort = false

  @Flag(
    name: [.customLong("dG", withSingleDash: true), .customLong("no-getaddrinfo")],
    help: "Accepted: names are resolved all the same; enabled(GETADDRINFO) is false.")
  var noHostLookup = false

  @Flag(
    name: [.customLong("dL", withSingleDash: true), .customLong("list-libraries")],
    help: "List the loaded libraries once the configuration is read.")
  var listLibraries = false

  @Option(
    name: [.customLong("ignored-switch")],
    help: ArgumentHelp(
      "Accepted and without effect: HAProxy's -dM -dK -dC -dF -dI -dV -de -dk -dp -ds -dt -dv -dz"
        + " -dZ and -4.", valueName: "switch"))
  var ignored: [String] = []
}

extension Arguments {
  /// HAProxy's switches that change nothing here, by how they start: what follows is theirs.
  private static let ignoredPrefixes = ["-dM", "-dK", "-dC", "-dt"]
  /// HAProxy's switches that change nothing here.
  private static let ignoredSwitches: Set<String> = [
    "-dF", "-dI", "-dV", "-de", "-dk", "-dp", "-ds", "-dv", "-dz", "-dZ", "-4",
  ]
  /// The options that take the argument behind them, whatever it looks like.
  private static let takingValue: Set<String> = [
    "-f", "-cc", "-C", "-L", "-p", "-n", "-N", "-m", "-x", "-S",
  ]

  /// Turns HAProxy's spellings into those that the parser takes: lists of process ids, switches
  /// with something glued to them, and files behind `--`.
  static func translate(_ arguments: [String]) -> [String] {
    var result: [String] = []
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      index += 1
      if argument == "--" {
        for file in arguments[index...] { result += ["-f", file] }
        break
      } else if argument == "-sf" || argument == "-st" {
        while index < arguments.count, !arguments[index].hasPrefix("-") {
          result += [argument, arguments[index]]
          index += 1
        }
      } else if ignoredSwitches.contains(argument)
        || ignoredPrefixes.contains(where: argument.hasPrefix)
      {
        result.append("--ignored-switch=\(argument)")
      } else {
        result.append(argument)
        if takingValue.contains(argument), index < arguments.count {
          result.append(arguments[index])
          index += 1
        }
      }
    }
    return result
  }

  /// Why the options make no sense together, if so. Asked once all of them are known: the parser's
  /// own validation would speak before its word on unknown options.
  var mistake: ValidationError? {
    let numbers = [
      ("-n", running.connections), ("-N", running.frontendConnections), ("-m", running.memory),
    ]
    for case (let name, let number?) in numbers where number < 0 {
      return ValidationError("'\(name) \(number)': a number of 0 or more is expected.")
    }
    let isInformation = messages.version || messages.buildOptions || files.condition != nil
    return files.file.isEmpty && !isInformation
      ? ValidationError("No configuration file: name one with -f.") : nil
  }

  /// A limit as the program takes it: 0 is none, as in HAProxy.
  private static func limit(_ number: Int?) -> Int? { number == 0 ? nil : number }

  /// What is asked for, as the program takes it.
  var launchOptions: LaunchOptions {
    var options = LaunchOptions()
    options.files = files.file
    options.directory = files.directory
    options.localPeer = files.localPeer
    if let condition = files.condition {
      options.action = .evaluate(condition: condition)
    } else if files.check {
      options.action = .check
    }
    if debugging.debug {
      options.foreground = .debugs
    } else if running.foreground || running.systemd {
      options.foreground = .stays
    } else if running.daemon {
      options.foreground = .leaves
    }
    options.isMasterWorker = running.masterWorker || running.systemd
    options.notifiesSystemd = running.systemd
    options.pidFile = running.pidFile
    options.connectionLimit = Self.limit(running.connections)
    options.frontendConnectionLimit = Self.limit(running.frontendConnections)
    options.memoryLimitMegabytes = Self.limit(running.memory)
    options.isQuiet = messages.quiet
    options.isVerbose = messages.verbose
    options.finishing = takeover.finish
    options.terminating = takeover.terminate
    options.listenerSource = takeover.listenerSource
    options.masterSocket = takeover.masterSocket
    options.showsDiagnostics = debugging.diagnose
    options.refusesWarnings = debugging.zeroWarning
    options.ignoresResolutionFailures = debugging.ignoreResolution
    options.disablesSplice = debugging.noSplice
    options.disablesReusePort = debugging.noReusePort
    options.disablesHostLookup = debugging.noHostLookup
    options.listsLibraries = debugging.listLibraries
    return options
  }
}
