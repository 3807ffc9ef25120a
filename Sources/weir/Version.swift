internal import Runtime

/// What the program tells about itself.
enum Version {
  /// Shows the version for `-v`, and more for `-vv`; whether it was asked for.
  static func showIfAsked(_ arguments: MessageArguments) -> Bool {
    if arguments.buildOptions {
      print(ProgramVersion.long, terminator: "")
    } else if arguments.version {
      print(ProgramVersion.short, terminator: "")
    }
    return arguments.buildOptions || arguments.version
  }

  /// Shows what is wrong with the command line.
  static func show(error: String) { Launcher.complain(error) }
}
