import Balancing
import LogSinks
import Proxy

extension Keyword {
  /// The algorithms of `balance`.
  static let algorithms: [Keyword] = [
    algorithm(
      "roundrobin", .roundRobin,
      "Each server in turn, by weight; weights may change at run time. At most 4095 servers."),
    algorithm("static-rr", .staticRoundRobin, "Each server in turn, by fixed weights."),
    algorithm("leastconn", .leastConnections, "The server with the fewest connections."),
    algorithm("first", .first, "The first server by id that has a place left; needs `maxconn`."),
    algorithm("source", .source, "By a hash of the client's address (see `hash-type`)."),
    balance(
      "random",
      .custom("[(<draws>)]") { (draft, _) throws(Mistake) in
        draft.values.back.algorithm = .random(draws: 2)
      }, "The less loaded of some servers drawn at random; without a number, of 2."),
    foreignAlgorithm("hash", "use 'balance source'."),
    foreignAlgorithm("rdp-cookie", "use 'balance source'."),
    balance(
      "sticky",
      .custom("") { (draft, arguments) throws(Mistake) in
        draft.values.logAlgorithm = Located(.sticky, arguments)
      }, "In `mode log`: the first receiver that is up, until it is not."),
    balance(
      "log-hash",
      .custom("<converter>[,<converter>…]") { (draft, arguments) throws(Mistake) in
        let converters = try arguments.take(
          orElse: "'balance log-hash' expects a list of converters.")
        draft.values.logAlgorithm = Located(.hash(converters: converters), arguments)
      }, "In `mode log`: by a hash of what converters make of the message."),
    httpAlgorithm("uri", "[len <n>] [depth <n>] [whole] [path-only]"),
    httpAlgorithm("url_param", "<name> [check_post]"),
    httpAlgorithm("hdr", "(<name>) [use_domain_only]"),
  ]

  private static func algorithm(
    _ name: String, _ algorithm: Algorithm, _ help: String
  ) -> Keyword {
    balance(name, .flag { $0.values.back.algorithm = algorithm }, help)
  }

  private static func foreignAlgorithm(_ name: String, _ remedy: String) -> Keyword {
    Keyword(name: name, place: .balance, status: .notServed(remedy: "Instead, " + remedy))
  }

  private static func httpAlgorithm(_ name: String, _ grammar: String) -> Keyword {
    Keyword(
      name: name, place: .balance, grammar: grammar,
      help: "Needs HTTP; HAProxy falls back to round robin, and so does Weir.",
      status: .httpOnly(.layer7Hash))
  }

  /// Reads what follows the word `balance`.
  static let readBalance: Grammar<ProxyDraft>.Reader = { (draft, arguments) throws(Mistake) in
    let algorithms = algorithms
    let names = algorithms.map(\.name)
    let supported =
      algorithms.filter { $0.status == .served }.map { "'\($0.name)'" }.joined(separator: ", ")
    // `balance` alone is `balance roundrobin`, as in HAProxy's manual.
    let text = arguments.take() ?? "roundrobin"
    let bare = String(text.prefix { $0 != "(" })
    guard let entry = algorithms.first(where: { $0.name == bare }) else {
      throw Mistake(
        "balance only supports \(supported) options (got '\(text)')"
          + suggestionWords(for: text, among: names), at: arguments.last)
    }
    draft.values.isBalanceSet = true
    draft.values.balanceLine = Located(bare, arguments)
    draft.values.logAlgorithm = nil
    draft.values.httpWarnings.removeAll { $0 == .layer7Hash }
    switch entry.status {
    case .notServed(let remedy):
      throw Mistake(
        "'balance \(bare)' is known to HAProxy 3.5 but not served by this version of Weir",
        at: arguments.last, remedy: remedy)
    case .httpOnly:
      draft.values.back.algorithm = .roundRobin
      draft.values.httpWarnings.append(.layer7Hash)
      while arguments.take() != nil {}
      return
    default: break
    }
    guard case .proxy(let grammar) = entry.effect else { return }
    try grammar.read(&draft, &arguments)
    if bare == "random", bare != text {
      draft.values.back.algorithm = .random(draws: try readDraws(text, arguments))
    } else if bare != text {
      throw Mistake("'balance \(bare)' takes no argument in parentheses.", at: arguments.last)
    }
    try arguments.expectEnd()
  }

  /// `random(N)`
  private static func readDraws(_ text: String, _ arguments: Arguments) throws(Mistake) -> Int {
    let inner = text.drop { $0 != "(" }.dropFirst()
    guard inner.last == ")" else {
      throw Mistake("balance random : missing closing parenthesis.", at: arguments.last)
    }
    let digits = inner.dropLast()
    if let wrong = digits.first(where: { !("0"..."9").contains($0) }) {
      throw Mistake(
        "balance random : unexpected character '\(wrong)' after argument.", at: arguments.last)
    }
    guard let draws = Int(digits), (1...1_000_000).contains(draws) else {
      throw Mistake("balance random : number of draws must be at least 1.", at: arguments.last)
    }
    return draws
  }

  /// Reads what follows `hash-type`.
  static let readHashType: Grammar<ProxyDraft>.Reader = { (draft, arguments) throws(Mistake) in
    let expected = "'hash-type' only supports 'consistent' and 'map-based'"
    var type = HashType()
    switch try arguments.take(orElse: expected + ".") {
    case "consistent":
      type.method = .consistent
      // Without a function, HAProxy stirs the hash: servers lie unevenly on the ring otherwise.
      type.avalanche = true
    case "map-based": type.method = .mapBased
    case let word: throw Mistake(expected + " (got '\(word)').", at: arguments.last)
    }
    if let word = arguments.take() {
      let functions: [(String, HashType.Function)] = [
        ("sdbm", .sdbm), ("djb2", .djb2), ("wt6", .wt6), ("crc32", .crc32), ("none", .none),
      ]
      guard let function = functions.first(where: { $0.0 == word }) else {
        throw Mistake(
          "'hash-type' only supports 'sdbm', 'djb2', 'crc32', 'wt6' or 'none' hash functions"
            + " (got '\(word)').", at: arguments.last)
      }
      type.function = function.1
      type.avalanche = false
    }
    if let word = arguments.take() {
      guard word == "avalanche" else {
        throw Mistake(
          "'hash-type' only supports 'avalanche' as a modifier for hash functions (got '\(word)').",
          at: arguments.last)
      }
      type.avalanche = true
    }
    try arguments.expectEnd()
    draft.values.back.hashType = type
  }
}
