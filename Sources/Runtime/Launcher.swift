internal import ConfigSyntax
internal import Kernel

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
        show(diagnostics, options)
        return 1
      }
    }
    switch options.action {
    case .evaluate(let condition): return evaluate(condition, options)
    case .check, .serve: return check(options)
    }
  }

  /// `-cc`: 0 where the condition is true, 1 where it is false, 2 where it makes no sense.
  private static func evaluate(_ condition: String, _ options: LaunchOptions) -> Int32 {
    var reader = ConfigReader(
      sources: [], environment: environment(options, files: []), facts: facts(options))
    guard let value = reader.evaluateCondition(condition) else {
      show(reader.diagnostics, options)
      return 2
    }
    return value ? 0 : 1
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

  /// Shows messages on stderr, headed, as HAProxy heads its own, by version and path.
  static func show(_ diagnostics: Diagnostics, _ options: LaunchOptions) {
    guard !options.isQuiet || options.isVerbose else { return }
    let pid = Process.identifier
    let text = diagnostics.rendered(
      processIdentifier: pid, showsDiagnosticLevel: options.showsDiagnostics)
    guard !text.isEmpty else { return }
    let head = Diagnostic.head(.notice, processIdentifier: pid)
    var heading = ""
    if diagnostics.hasErrors || diagnostics.hasWarnings {
      heading = "\(head)weir version is \(ProgramVersion.current)\n"
      if let path = Process.executablePath { heading += "\(head)path to executable is \(path)\n" }
    }
    StandardStream.error.write(heading + text)
  }

  /// Writes a message to stderr.
  package static func complain(_ message: String) {
    StandardStream.error.write(message.hasSuffix("\n") ? message : message + "\n")
  }

  private static func check(_ options: LaunchOptions) -> Int32 {
    var diagnostics = Diagnostics()
    let sources = ConfigurationFiles.load(options.files, reportingTo: &diagnostics)
    var reader = ConfigReader(
      sources: sources, environment: environment(options, files: sources.map(\.name)),
      facts: facts(options), diagnostics: diagnostics)
    while reader.next() != nil {}
    show(reader.diagnostics, options)
    return reader.diagnostics.hasErrors ? 1 : 0
  }
}
