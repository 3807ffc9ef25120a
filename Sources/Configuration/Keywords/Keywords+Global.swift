import ConfigSyntax
import Kernel
import LogSinks
import Proxy

extension Keyword {
  /// The keywords of `global`, but for `tune.*`.
  static let globals: [Keyword] = process + identity + logging + statistics + environment

  private static let process: [Keyword] = [
    global("daemon", .flag { $0.settings.daemonizes = true }, "Runs in the background."),
    global(
      "hard-stop-after", .custom("<time>", readTime { $0.settings.hardStopAfterMilliseconds = $1 }),
      initial: "none", "Time from a soft stop to the end of connections that remain."),
    global(
      "grace", .custom("<time>", readTime { $0.settings.graceMilliseconds = $1 }), initial: "0",
      "Time from SIGUSR1 to the soft stop."),
    global(
      "maxconn",
      .integer("<connections>", in: 0...Int(Int32.max)) {
        $0.settings.connectionLimit = $1 == 0 ? nil : $1
        $0.proxy.connectionLimit = $1
      }, once: true, initial: "as the limit of descriptors allows",
      "Connections at once in the process."),
    global(
      "nbthread",
      .custom("<number>") { (draft, arguments) throws(Mistake) in
        let text = try arguments.take(
          orElse: "'nbthread' passed a missing or unparsable integer value in ''")
        guard let count = Int(text) else {
          throw Mistake(
            "'nbthread' passed a missing or unparsable integer value in '\(text)'",
            at: arguments.last)
        }
        guard (1...threadLimit).contains(count) else {
          throw Mistake(
            "'nbthread' value must be between 1 and \(threadLimit) (was \(count))",
            at: arguments.last)
        }
        draft.settings.threadCount = count
      }, initial: "one a core", "Workers."),
    global(
      "pidfile",
      .word("<path>", missing: "'pidfile' expects a file name as an argument.") {
        $0.settings.pidFile = $1
      }, once: true, "The file that the process's number is written to."),
    global(
      "ulimit-n",
      .integer("<number>", in: 0...Int(Int32.max)) {
        $0.settings.descriptorLimit = $1 == 0 ? nil : $1
      }, once: true, initial: "as `maxconn` needs", "The limit of file descriptors."),
    global("quiet", .flag { $0.settings.isQuiet = true }, "No messages at start."),
    global(
      "zero-warning", .flag { $0.settings.refusesWarnings = true },
      "A configuration with warnings is refused."),
    global(
      "spread-checks",
      .custom("<percent>") { (draft, arguments) throws(Mistake) in
        guard !arguments.isAtEnd else {
          throw Mistake("'spread-checks' expects an integer argument (0..50).", at: nil)
        }
        guard let text = arguments.peek, let percent = Int(text), (0...50).contains(percent) else {
          throw Mistake(
            "'spread-checks' needs a positive value in range 0..50.", at: arguments.next)
        }
        _ = arguments.take()
        draft.proxy.checkSpreadPercent = percent
      }, once: true, initial: "0", "How far the times of checks are spread at random."),
    global(
      "max-spread-checks",
      .custom(
        "<time>",
        readTime {
          $0.proxy.checkSpreadLimitMilliseconds = $1 == 0 ? nil : $1
        }), initial: "none", "The most that first checks are spread over."),
    global("nosplice", .flag { $0.proxy.allowsSplice = false }, "Bulk is never spliced."),
    global(
      "external-check", .custom("[preserve-env]", readExternalCheck), status: .kept,
      "Allows programs as checks, which Weir does not have yet."),
  ]

