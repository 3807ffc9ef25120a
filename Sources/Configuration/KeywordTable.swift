import ConfigSyntax

/// Every keyword, and the way from a word of the file to its entry.
package enum KeywordTable {
  /// Every keyword, in the order of the reference page.
  package static let keywords: [Keyword] =
    Keyword.sections + Keyword.globals + Keyword.tuning + Keyword.proxies + Keyword.logSteps
    + Keyword.options
    + Keyword.timeouts + Keyword.foreignProxies + Keyword.algorithms + Keyword.binds
    + Keyword.servers + Keyword.rings + Keyword.logForwards + Keyword.logProfiles
    + Keyword.logBinds + Keyword.logServers

  /// The entries of one place.
  struct Index: Sendable {
    /// From a name, of one word or two, to its number in `keywords`.
    var numbers: [String: Int] = [:]
    /// From the first of two words to every second one.
    var secondWords: [String: [String]] = [:]

    /// The entry of a name.
    func find(_ name: String) -> Keyword? {
      numbers[name].map { KeywordTable.keywords[$0] }
    }
  }

  static let sections = index(of: .section)
  static let globals = index(of: .global)
  static let proxies = index(of: .proxy)
  static let binds = index(of: .bind)
  static let servers = index(of: .server)
  static let rings = index(of: .ring)
  static let logForwards = index(of: .logForward)
  static let logProfiles = index(of: .logProfile)
  static let logBinds = index(of: .logBind)
  static let logServers = index(of: .logServer)

  private static func index(of place: Keyword.Place) -> Index {
    var index = Index()
    for (number, keyword) in keywords.enumerated() where keyword.place == place {
      index.numbers[keyword.name] = number
      if place == .server || place == .logServer, keyword.isReversible {
        index.numbers["no-" + keyword.name] = number
      }
      let words = keyword.name.split(separator: " ", maxSplits: 1)
      if words.count == 2 {
        index.secondWords[String(words[0]), default: []].append(String(words[1]))
      }
    }
    return index
  }

  /// The words that may start a line of a section, for suggestions.
  static func candidates(
    _ index: Index, in section: Keyword.Sections? = nil
  ) -> [String] {
    var names: [String] = []
    for (name, number) in index.numbers {
      if let section, !keywords[number].sections.contains(section) { continue }
      names.append(name.split(separator: " ").first.map(String.init) ?? name)
    }
    return Set(names).sorted()
  }
}

/// HAProxy's words for a suggestion: `; did you mean 'x' maybe ?`, or `end` where none is near.
func suggestionWords(for word: String, among names: [String], else end: String = "") -> String {
  let words = suggestion(for: word, among: names)
  return words.isEmpty ? end : words
}

/// What is said of a word that HAProxy 3.5 knows and Weir does not serve.
func notServedMessage(_ name: String) -> String {
  "'\(name)' is known to HAProxy 3.5 but not served by this version of Weir"
}

/// What is said of a word that HAProxy 3.5 has no more.
func removedMessage(_ name: String) -> String {
  "'\(name)' is not supported any more, neither by HAProxy 3.5 nor by Weir"
}
