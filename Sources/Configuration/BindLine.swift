import ConfigSyntax

/// The reader of `bind` lines and of `stats socket`, which share their words.
enum BindLine {
  /// What the sockets of a line are for.
  enum Purpose {
    /// Connections of clients.
    case connections
    /// Messages on streams (`bind` of `log-forward`).
    case messages
    /// Messages in datagrams (`dgram-bind`).
    case datagrams
  }

  /// Reads what follows the keyword, which is `title`.
  static func read(
    _ arguments: inout Arguments, section: String, title: String = "bind",
    for purpose: Purpose = .connections
  ) throws(Mistake) -> BindDraft {
    let text = try arguments.take(
      orElse:
        "'\(title)' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments."
    )
    var draft = BindDraft(line: arguments.line)
    draft.addressWord = arguments.last
    for part in text.split(separator: ",") {
      do {
        draft.addresses.append(try readAddress(String(part), for: purpose))
      } catch {
        arguments.mistakes.append(
          Mistake("'\(title)' : \(error.message)", at: draft.addressWord))
      }
    }
    // Made only where there is a mistake.
    func head() -> String {
      title == "stats socket" ? "'\(title)'" : "'\(title) \(text)' in section '\(section)'"
    }
    readWords(&draft, &arguments, for: purpose, head: head)
    return draft
  }

  private static func readAddress(
    _ text: String, for purpose: Purpose
  ) throws(AddressMistake) -> AddressText {
    if let isDatagram = AddressText.isDatagram(text), isDatagram != (purpose == .datagrams) {
      throw AddressMistake(
        "\(isDatagram ? "dgram" : "stream")-type address not acceptable in '\(text)'")
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

  /// Words that HAProxy serves in `dgram-bind` too: to pass over them would let in who is to stay
  /// out.
  private static let sharedWords: Set = ["interface", "namespace", "transparent"]

  /// Reads the words after the address. A mistake is noted and reading goes on, except after a
  /// word that is not known, as what follows may belong to it.
  private static func readWords(
    _ draft: inout BindDraft, _ arguments: inout Arguments, for purpose: Purpose,
    head: () -> String
  ) {
    while let word = arguments.take() {
      let isOwn = purpose == .messages || purpose == .datagrams && sharedWords.contains(word)
      let own = isOwn ? KeywordTable.logBinds.find(word) : nil
      guard let keyword = own ?? KeywordTable.binds.find(word) else {
        let names =
          KeywordTable.candidates(KeywordTable.binds)
          + (purpose == .messages ? KeywordTable.candidates(KeywordTable.logBinds) : [])
        arguments.mistakes.append(
          Mistake(
            "\(head()): unknown keyword '\(word)'" + suggestionWords(for: word, among: names),
            at: arguments.last))
        arguments.skip(.max / 2)
        return
      }
      switch keyword.status {
      case .notServed where purpose == .datagrams && own == nil:
        // As in HAProxy, words that mean nothing to a socket for datagrams are passed over.
        arguments.skip(keyword.wordCount)
        continue
      case .notServed(let remedy):
        arguments.mistakes.append(
          Mistake(
            "\(head()) : " + notServedMessage(word), at: arguments.last,
            remedy: purpose == .connections ? remedy : Keyword.logWordRemedy))
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
