internal import ArgumentParser
internal import Runtime

/// The program: arguments in, exit status out.
@main
enum Weir {
  static func main() {
    let words = CommandLine.arguments.dropFirst()
    if let command = Subcommand(words) {
      let status = command.run(words.dropFirst())
      if status != 0 { Arguments.exit(withError: ExitCode(status)) }
      return
    }
    let arguments: Arguments
    do {
      arguments = try Arguments.parse(Arguments.translate(Array(words)))
      if let mistake = arguments.mistake { throw mistake }
    } catch {
      // Help that was asked for is no failure; anything else is, with HAProxy's status.
      guard Arguments.exitCode(for: error) == .success else {
        Version.show(error: Arguments.fullMessage(for: error))
        Arguments.exit(withError: ExitCode(1))
      }
      Arguments.exit(withError: error)
    }
    if Version.showIfAsked(arguments.messages) { return }
    let status = Launcher.run(arguments.launchOptions)
    if status != 0 { Arguments.exit(withError: ExitCode(status)) }
  }
}
