package import ConfigSyntax
package import Configuration
internal import Kernel

/// A configuration that was read and checked, and what there is to say about it.
package struct LoadedConfiguration: Sendable {
  /// The configuration; nil where it cannot be used.
  package var snapshot: Snapshot?
  /// What was found in it.
  package var diagnostics: Diagnostics
  /// What follows from that, as HAProxy words it at the end: shown on stderr.
  package var verdict: [String]
  /// The files it came from.
  package var files: [String]

  /// Whether nothing is to be shown: by `-q` or `quiet`, unless `-V` is given.
  package var isQuiet: Bool
}

extension LoadedConfiguration {
  /// Reads and checks the files that the command line names.
  package static func load(_ options: LaunchOptions) -> LoadedConfiguration {
    var diagnostics = Diagnostics()
    let sources = ConfigurationFiles.load(options.files, reportingTo: &diagnostics)
    let files = sources.map(\.name)
    let couldReadAll = !diagnostics.hasErrors
    var reader = ConfigReader(
      sources: sources, environment: Launcher.environment(options, files: files),
      facts: Launcher.facts(options), diagnostics: diagnostics)
    var lookups = SystemLookups.system
    lookups.forgivesUnknownHosts = options.ignoresResolutionFailures
    var snapshot = ConfigurationLoader.load(&reader, lookups: lookups)
    if options.foreground == .debugs { snapshot?.showEveryLine() }
    if options.listenerSource != nil, options.action == .serve {
      reader.diagnostics.report(
        .warning, "'-x' has no effect : listeners cannot be taken over from a socket yet.",
        remedy: "leave it out: '-sf' alone replaces a process without a gap")
    }
    var loaded = LoadedConfiguration(
      snapshot: snapshot, diagnostics: reader.diagnostics, verdict: [], files: files,
      isQuiet: (options.isQuiet || snapshot?.global.isQuiet == true) && !options.isVerbose
        && options.foreground != .debugs)
    if loaded.diagnostics.hasErrors {
      let faulty = Set(
        loaded.diagnostics.entries.filter { $0.level == .alert }.compactMap { $0.position?.file })
      loaded.verdict = files.filter { faulty.contains($0) }.map {
        "Error(s) found in configuration file : \($0)"
      }
      if couldReadAll || !faulty.isEmpty {
        loaded.verdict.append("Fatal errors found in configuration.")
      }
      loaded.snapshot = nil
    } else if loaded.diagnostics.hasWarnings,
      options.refusesWarnings || snapshot?.global.refusesWarnings == true
    {
      loaded.verdict = ["Some warnings were found and 'zero-warning' is set. Aborting."]
      loaded.snapshot = nil
    }
    return loaded
  }

  /// All messages, headed by version and path where anything is wrong; empty where there is
  /// nothing to say or nothing may be said.
  package func messages(_ options: LaunchOptions) -> String {
    guard !isQuiet else { return "" }
    let pid = Process.identifier
    let head = Diagnostic.head(.notice, processIdentifier: pid)
    var text = ""
    if diagnostics.hasErrors || diagnostics.hasWarnings {
      text = "\(head)weir version is \(ProgramVersion.current)\n"
      if let path = Process.executablePath { text += "\(head)path to executable is \(path)\n" }
    }
    text += diagnostics.rendered(
      processIdentifier: pid, showsDiagnosticLevel: options.showsDiagnostics)
    for line in verdict {
      text += Diagnostic.head(.alert, processIdentifier: pid) + "config : \(line)\n"
    }
    return text
  }
}
