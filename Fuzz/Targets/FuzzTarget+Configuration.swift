internal import Balancing
internal import ConfigSyntax
internal import Configuration
internal import Kernel
internal import LogRecords
internal import LogSinks
internal import Proxy

extension FuzzTarget {
  /// Configuration files: any bytes are read to their end, each message can be shown, and what is
  /// accepted can be served.
  static let configuration = FuzzTarget(
    "config", otherFolders: ["config", "Tests/Corpora/config-errors"]
  ) { bytes in
    let (snapshot, diagnostics) = ConfigurationLoader.load(
      [ConfigSource(name: "fuzz.cfg", bytes: bytes)], environment: ["HOME": "/root"],
      lookups: .fixed)
    let text = diagnostics.rendered(processIdentifier: 1)
    precondition(diagnostics.entries.isEmpty || !text.isEmpty)
    for entry in diagnostics.entries {
      guard let position = entry.position else { continue }
      precondition(position.line >= 1 && position.column >= 1)
    }
    precondition(snapshot != nil || diagnostics.hasErrors, "refused without a word")
    if let snapshot { check(snapshot) }
  }

  private static func check(_ snapshot: Snapshot) {
    let proxy = snapshot.proxy
    precondition(snapshot.frontendLogs.count == proxy.frontends.count)
    precondition(snapshot.backendLogs.count == proxy.backends.count)
    for frontend in proxy.frontends {
      precondition(frontend.backend.map { proxy.backends.indices.contains($0) } ?? true)
    }
    for (index, backend) in proxy.backends.enumerated() {
      precondition(proxy.fullConnections(of: index) > 0)
      for server in backend.servers {
        guard let track = server.track else { continue }
        precondition(proxy.backends.indices.contains(track.backend))
        precondition(proxy.backends[track.backend].servers.indices.contains(track.server))
      }
    }
    checkLogs(snapshot)
    let names = proxy.names
    precondition(names.servers.count == proxy.backends.reduce(0) { $0 + $1.servers.count })
    let topology = Topology(
      settings: proxy, listeners: names.listeners.map { _ in nil },
      mailboxes: WorkerMailboxes([]), seed: 1)
    precondition(topology.servers.count == names.servers.count)
    for backend in topology.backends where !backend.settings.servers.isEmpty {
      _ = backend.setServer(0, isUsable: false, effectiveWeight: 0)
      _ = backend.setServer(0, isUsable: true, effectiveWeight: WeightScale.steps)
    }
  }
}

extension FuzzTarget {
  /// What logs are made from fits together: every name leads somewhere.
  private static func checkLogs(_ snapshot: Snapshot) {
    let rings = Set(snapshot.rings.map(\.name))
    precondition(rings.count == snapshot.rings.count)
    for backend in snapshot.logBackends {
      precondition(
        backend.servers.count == snapshot.proxy.backends[backend.backend].servers.count)
    }
    let loggers =
      snapshot.global.loggers
      + (snapshot.frontendLogs + snapshot.backendLogs).flatMap(\.loggers)
      + snapshot.logForwards.flatMap(\.loggers)
    for logger in loggers {
      switch logger.target {
      case .ring(let name): precondition(rings.contains(name))
      case .backend(let name): precondition(snapshot.logBackends.contains { $0.name == name })
      default: break
      }
      if let profile = logger.profile {
        precondition(snapshot.logProfiles.contains { $0.name == profile })
      }
    }
  }
}

extension SystemLookups {
  /// Lookups that ask nobody, so that an input always means the same.
  fileprivate static let fixed = SystemLookups(
    host: { name, family in
      switch (name, family) {
      case ("localhost", .ipv6): .ipv6(high: 0, low: 1, port: 0)
      case ("localhost", _): .ipv4(0x7F00_0001, port: 0)
      default: nil
      }
    }, user: { $0 == "root" ? 0 : nil }, group: { $0 == "root" ? 0 : nil },
    interface: { $0 == "lo" ? 1 : nil },
    unreadable: { $0.hasPrefix("/etc/") ? nil : "No such file or directory" },
    missingFolder: { $0.hasPrefix("/var") ? nil : "No such file or directory" },
    namedFormat: { (name, _) throws(NamedFormatError) in
      try NamedFormat.find(name, folders: [])
    })
}
