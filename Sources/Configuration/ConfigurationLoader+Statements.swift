import ConfigSyntax

extension ConfigurationLoader {
  /// What `no` and `default` may stand before.
  private static let reversibleWords =
    "negation/default currently supported only for options, log, busy-polling, set-dumpable,"
    + " strict-limits, insecure-fork-wanted and numa-cpu-mapping."

  /// Finds the keyword that a line starts with; reports where there is none.
  mutating func find(
    _ line: Line, from start: Int, in index: KeywordTable.Index,
    sections: Keyword.Sections? = nil, title: String, unknown words: ((String) -> String)? = nil
  ) -> (keyword: Keyword, words: Int)? {
    guard start < line.words.count else {
      report(Mistake(Self.reversibleWords, at: nil), line)
      return nil
    }
    let first = line.words[start].text
    if let keyword = index.find(first) { return (keyword, 1) }
    guard let seconds = index.secondWords[first] else {
      report(
        Mistake(
          (words?(first) ?? "unknown keyword '\(first)' in '\(title)' section")
            + suggestionWords(
              for: first, among: KeywordTable.candidates(index, in: sections)), at: start), line)
      return nil
    }
    let second = start + 1 < line.words.count ? line.words[start + 1].text : ""
    if let keyword = index.find("\(first) \(second)") { return (keyword, 2) }
    let word = start + 1 < line.words.count ? start + 1 : nil
    let near = suggestionWords(for: second, among: seconds)
    if let words, word != nil {
      report(Mistake(words("\(first) \(second)") + near, at: word), line)
      return nil
    }
    switch first {
    case "option":
      report(
        Mistake(
          word == nil ? "'option' expects an option name." : "unknown option '\(second)'\(near)",
          at: word), line)
    default:
      let list = seconds.sorted().map { "'\($0)'" }.joined(separator: ", ")
      report(Mistake("'\(first)' supports \(list) (got '\(second)')\(near)", at: word), line)
    }
    return nil
  }

  /// Reports a word that Weir does not serve; true where it was one.
  private mutating func refuse(_ keyword: Keyword, _ line: Line, at word: Int) -> Bool {
    switch keyword.status {
    case .notServed(let remedy):
      report(Mistake(notServedMessage(keyword.name), at: word, remedy: remedy), line)
      return true
    case .removed(let remedy):
      report(Mistake(removedMessage(keyword.name), at: word, remedy: remedy), line)
      return true
    default: return false
    }
  }

  // MARK: global

  /// Reads a line of `global`.
  mutating func readGlobal(_ line: Line) {
    let prefix = line.words[0].text
    let isReversal = prefix == "no" || prefix == "default"
    let start = isReversal ? 1 : 0
    guard
      let (keyword, words) = find(
        line, from: start, in: KeywordTable.globals, sections: nil, title: "global")
    else { return }
    if isReversal, keyword.name == "log" {
      guard line.words.count == 2 else {
        return report(Mistake("log : 'no log' does not expect arguments", at: 2), line)
      }
      global.loggers = []
      return
    }
    if isReversal, !keyword.isReversible {
      return report(Mistake(Self.reversibleWords, at: 0), line)
    }
    if refuse(keyword, line, at: start) { return }
    var arguments = Arguments(line: line, next: start + words, keyword: keyword.name)
    guard case .global(let grammar) = keyword.effect else {
      return readEffectless(keyword, &arguments)
    }
    // Words that mean the same stand once together.
    let key = ["uid": "user", "gid": "group"][keyword.name] ?? keyword.name
    if keyword.standsOnce, global.specified.contains(key) {
      let title = ["user": "user/uid", "group": "group/gid"][key] ?? "'\(key)'"
      return report(
        Mistake("\(title) already specified. Continuing.", at: start), line, level: .warning)
    }
    do {
      try grammar.read(&global, &arguments)
      try arguments.expectEnd()
      global.specified.insert(key)
    } catch {
      report(error, line)
    }
    report(arguments)
  }

