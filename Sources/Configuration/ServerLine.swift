import ConfigSyntax
import Proxy

/// The reader of `server` and `default-server` lines.
enum ServerLine {
  /// Reads what follows `server`, on top of what `default-server` said before.
  static func read(
    _ arguments: inout Arguments, backend: String, defaults: ServerDraft
  ) throws(Mistake) -> ServerDraft {
    let expected = "'server' expects <name> and <addr>[:<port>] as arguments."
    let name = try arguments.take(orElse: expected)
    if let wrong = name.first(where: { !$0.utf8.allSatisfy(Keyword.isNameByte) }) {
      throw Mistake(
        "character '\(wrong)' is not permitted in server name '\(name)'.", at: arguments.last)
    }
    let text = try arguments.take(orElse: expected)
    var draft = defaults
    draft.line = arguments.line
    draft.settings.name = name
    // Made only where there is a mistake.
    func head() -> String { "'server \(backend)/\(name)' : " }
    do {
      draft.address = try readAddress(text)
    } catch {
      arguments.mistakes.append(Mistake(head() + error.message, at: arguments.last))
    }
    readWords(&draft, &arguments, head: head)
    return draft
  }

  /// Reads what follows `default-server`.
  static func readDefaults(
    _ arguments: inout Arguments, into draft: inout ServerDraft
  ) throws(Mistake) {
    readWords(&draft, &arguments, head: { "'default-server' : " })
  }

  private static func readAddress(_ text: String) throws(AddressMistake) -> AddressText {
    if AddressText.isDatagram(text) == true {
      throw AddressMistake("dgram-type address not acceptable in '\(text)'")
    }
    let address = try AddressText.parse(text)
    if case .descriptor = address.host {
      throw AddressMistake("a file descriptor is not acceptable here in '\(text)'")
    }
    if case .numbers(let range) = address.port, range.count > 1 {
      throw AddressMistake("port range not permitted here in '\(text)'")
    }
    return address
  }

  /// Reads the words after the address; see `BindLine` for what happens after a mistake.
  private static func readWords(
    _ draft: inout ServerDraft, _ arguments: inout Arguments, head: () -> String
  ) {
    while let word = arguments.take() {
      guard let keyword = KeywordTable.servers.find(word) else {
        arguments.mistakes.append(
          Mistake(
            "\(head())unknown keyword '\(word)'"
              + suggestionWords(for: word, among: KeywordTable.candidates(KeywordTable.servers)),
            at: arguments.last))
        arguments.skip(.max / 2)
        return
      }
      switch keyword.status {
      case .notServed(let remedy):
        arguments.mistakes.append(
          Mistake(head() + notServedMessage(word), at: arguments.last, remedy: remedy))
        arguments.skip(keyword.wordCount)
        continue
      case .httpOnly(.serverCookie): draft.hasCookie = true
      default: break
      }
      guard case .server(let grammar) = keyword.effect else {
        arguments.skip(keyword.wordCount)
        continue
      }
      arguments.keyword = word
      do {
        try grammar.read(&draft, &arguments)
      } catch {
        arguments.mistakes.append(
          Mistake(head() + error.message, at: error.word, remedy: error.remedy))
        if error.word == arguments.next { arguments.skip(1) }
      }
    }
  }
}
