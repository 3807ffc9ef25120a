/// A parser or codec, and what must hold whatever bytes it is given.
///
/// A target traps where something does not hold: under libFuzzer that is a finding, and in the
/// tests, which replay the corpora, a failure.
package struct FuzzTarget: Sendable {
  /// Its name, and that of its folder in Tests/Corpora.
  package let name: String
  /// Other folders whose files are inputs of it, from the top of the repository.
  package let otherFolders: [String]
  /// Takes an input.
  package let run: @Sendable ([UInt8]) -> Void

  init(
    _ name: String, otherFolders: [String] = [], _ run: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.name = name
    self.otherFolders = otherFolders
    self.run = run
  }

  /// All of them.
  package static let all = [
    configuration, format, logLines, namedFormat, postgres, proxyProtocol, relp, spool, syslog,
  ]

  /// The target of this name.
  package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
