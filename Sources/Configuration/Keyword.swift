/// One entry of the table of keywords: all there is to know of a word of the language.
///
/// The parser, its errors and suggestions, and the page docs/configuration.md are made of these
/// entries and of nothing else.
package struct Keyword: Sendable {
  /// Where a word may stand.
  package enum Place: CaseIterable, Hashable, Sendable {
    /// At the start of a section.
    case section
    /// At the start of a line of `global`.
    case global
    /// At the start of a line of a proxy or of `defaults`.
    case proxy
    /// After the address of a `bind` line.
    case bind
    /// After the address of a `server` line, or in a `default-server` line.
    case server
    /// After `balance`.
    case balance
    /// At the start of a line of `ring`.
    case ring
    /// At the start of a line of `log-forward`.
    case logForward
    /// At the start of a line of `log-profile`.
    case logProfile
    /// After the address of a `bind` line of `log-forward`, beside the words of `bind`.
    case logBind
    /// After the address of a `server` line of a `ring`, or of a backend of `mode log`, beside the
    /// words of `server`.
    case logServer
  }

  /// Which sections of proxies a word is for.
  package struct Sections: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `defaults`, whatever its name.
    package static let defaults = Sections(rawValue: 1)
    /// `frontend`
    package static let frontend = Sections(rawValue: 2)
    /// `listen`
    package static let listen = Sections(rawValue: 4)
    /// `backend`
    package static let backend = Sections(rawValue: 8)
    /// The listening side, and its defaults.
    package static let front: Sections = [.defaults, .frontend, .listen]
    /// The side of the servers, and its defaults.
    package static let back: Sections = [.defaults, .listen, .backend]
    /// Every proxy, and `defaults`.
    package static let all: Sections = [.defaults, .frontend, .listen, .backend]
    /// Every proxy, but not `defaults`.
    package static let proxies: Sections = [.frontend, .listen, .backend]
  }

  /// What Weir does with a word.
  package enum Status: Hashable, Sendable {
    /// It has its effect.
    case served
    /// It is read and checked, and needs no effect: what it asks for does not arise in Weir, or
    /// is the case anyway.
    case accepted
    /// It is read, checked and kept for a part of Weir that does not use it yet.
    case kept
    /// HAProxy 3.5 knows it and Weir does not serve it: an error, with what to do instead.
    case notServed(remedy: String)
    /// It concerns HTTP, and is put aside in a TCP proxy as HAProxy does it: with a warning where
    /// HAProxy has one, else silently.
    case httpOnly(HTTPWarning?)
    /// HAProxy 3.5 has it no more: an error, with what to do instead.
    case removed(remedy: String)
  }

  /// HAProxy's words about a statement that needs HTTP.
  package enum HTTPWarning: Hashable, Sendable {
    /// `'X' rules ignored for … as they require HTTP mode.`
    case rules(String)
    /// `'X' statement ignored for … as it requires HTTP mode.`
    case statement(String)
    /// `'option X' ignored for … as it requires HTTP mode.`
    case option(String)
    /// `X will be ignored for … (needs 'mode http').`
    case needsMode(String)
    /// `Layer 7 hash not possible for … (needs 'mode http'). Falling back to round robin.`
    case layer7Hash
    /// `ignoring cookie for server … as HTTP mode is disabled.`
    case serverCookie
  }

  /// What reading a word does.
  enum Effect: Sendable {
    /// Nothing: the words of its grammar are passed over.
    case none
    /// It fills the section `global`.
    case global(Grammar<GlobalDraft>)
    /// It fills a proxy, or `defaults`.
    case proxy(Grammar<ProxyDraft>)
    /// It turns an option of a proxy on (true), off (false, `no`) or back to what it is without
    /// the word (nil, `default`).
    case toggle(@Sendable (inout ProxyDraft, Bool?) -> Void)
    /// It fills a `bind` line.
    case bind(Grammar<BindDraft>)
    /// It fills a `server` line.
    case server(Grammar<ServerDraft>)
    /// It fills a `ring`.
    case ring(Grammar<RingDraft>)
    /// It fills a `log-forward`.
    case logForward(Grammar<LogForwardDraft>)
    /// It fills a `log-profile`.
    case logProfile(Grammar<LogProfileDraft>)
  }

  /// The word, or two words: `maxconn`, `option tcplog`, `timeout client`.
  package var name: String
  /// Where it may stand.
  package var place: Place
  /// In a proxy: which sections it is for.
  package var sections: Sections = []
  /// What follows it, as people write grammars; empty where nothing does.
  package var grammar = ""
  /// How many words follow it at least; the parser passes over them where it has no effect.
  package var wordCount = 0
  /// What holds without it; empty where there is nothing to say.
  package var initial = ""
  /// What it does, in one line.
  package var help = ""
  /// What Weir does with it.
  package var status: Status
  /// Whether `no` may stand before it (for words of `server`: `no-`).
  package var isReversible = false
  /// Whether the first of several counts, the others being warned of.
  package var standsOnce = false
  /// What reading it does.
  var effect: Effect = .none
  /// What `no` before it does, where that is more than to toggle it.
  var reversal: (@Sendable (inout ProxyDraft) -> Void)?
}

