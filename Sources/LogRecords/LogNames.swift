/// The names that records refer to by index, of one configuration.
package struct LogNames: Sendable {
  /// A frontend's name and what hangs on it.
  package struct Frontend: Sendable {
    /// The name (`%f`).
    package var name: String
    /// HAProxy's id of the proxy (`fe_id`).
    package var identifier: Int
    /// Makes an entry.
    package init(name: String, identifier: Int) {
      self.name = name
      self.identifier = identifier
    }
  }

  /// A listener's name and id.
  package struct Listener: Sendable {
    /// The name of the `bind` line (`so_name`), nil where it has none.
    package var name: String?
    /// HAProxy's id of the socket (`so_id`), from 1 in each frontend.
    package var identifier: Int
    /// The frontend's index.
    package var frontend: Int
    /// Makes an entry.
    package init(name: String?, identifier: Int, frontend: Int) {
      self.name = name
      self.identifier = identifier
      self.frontend = frontend
    }
  }

  /// A backend's name.
  package struct Backend: Sendable {
    /// The name (`%b`).
    package var name: String
    /// HAProxy's id of the proxy (`be_id`).
    package var identifier: Int
    /// Makes an entry.
    package init(name: String, identifier: Int) {
      self.name = name
      self.identifier = identifier
    }
  }

  /// A server's name.
  package struct Server: Sendable {
    /// The name (`%s`).
    package var name: String
    /// HAProxy's id of the server (`srv_id`).
    package var identifier: Int
    /// The backend's index.
    package var backend: Int
    /// Makes an entry.
    package init(name: String, identifier: Int, backend: Int) {
      self.name = name
      self.identifier = identifier
      self.backend = backend
    }
  }

  package var frontends: [Frontend] = []
  package var listeners: [Listener] = []
  package var backends: [Backend] = []
  package var servers: [Server] = []

  /// No names at all.
  package init() {}
}
