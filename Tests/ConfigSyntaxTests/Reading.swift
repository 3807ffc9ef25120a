import ConfigSyntax

/// Reads a text as one file named `t.cfg`.
func read(
  _ text: String, environment: [String: String] = [:], section: String? = nil
) -> (lines: [Line], diagnostics: Diagnostics) {
  read([ConfigSource(name: "t.cfg", text: text)], environment: environment, section: section)
}

/// Reads files to their end.
func read(
  _ sources: [ConfigSource], environment: [String: String] = [:], section: String? = nil
) -> (lines: [Line], diagnostics: Diagnostics) {
  var reader = ConfigReader(sources: sources, environment: environment)
  var lines: [Line] = []
  while let line = reader.next() {
    lines.append(line)
    if let section { reader.section = section }
  }
  return (lines, reader.diagnostics)
}

/// The words of each line of a text.
func words(_ text: String, environment: [String: String] = [:]) -> [[String]] {
  read(text, environment: environment).lines.map(\.texts)
}

/// The messages about a text, each as `LEVEL line:column message`.
func messages(_ text: String, environment: [String: String] = [:]) -> [String] {
  read(text, environment: environment).diagnostics.entries.map { entry in
    let place = entry.position.map { "\($0.line):\($0.column) " } ?? ""
    return "\(entry.level.word) \(place)\(entry.message)"
  }
}

/// A small generator of random numbers that gives the same sequence for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
