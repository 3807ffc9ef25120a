/// A count of connections that a format names by a proxy or a server, not by its record:
/// `%[fe_conn(f)]`, `%[be_conn(b)]`, `%[srv_conn(b/s)]`. It is asked for when the line is made.
package enum NamedCount: Hashable, Sendable {
  /// The connections of the frontend of this name.
  case frontend(String)
  /// The connections of the backend of this name.
  case backend(String)
  /// The connections of a server; without a backend, of the `listen` section that logs.
  case server(backend: String?, server: String)

  /// Reads the argument of `srv_conn`.
  init(serverArgument text: String) {
    if let slash = text.firstIndex(of: "/") {
      let server = text[text.index(after: slash)...]
      self = .server(backend: String(text[..<slash]), server: String(server))
    } else {
      self = .server(backend: nil, server: text)
    }
  }

  /// The count with the proxy named, where the proxy that logs was meant.
  package func within(_ proxy: String) -> NamedCount {
    guard case .server(nil, let server) = self else { return self }
    return .server(backend: proxy, server: server)
  }
}

extension FormatProgram {
  /// What the format counts by name, so that the names can be checked where all are known.
  package var namedCounts: [NamedCount] {
    expressions.compactMap { expression in
      guard case .count(let count) = expression.fetch else { return nil }
      return count
    }
  }
}