  private static let identity: [Keyword] = [
    global(
      "chroot",
      .word("{<folder>|auto}", missing: "'chroot' expects a directory as an argument.") {
        $0.settings.changeRoot = $1
      }, once: true, "The folder that becomes the process's root once all is open."),
    global(
      "user",
      .custom("<name>") { (draft, arguments) throws(Mistake) in
        let name = try arguments.take(orElse: "'user' expects <name>.")
        draft.settings.user = .name(name)
        draft.user = Located(name, arguments)
      }, once: true,
      "Who the process becomes once every socket is bound."),
    global(
      "group",
      .custom("<name>") { (draft, arguments) throws(Mistake) in
        let name = try arguments.take(orElse: "'group' expects <name>.")
        draft.settings.group = .name(name)
        draft.group = Located(name, arguments)
      }, once: true,
      "The group that the process takes on."),
    global(
      "uid",
      .integer("<number>", in: 0...Int(UInt32.max) - 1) {
        $0.settings.user = .number(UInt32(truncatingIfNeeded: $1))
      }, once: true, "`user` by number."),
    global(
      "gid",
      .integer("<number>", in: 0...Int(UInt32.max) - 1) {
        $0.settings.group = .number(UInt32(truncatingIfNeeded: $1))
      }, once: true, "`group` by number."),
    global(
      "node",
      .custom("<name>") { (draft, arguments) throws(Mistake) in
        let message =
          "'node' requires valid node name - non-empty string with digits(0-9), letters(A-Z, a-z),"
          + " dot(.), hyphen(-) or underscode(_)."
        let name = try arguments.take(orElse: message)
        guard name.utf8.allSatisfy({ isNameByte($0) && $0 != UInt8(ascii: ":") }) else {
          throw Mistake(message, at: arguments.last)
        }
        draft.settings.node = name
      }, "This process among others, in the statistics to come."),
    global(
      "description",
      .custom("<text>…") { (draft, arguments) throws(Mistake) in
        var words = [try arguments.take(orElse: "'description' expects a string argument.")]
        while let word = arguments.take() { words.append(word) }
        draft.settings.description = words.joined(separator: " ")
      }, "A text for people, in the statistics to come."),
    global(
      "unix-bind",
      .custom("[prefix <path>] [mode <octal>] [user|uid <user>] [group|gid <group>]", readUnixBind),
      "What every UNIX socket starts from."),
  ]

  private static let logging: [Keyword] = [
    global(
      "log",
      .custom(LogLine.grammar) { (draft, arguments) throws(Mistake) in
        if arguments.peek == "global" {
          throw Mistake(
            "log : 'global' is not supported for a global syslog server.", at: arguments.next)
        }
        draft.loggers.append(try LogLine.read(&arguments, orGlobal: false))
      }, "Where the process's own lines go, and those of proxies with `log global`."),
    global(
      "log-format-dir",
      .custom("<folder>") { (draft, arguments) throws(Mistake) in
        let folder = try arguments.take(orElse: "'log-format-dir' expects a folder.")
        draft.logFormatFolder = Located(folder, arguments)
      }, once: true, initial: "the installed one",
      "The folder that log formats are looked for in first, a file each, by `option tcplog NAME` and `log-format @NAME` (Weir's own)."
    ),
    global(
      "log-limit",
      .custom(LogLimitLine.grammar) { (draft, arguments) throws(Mistake) in
        let (kind, limit) = try LogLimitLine.read(&arguments)
        draft.settings.logLimits[kind] = limit
      }, initial: "none",
      "At most so many of the process's own messages of a kind in a time; one line tells how many there were more (Weir's own)."
    ),
    global(
      "log-send-hostname",
      .custom("[<name>]") { (draft, arguments) throws(Mistake) in
        draft.settings.logHostname = arguments.take() ?? ""
      }, once: true, initial: "not sent", "The host named in lines; the system's without a name."),
    global(
      "log-tag",
      .word("<tag>", missing: "'log-tag' expects a tag for use in syslog.") {
        $0.settings.logTag = $1
      }, initial: "weir", "The program's name in lines."),
  ]