extension Keyword {
  /// A keyword of `global`.
  static func global(
    _ name: String, _ grammar: Grammar<GlobalDraft>, status: Status = .served,
    once: Bool = false, initial: String = "", _ help: String
  ) -> Keyword {
    Keyword(
      name: name, place: .global, grammar: grammar.text, initial: initial, help: help,
      status: status, standsOnce: once, effect: .global(grammar))
  }

  /// A keyword of proxies.
  static func proxy(
    _ name: String, _ sections: Sections, _ grammar: Grammar<ProxyDraft>,
    status: Status = .served, initial: String = "", _ help: String,
    no reversal: (@Sendable (inout ProxyDraft) -> Void)? = nil
  ) -> Keyword {
    Keyword(
      name: name, place: .proxy, sections: sections, grammar: grammar.text, initial: initial,
      help: help, status: status, isReversible: reversal != nil, effect: .proxy(grammar),
      reversal: reversal)
  }

  /// An option of proxies that is on or off; `name` is without the word `option`.
  static func option(
    _ name: String, _ sections: Sections, status: Status = .served, initial: String = "off",
    _ help: String, _ set: @escaping @Sendable (inout ProxyDraft, Bool?) -> Void
  ) -> Keyword {
    Keyword(
      name: "option \(name)", place: .proxy, sections: sections, initial: initial, help: help,
      status: status, isReversible: true, effect: .toggle(set))
  }

  /// A word of `bind` lines.
  static func bind(
    _ name: String, _ grammar: Grammar<BindDraft>, status: Status = .served,
    initial: String = "", _ help: String
  ) -> Keyword {
    Keyword(
      name: name, place: .bind, grammar: grammar.text, initial: initial, help: help,
      status: status, effect: .bind(grammar))
  }

  /// A word of `server` and `default-server` lines.
  static func server(
    _ name: String, _ grammar: Grammar<ServerDraft>, status: Status = .served,
    initial: String = "", _ help: String
  ) -> Keyword {
    Keyword(
      name: name, place: .server, grammar: grammar.text, initial: initial, help: help,
      status: status, effect: .server(grammar))
  }

  /// An algorithm of `balance`.
  static func balance(
    _ name: String, _ grammar: Grammar<ProxyDraft>, status: Status = .served, _ help: String
  ) -> Keyword {
    Keyword(
      name: name, place: .balance, grammar: grammar.text, help: help, status: status,
      effect: .proxy(grammar))
  }

  /// Words that share a place and a status and need no more said.
  static func family(
    _ place: Place, _ status: Status, sections: Sections = [], words wordCount: Int = 0,
    _ help: String, reversible: Bool = false, _ names: [String]
  ) -> [Keyword] {
    names.map {
      Keyword(
        name: $0, place: place, sections: sections, wordCount: wordCount, help: help,
        status: status, isReversible: reversible)
    }
  }

  /// The same without a help.
  static func family(
    _ place: Place, _ status: Status, sections: Sections = [], words wordCount: Int = 0,
    reversible: Bool = false, _ names: [String]
  ) -> [Keyword] {
    family(
      place, status, sections: sections, words: wordCount, "", reversible: reversible, names)
  }
}
