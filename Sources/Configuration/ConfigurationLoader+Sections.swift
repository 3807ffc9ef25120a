import ConfigSyntax

extension ConfigurationLoader {
  /// Puts the section that was read to the others.
  mutating func finishSection() {
    switch section {
    case .defaults:
      if !draft.name.isEmpty {
        defaultsByName[draft.name, default: []].append(defaults.count)
      }
      defaults.append(draft)
    case .proxy: proxies.append(draft)
    case .none, .global, .ring, .logForward, .logProfile, .skipped: break
    }
    section = .none
  }

  /// Starts a section.
  mutating func startSection(_ keyword: Keyword, _ line: Line) {
    reader.section = line.words.count > 1 ? line.words[1].text : keyword.name
    switch keyword.status {
    case .notServed(let remedy):
      section = .skipped
      report(
        Mistake("section " + notServedMessage(keyword.name), at: 0, remedy: remedy), line)
      return
    case .removed(let remedy):
      section = .skipped
      report(Mistake("section " + removedMessage(keyword.name), at: 0, remedy: remedy), line)
      return
    default: break
    }
    switch keyword.name {
    case "global":
      section = .global
      if line.words.count > 1 {
        report(
          Mistake("'global' cannot handle unexpected argument '\(line.words[1].text)'.", at: 1),
          line)
      }
    case "defaults":
      section = .defaults
      startDefaults(line)
    case "ring": startRing(line)
    case "log-forward": startLogForward(line)
    case "log-profile": startLogProfile(line)
    default:
      guard let kind = ProxyDraft.Kind(rawValue: keyword.name) else { return }
      section = .proxy
      startProxy(kind, line)
    }
  }

  /// `defaults [name] [from name]`
  private mutating func startDefaults(_ line: Line) {
    var arguments = Arguments(line: line, next: 1, keyword: "defaults")
    var name = ""
    if let word = arguments.peek, word != "from" || line.words.count == 2 {
      _ = arguments.take()
      name = word
      refuseName(name, of: "defaults", arguments)
    }
    var next = ProxyDraft(kind: .defaults, name: name, line: line)
    if let from = readFrom(&arguments, of: "defaults '\(name)'") {
      next.values = from.values
    }
    reportRest(arguments)
    draft = next
  }

  /// `frontend|backend|listen name [from name]`
  private mutating func startProxy(_ kind: ProxyDraft.Kind, _ line: Line) {
    var arguments = Arguments(line: line, next: 1, keyword: kind.rawValue)
    guard let name = arguments.take() else {
      report(Mistake("'\(kind.rawValue)' expects an <id> argument", at: nil), line)
      section = .skipped
      return
    }
    refuseName(name, of: kind.rawValue, arguments)
    var next = ProxyDraft(kind: kind, name: name, line: line)
    if let from = readFrom(&arguments, of: "\(kind.title) '\(name)'") {
      next.values = from.values
    } else if let last = defaults.last {
      next.values = last.values
    }
    if let word = arguments.peek {
      let isAddress = word != "from" && (word.contains(":") || word.contains("/"))
      report(
        Mistake(
          isAddress
            ? "please use the 'bind' keyword for listening addresses."
            : "'\(kind.rawValue)' cannot handle unexpected argument '\(word)'.",
          at: arguments.next), line)
    }
    draft = next
  }

  /// `from name`: the section of that name, where there is exactly one.
  private mutating func readFrom(_ arguments: inout Arguments, of proxy: String) -> ProxyDraft? {
    guard arguments.peek == "from" else { return nil }
    _ = arguments.take()
    guard let name = arguments.take() else {
      report(Mistake("'from' expects the name of a 'defaults' section.", at: nil), arguments.line)
      return nil
    }
    let found = defaultsByName[name] ?? []
    guard let first = found.first else {
      report(
        Mistake(
          "defaults section '\(name)' not found for \(proxy)"
            + suggestionWords(for: name, among: defaultsByName.keys.sorted(), else: "."),
          at: arguments.last), arguments.line)
      return nil
    }
    if found.count > 1 {
      let places = found.prefix(2).map { place(of: defaults[$0].line) }
      report(
        Mistake(
          "ambiguous defaults section name '\(name)' referenced by \(proxy) exists at least at"
            + " \(places.joined(separator: " and ")).", at: arguments.last), arguments.line)
    }
    return defaults[first]
  }

  mutating func refuseName(_ name: String, of kind: String, _ arguments: Arguments) {
    guard let wrong = name.first(where: { !$0.utf8.allSatisfy(Keyword.isNameByte) }) else {
      return
    }
    report(
      Mistake(
        "character '\(wrong)' is not permitted in '\(kind)' name '\(name)'.", at: arguments.last),
      arguments.line)
  }

  mutating func reportRest(_ arguments: Arguments) {
    do {
      try arguments.expectEnd()
    } catch {
      report(error, arguments.line)
    }
  }
}

/// A place as messages name it within a sentence: `file:line`.
func place(of line: Line) -> String { "\(line.file):\(line.number)" }
