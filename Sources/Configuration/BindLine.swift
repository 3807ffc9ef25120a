import ConfigSyntax

/// The reader of `bind` lines and of `stats socket`, which share their words.
enum BindLine {
  /// Reads what follows the keyword, which is `title`.
  static func read(
    _ arguments: inout Arguments, section: String, title: String = "bind"
  ) throws(Mistake) -> BindDraft {
    let text = try arguments.take(
      orElse:
        "'\(title)' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments."
    )
    var draft = BindDraft(line: arguments.line)
    draft.addressWord = arguments.last
    for part in text.split(separator: ",") {
      do {
        draft.addresses.append(try readAddress(String(part)))
      } catch {
        arguments.mistakes.append(
          Mistake("'\(title)' : \(error.message)", at: draft.addressWord))
      }
    }
    // Made only where there is a mistake.
    func head() -> String {
      title == "bind" ? "'bind \(text)' in section '\(section)'" : "'\(title)'"
    }
    readWords(&draft, &arguments, head: head)
    return draft
  }

  private static func readAddress(_ text: String) throws(AddressMistake) -> AddressText {
    if AddressText.isDatagram(text) == true {
      throw AddressMistake("dgram-type address not acceptable in '\(text)'")
    }
    let address = try AddressText.parse(text)
    guard address.isInternet else { return address }
    switch address.port {
    case .none: throw AddressMistake("missing port specification in '\(text)'")
    case .offset: throw AddressMistake("port offset not permitted here in '\(text)'")
    case .numbers(let range):
      guard range.lowerBound > 0 else { throw AddressMistake("invalid port '0'") }
    }
    return address
  }

  /// Reads the words after the address. A mistake is noted and reading goes on, except after a
  /// word that is not known, as what follows may belong to it.
  private static func readWords(
    _ draft: inout BindDraft, _ arguments: inout Arguments, head: () -> String
  ) {
    while let word = arguments.take() {
      guard let keyword = KeywordTable.binds.find(word) else {
        arguments.mistakes.append(
          Mistake(
            "\(head()): unknown keyword '\(word)'"
              + suggestionWords(for: word, among: KeywordTable.candidates(KeywordTable.binds)),
            at: arguments.last))
        arguments.skip(.max / 2)
        return
      }
      switch keyword.status {
      case .notServed(let remedy):
        arguments.mistakes.append(
          Mistake("\(head()) : " + notServedMessage(word), at: arguments.last, remedy: remedy))
        arguments.skip(keyword.wordCount)
        continue
      default: break
      }
      guard case .bind(let grammar) = keyword.effect else {
        arguments.skip(keyword.wordCount)
        continue
      }
      arguments.keyword = word
      do {
        try grammar.read(&draft, &arguments)
      } catch {
        arguments.mistakes.append(
          Mistake("\(head()) : \(error.message)", at: error.word, remedy: error.remedy))
        if error.word == arguments.next { arguments.skip(1) }
      }
    }
  }
}
