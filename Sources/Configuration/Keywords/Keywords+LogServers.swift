import LogSinks
import TLS

extension Keyword {
  /// The words of `server` lines that have an effect, or another one, for receivers of logs.
  static let logServers: [Keyword] = [
    logServer(
      "log-proto",
      .choice([
        ("legacy", LogServerSettings.Framing.legacy), ("octet-count", .octetCount),
        ("relp", .relp),
      ]) { $0.receiver.framing = $1 }, initial: "legacy",
      "How messages follow one another: each ends its line, or begins with its length; `relp` (Weir's own) has each acknowledged."
    ),
    reversible("ssl", initial: "off", "TLS is spoken (RFC 5425 with `log-proto octet-count`).") {
      $0.receiver.speaksTLS = $1
    },
    logServer(
      "ca-file", .custom("<file>", readFile { $0.authorityFile = $1 }),
      "The authorities that the receiver's certificate is held against; `@system-ca` are the system's."
    ),
    logServer(
      "crt", .custom("<file>", readFile { $0.certificateFile = $1 }),
      "The certificate, chain and key that are shown to the receiver, in PEM."),
    logServer(
      "verify",
      .custom("{none|required}") { (draft, arguments) throws(Mistake) in
        let word = try arguments.take(orElse: "'verify' : missing verify method")
        guard let method = TLSVerification(rawValue: word), method != .optional else {
          throw Mistake(
            "'verify' : unknown verify method '\(word)', only 'none' and 'required' are supported.",
            at: arguments.last)
        }
        draft.receiver.verification = method
      }, initial: "required", "Whether the receiver's certificate must hold."),
    logServer(
      "verifyhost",
      .word("<name>", missing: "'verifyhost' : missing hostname to verify against") {
        $0.receiver.verifiedHost = $1
      }, initial: "the name of `sni`, else of the address",
      "The name that the receiver's certificate must be for."),
    logServer(
      "no-verifyhost", .flag { $0.receiver.verifiedHost = nil }, "Takes `verifyhost` back."),
    logServer(
      "sni", .custom("{<name>|str(<name>)}", readServerName),
      "The name that is sent in the clear to ask for a certificate."),
    Keyword(
      name: "log-bufsize", place: .logServer, grammar: "<bytes>", wordCount: 1,
      status: .accepted),
  ]

  private static func logServer(
    _ name: String, _ grammar: Grammar<ServerDraft>, initial: String = "", _ help: String
  ) -> Keyword {
    Keyword(
      name: name, place: .logServer, grammar: grammar.text, initial: initial, help: help,
      status: .served, effect: .server(grammar))
  }

  private static func reversible(
    _ name: String, initial: String, _ help: String,
    _ set: @escaping @Sendable (inout ServerDraft, Bool) -> Void
  ) -> Keyword {
    var keyword = logServer(
      name,
      .custom("") { (draft, arguments) throws(Mistake) in
        set(&draft, !arguments.keyword.hasPrefix("no-"))
      }, initial: initial, help)
    keyword.isReversible = true
    return keyword
  }

  private static func readFile(
    _ set: @escaping @Sendable (inout LogReceiverDraft, Located<String>) -> Void
  ) -> Grammar<ServerDraft>.Reader {
    { (draft, arguments) throws(Mistake) in
      let keyword = arguments.keyword
      let path = try arguments.take(orElse: "'\(keyword)' : missing file name")
      set(&draft.receiver, Located(path, arguments))
    }
  }

  /// `sni`: HAProxy has an expression here, of which only a fixed text makes sense where there is
  /// no connection of a client.
  private static let readServerName: Grammar<ServerDraft>.Reader = {
    (draft, arguments) throws(Mistake) in
    let text = try arguments.take(orElse: "'sni' : missing sni expression")
    var name = text[...]
    if name.hasPrefix("str("), name.last == ")" { name = name.dropFirst(4).dropLast() }
    let isName =
      !name.isEmpty
      && name.utf8.allSatisfy { isNameByte($0) && $0 != UInt8(ascii: "_") }
    guard isName else {
      throw Mistake(
        "'sni' : '\(text)' is not the name of a host.", at: arguments.last,
        remedy: "There is no client whose name could be passed on: write 'sni str(NAME)'.")
    }
    draft.receiver.serverName = String(name)
  }
}