  /// Reads a line of `global` that fills nothing of the draft.
  private mutating func readEffectless(_ keyword: Keyword, _ arguments: inout Arguments) {
    let line = arguments.line
    switch keyword.name {
    case "setenv", "presetenv":
      guard line.words.count == 3 else {
        let message =
          line.words.count < 3
          ? "'\(keyword.name)' expects an env variable name and a value."
          : "'\(keyword.name)' cannot handle unexpected argument '\(line.words[3].text)'."
        return report(Mistake(message, at: line.words.count < 3 ? nil : 3), line)
      }
      if keyword.name == "setenv" {
        reader.setEnvironment(line.words[1].text, line.words[2].text)
      } else {
        reader.presetEnvironment(line.words[1].text, line.words[2].text)
      }
    case "unsetenv":
      guard line.words.count > 1 else {
        return report(Mistake("'unsetenv' expects the names of variables.", at: nil), line)
      }
      reader.unsetEnvironment(Array(line.texts.dropFirst()))
    case "resetenv":
      reader.resetEnvironment(keeping: Array(line.texts.dropFirst()))
    default:
      guard keyword.status == .accepted else {
        if keyword.status == .kept { global.settings.keptStatements.append(line.texts) }
        return
      }
      report(
        Mistake("'\(keyword.name)' is accepted and has no effect in Weir.", at: 0), line,
        level: .notice)
    }
  }

  // MARK: proxies and defaults

  /// Reads a line of a proxy or of `defaults`.
  mutating func readProxy(_ line: Line) {
    let kind = draft.kind
    let prefix = line.words[0].text
    let isReversal = prefix == "no" || prefix == "default"
    let start = isReversal ? 1 : 0
    guard
      let (keyword, words) = find(
        line, from: start, in: KeywordTable.proxies, sections: kind.section, title: kind.rawValue)
    else { return }
    var arguments = Arguments(line: line, next: start + words, keyword: keyword.name)
    let isOption = keyword.name.hasPrefix("option ")
    if isReversal {
      if keyword.name == "log" {
        guard prefix == "no" else { return report(Mistake(Self.reversibleWords, at: 0), line) }
        guard line.words.count == 2 else {
          return report(Mistake("log : 'no log' does not expect arguments", at: 2), line)
        }
      } else if !isOption {
        return report(Mistake(Self.reversibleWords, at: 0), line)
      } else if !keyword.isReversible {
        return report(
          Mistake(
            "negation/default is not supported for option '\(keyword.name.dropFirst(7))'.", at: 0),
          line)
      }
    }
    if refuse(keyword, line, at: start) { return }
    guard allows(keyword, line, at: start) else { return }
    do {
      switch keyword.effect {
      case .toggle(let set):
        try arguments.expectEnd()
        set(&draft, isReversal ? (prefix == "no" ? false : nil) : true)
      case .proxy(let grammar):
        if isReversal {
          keyword.reversal?(&draft)
          return
        }
        try grammar.read(&draft, &arguments)
        try arguments.expectEnd()
      default:
        guard case .httpOnly(let warning) = keyword.status, let warning else { return }
        draft.values.httpWarnings.removeAll { $0 == warning }
        if !isReversal { draft.values.httpWarnings.append(warning) }
      }
    } catch {
      report(error, line)
    }
    report(arguments)
  }

  /// Whether a keyword may stand in the section; reports where it may not.
  private mutating func allows(_ keyword: Keyword, _ line: Line, at word: Int) -> Bool {
    guard !keyword.sections.contains(draft.kind.section) else { return true }
    let isOption = keyword.name.hasPrefix("option ")
    let name = isOption ? String(keyword.name.dropFirst(7)) : keyword.name
    if draft.kind == .defaults {
      report(Mistake("'\(keyword.name)' not allowed in 'defaults' section.", at: word), line)
      return false
    }
    let missing =
      "because \(draft.kind.title) '\(draft.name)' has no"
      + " \(draft.kind == .frontend ? "backend" : "frontend") capability"
    if keyword.name == "server" || keyword.name == "default-server" {
      report(Mistake("'\(name)' not allowed \(missing).", at: word), line)
      return false
    }
    if name.hasPrefix("timeout ") {
      report(
        Mistake("'\(name)' will be ignored \(missing)", at: word), line, level: .warning)
      return false
    }
    let hint =
      switch name {
      case "maxconn": " Maybe you want 'fullconn' instead ?"
      case "fullconn": " Maybe you want 'maxconn' instead ?"
      default: ""
      }
    report(Mistake("'\(name)' ignored \(missing).\(hint)", at: word), line, level: .warning)
    return false
  }
}
