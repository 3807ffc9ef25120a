import Configuration
import Proxy

/// A keyword, a file that has it, and what shows that it took effect.
struct KeywordEffect: CustomStringConvertible, Sendable {
  typealias Sign = @Sendable (Snapshot) -> Bool

  /// The keyword's place.
  let place: Keyword.Place
  /// Its name in the table.
  let name: String
  /// The file with the keyword.
  let text: String
  /// The same file without it.
  let without: String
  /// Whether the keyword took effect.
  let shows: Sign

  var description: String { "\(place) \(name)" }

  /// A file with a frontend and a backend, and lines put into each of its sections.
  static func file(
    global: String = "", defaults: String = "", bind: String = "", frontend: String = "",
    backend: String = "", server: String = ""
  ) -> String {
    """
    global
      \(global)
    defaults
      timeout connect 1s
      timeout client 1s
      timeout server 1s
      \(defaults)
    frontend f
      bind 127.0.0.1:80 \(bind)
      default_backend b
      \(frontend)
    backend b
      \(backend)
      server s 127.0.0.1:1 \(server)
      server t 127.0.0.2:2
    """
  }

  /// A line of `global`.
  static func global(
    _ name: String, _ arguments: String = "", given: String = "", _ shows: @escaping Sign
  ) -> KeywordEffect {
    KeywordEffect(
      place: .global, name: name, text: file(global: "\(name) \(arguments)\n\(given)"),
      without: file(global: given), shows: shows)
  }

  /// A line of the frontend, `given` some in `defaults`.
  static func front(
    _ name: String, _ arguments: String = "", given: String = "", _ shows: @escaping Sign
  ) -> KeywordEffect {
    KeywordEffect(
      place: .proxy, name: name, text: file(defaults: given, frontend: "\(name) \(arguments)"),
      without: file(defaults: given), shows: shows)
  }

  /// A line of the backend, `given` some in `defaults`.
  static func back(
    _ name: String, _ arguments: String = "", given: String = "", server: String = "",
    _ shows: @escaping Sign
  ) -> KeywordEffect {
    KeywordEffect(
      place: .proxy, name: name,
      text: file(defaults: given, backend: "\(name) \(arguments)", server: server),
      without: file(defaults: given, server: server), shows: shows)
  }

  /// An algorithm; without it, another one.
  static func balance(
    _ name: String, _ arguments: String = "", _ shows: @escaping Sign
  ) -> KeywordEffect {
    let other = "balance \(name == "first" ? "source" : "first")\n"
    return KeywordEffect(
      place: .balance, name: name, text: file(backend: other + "balance \(name)\(arguments)"),
      without: file(backend: other), shows: shows)
  }

  /// Words of the `bind` line.
  static func bind(
    _ name: String, _ arguments: String = "",
    _ shows: @escaping @Sendable (ListenerSettings) -> Bool
  ) -> KeywordEffect {
    KeywordEffect(
      place: .bind, name: name, text: file(bind: "\(name) \(arguments)"), without: file()
    ) { shows($0.proxy.frontends[0].listeners[0]) }
  }

  /// Words of the first server's line, `given` a line of the backend, after some others.
  static func server(
    _ name: String, _ arguments: String = "", given: String = "", after others: String = "",
    _ shows: @escaping @Sendable (ServerSettings) -> Bool
  ) -> KeywordEffect {
    KeywordEffect(
      place: .server, name: name,
      text: file(backend: given, server: "\(others) \(name) \(arguments)"),
      without: file(backend: given, server: others)
    ) { shows($0.proxy.backends[0].servers[0]) }
  }
}
