import ConfigSyntax
import LogRecords
import LogSinks

extension Resolver {
  /// The sections `log-profile`, with their formats.
  mutating func resolveLogProfiles() {
    for draft in logs.profiles {
      var profile = LogProfileSettings(name: draft.name)
      profile.tag = draft.tag
      for words in draft.rules {
        var rule = LogProfileSettings.Rule()
        rule.drops = words.drops
        rule.format = compile(words.format, .line, "log-profile format")
        rule.structuredData = compile(
          words.structuredData, .structuredData, "log-profile sd")
        // Steps that a TCP proxy never comes to are read and have no effect.
        if let step = words.step { profile.rules[step] = rule }
      }
      snapshot.logProfiles.append(profile)
    }
  }

  /// What the formats of the profiles of these loggers need.
  func needs(ofProfilesOf loggers: [LoggerSettings]) -> FormatProgram.Needs {
    let names = Set(loggers.compactMap(\.profile))
    return snapshot.logProfiles.filter { names.contains($0.name) }
      .flatMap { $0.rules.values }
      .reduce(into: []) { needs, rule in
        needs.formUnion(rule.format?.needs ?? [])
        needs.formUnion(rule.structuredData?.needs ?? [])
      }
  }
}