  private static let statistics: [Keyword] = [
    global(
      "stats socket",
      .custom("<address> [<word of bind lines>…]") { (draft, arguments) throws(Mistake) in
        guard !arguments.isAtEnd else {
          throw Mistake(
            "'stats socket' in global section expects an address or a path to a UNIX socket",
            at: nil)
        }
        draft.statisticsSockets.append(
          try BindLine.read(&arguments, section: "global", title: "stats socket"))
      }, status: .kept, "A socket of the runtime API."),
    global(
      "stats timeout",
      .time { (draft, value) in draft.settings.statisticsTimeoutMilliseconds = value },
      status: .kept,
      initial: "10s", "Time without a word on such a socket."),
    global(
      "stats maxconn",
      .custom("<connections>") { (draft, arguments) throws(Mistake) in
        guard let text = arguments.take(), let count = Int(text), count > 0 else {
          throw Mistake(
            "'stats maxconn' expects a positive value",
            at: arguments.next > 2 ? arguments.last : nil)
        }
        draft.settings.statisticsConnectionLimit = count
      }, status: .kept, initial: "10", "Connections at once on such sockets."),
  ]

  /// These are carried out by the loader on the reader's environment.
  private static let environment: [Keyword] = [
    environment("setenv", "<name> <value>", "Sets a variable for the lines that follow."),
    environment("presetenv", "<name> <value>", "Sets a variable that is not set yet."),
    environment("unsetenv", "<name>…", "Removes variables."),
    environment("resetenv", "[<name>…]", "Removes all variables but these."),
  ]

  private static func environment(_ name: String, _ grammar: String, _ help: String) -> Keyword {
    Keyword(name: name, place: .global, grammar: grammar, help: help, status: .served)
  }

  /// The most workers that may be asked for.
  private static let threadLimit = 1024

  private static func readTime(
    _ set: @escaping @Sendable (inout GlobalDraft, Int) -> Void
  ) -> Grammar<GlobalDraft>.Reader {
    { (draft, arguments) throws(Mistake) in
      guard !arguments.isAtEnd else {
        throw Mistake("'\(arguments.keyword)' expects <time> as argument.", at: nil)
      }
      set(&draft, try arguments.time())
    }
  }

  private static let readExternalCheck: Grammar<GlobalDraft>.Reader = {
    (draft, arguments) throws(Mistake) in
    if arguments.peek == "preserve-env" { _ = arguments.take() }
    draft.settings.keptStatements.append(arguments.line.texts)
  }

  private static let readUnixBind: Grammar<GlobalDraft>.Reader = {
    (draft, arguments) throws(Mistake) in
    guard !arguments.isAtEnd else {
      throw Mistake(
        "'unix-bind' expects 'prefix', 'mode', 'user', 'uid', 'group' or 'gid'.", at: nil)
    }
    while let word = arguments.take() {
      let position = arguments.last
      let value = try arguments.take(orElse: "'unix-bind \(word)' expects a value.")
      switch word {
      case "prefix": draft.unixPrefix = value
      case "mode":
        guard let mode = UInt32(value, radix: 8), mode <= 0o7777 else {
          throw Mistake(
            "'unix-bind mode' expects an octal number (got '\(value)').", at: arguments.last)
        }
        draft.unixOwnership.mode = mode
      case "user": draft.unixOwnership.user = Located(.name(value), arguments)
      case "group": draft.unixOwnership.group = Located(.name(value), arguments)
      case "uid", "gid":
        guard let number = UInt32(value) else {
          throw Mistake(
            "'unix-bind \(word)' expects a number (got '\(value)').", at: arguments.last)
        }
        if word == "uid" {
          draft.unixOwnership.user = Located(.number(number), arguments)
        } else {
          draft.unixOwnership.group = Located(.number(number), arguments)
        }
      default:
        throw Mistake(
          "'unix-bind' only supports the 'prefix', 'mode', 'user', 'uid', 'group' and 'gid' options"
            + " (got '\(word)').", at: position)
      }
    }
  }

  /// Whether a byte may stand in the name of a section.
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: ":"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
