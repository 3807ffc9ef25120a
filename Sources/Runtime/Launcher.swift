internal import ConfigSyntax
internal import Configuration
internal import Kernel
internal import Proxy

/// Carries out what the command line asks for.
package enum Launcher {
  /// Runs the program to its end and gives its exit status.
  package static func run(_ options: LaunchOptions) -> Int32 {
    if let directory = options.directory {
      do throws(Errno) {
        try Process.changeDirectory(to: directory)
      } catch {
        var diagnostics = Diagnostics()
        diagnostics.report(
          .alert, "Could not change to directory \(directory) : \(error.words) (\(error.name))",
          remedy: "name a directory that exists and may be entered with -C")
        complain(diagnostics.rendered(processIdentifier: Process.identifier))
        return 1
      }
    }
    switch options.action {
    case .evaluate(let condition): return evaluate(condition, options)
    case .check: return check(options)
    case .serve: return serve(options)
    }
  }

  /// Writes a message to stderr.
  package static func complain(_ message: String) {
    guard !message.isEmpty else { return }
    StandardStream.error.write(message.hasSuffix("\n") ? message : message + "\n")
  }

  /// `-cc`: 0 where the condition is true, 1 where it is false, 2 where it makes no sense.
  private static func evaluate(_ condition: String, _ options: LaunchOptions) -> Int32 {
    var reader = ConfigReader(
      sources: [], environment: environment(options, files: []), facts: facts(options))
    guard let value = reader.evaluateCondition(condition) else {
      complain(reader.diagnostics.rendered(processIdentifier: Process.identifier))
      return 2
    }
    return value ? 0 : 1
  }

  /// `-c`: 0 where the configuration can be used, 1 where it cannot, 2 where it has no mistake but
  /// nothing to listen on.
  private static func check(_ options: LaunchOptions) -> Int32 {
    let loaded = LoadedConfiguration.load(options)
    complain(loaded.messages(options))
    guard let snapshot = loaded.snapshot else { return 1 }
    let output = StandardStream.output
    if options.listsLibraries { output.write(ProgramVersion.libraryList) }
    guard snapshot.listens else {
      if !loaded.isQuiet {
        complain(
          "Configuration file has no error but will not start (no listener) => exit(2).")
      }
      return 2
    }
    if !loaded.isQuiet {
      if loaded.diagnostics.hasWarnings { output.write("Warnings were found.\n") }
      output.write("Configuration file is valid\n")
    }
    return 0
  }

  /// Serves until the process is told to end.
  private static func serve(_ options: LaunchOptions) -> Int32 {
    let loaded = LoadedConfiguration.load(options)
    complain(loaded.messages(options))
    guard let snapshot = loaded.snapshot else { return 1 }
    var service = Service(loaded, snapshot: snapshot, options: options)
    return service.run()
  }

  /// What conditions ask about this process.
  static func facts(_ options: LaunchOptions) -> ConditionFacts {
    var facts = ConditionFacts()
    if options.disablesSplice { facts.enabledOptions.remove("SPLICE") }
    if options.disablesReusePort { facts.enabledOptions.remove("REUSEPORT") }
    if options.disablesHostLookup { facts.enabledOptions.remove("GETADDRINFO") }
    return facts
  }

  /// The environment as a configuration sees it.
  static func environment(_ options: LaunchOptions, files: [String]) -> [String: String] {
    PredefinedVariables.environment(
      Environment.variables,
      with: PredefinedVariables.table(
        localPeer: options.localPeer ?? Process.hostName, files: files,
        isMasterWorker: options.isMasterWorker))
  }
}
