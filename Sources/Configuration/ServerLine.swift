import ConfigSyntax
import Proxy

/// The reader of `server` and `default-server` lines.
enum ServerLine {
  /// What the servers of a section are for.
  enum Purpose {
    /// Connections of clients.
    case connections
    /// Messages of a `ring`, over a stream.
    case ring
    /// Messages of a backend of `mode log`.
    case logBackend
  }

  /// Reads what follows `server`, on top of what `default-server` said before.
  static func read(
    _ arguments: inout Arguments, backend: String, defaults: ServerDraft,
    for purpose: Purpose = .connections
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
      draft.receiver.isDatagram = AddressText.isDatagram(text) == true
      draft.address = try readAddress(text, for: purpose)
    } catch {
      arguments.mistakes.append(
        Mistake(
          head() + error.message, at: arguments.last,
          remedy: draft.receiver.isDatagram ? datagramRemedy(purpose) : nil))
    }
    readWords(&draft, &arguments, for: purpose, head: head)
    return draft
  }

  /// Reads what follows `default-server`.
  static func readDefaults(
    _ arguments: inout Arguments, into draft: inout ServerDraft, for purpose: Purpose
  ) throws(Mistake) {
    readWords(&draft, &arguments, for: purpose, head: { "'default-server' : " })
  }

  private static func datagramRemedy(_ purpose: Purpose) -> String {
    purpose == .ring
      ? "Name the receiver in the 'log' line itself, or in a backend of 'mode log'."
      : "Servers that take datagrams are for logs: write 'mode log' above them."
  }

  private static func readAddress(
    _ text: String, for purpose: Purpose
  ) throws(AddressMistake) -> AddressText {
    if AddressText.isDatagram(text) == true, purpose != .logBackend {
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
    _ draft: inout ServerDraft, _ arguments: inout Arguments, for purpose: Purpose,
    head: () -> String
  ) {
    while let word = arguments.take() {
      let own = purpose == .connections ? nil : KeywordTable.logServers.find(word)
      guard let keyword = own ?? KeywordTable.servers.find(word) else {
        let names =
          KeywordTable.candidates(KeywordTable.servers)
          + (purpose == .connections ? [] : KeywordTable.candidates(KeywordTable.logServers))
        arguments.mistakes.append(
          Mistake(
            "\(head())unknown keyword '\(word)'" + suggestionWords(for: word, among: names),
            at: arguments.last))
        arguments.skip(.max / 2)
        return
      }
      switch keyword.status {
      case .notServed(let remedy):
        arguments.mistakes.append(
          Mistake(
            head() + notServedMessage(word), at: arguments.last,
            remedy: purpose == .connections ? remedy : Keyword.logWordRemedy))
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
