internal import ArgumentParser
internal import LogCommands

/// What the program does beside serving: the first word of the command line names it.
///
/// HAProxy's options all begin with a dash, so that such a word can be nothing else; a file of that
/// name is given with `-f`.
enum Subcommand: String {
  case logs, explain

  /// The command of a command line; nil where it is to serve.
  init?(_ arguments: some Collection<String>) {
    guard let first = arguments.first else { return nil }
    self.init(rawValue: first)
  }

  /// Carries the command out; the exit status.
  func run(_ arguments: some Collection<String>) -> Int32 {
    switch self {
    case .logs: Self.run(LogsArguments.self, Array(arguments)) { LogsCommand.run(try $0.options()) }
    case .explain:
      // `--` is a state and not the end of options.
      Self.run(ExplainArguments.self, arguments.map { $0 == "--" ? "normal" : $0 }) {
        ExplainCommand.run($0.what, isList: $0.list, colour: $0.colours.choice)
      }
    }
  }

  private static func run<Command: ParsableCommand>(
    _ command: Command.Type, _ arguments: [String], _ body: (Command) throws -> Int32
  ) -> Int32 {
    do {
      return try body(try Command.parse(arguments))
    } catch let error as CommandError {
      LogsCommand.complain(error)
      return LogsCommand.Status.failed
    } catch {
      guard Command.exitCode(for: error) == .success else {
        Version.show(error: Command.fullMessage(for: error))
        return LogsCommand.Status.failed
      }
      Command.exit(withError: error)
    }
  }
}
