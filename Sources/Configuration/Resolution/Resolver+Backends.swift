import ConfigSyntax
import HealthChecks
import Kernel
import Proxy

extension Resolver {
  /// The servers' side of a draft.
  mutating func makeBackend(_ number: Int) -> BackendSettings {
    let draft = proxies[number]
    var backend = draft.values.back
    backend.name = draft.name
    backend.identifier = identifiers[number]
    backend.description = draft.description
    backend.kind = draft.kind.title
    backend.isDisabled = draft.values.isDisabled
    if let source = draft.values.source {
      backend.source = sourceSettings(source, head: "'source' : ")
    }
    refuseDoubles(draft.servers, "\(draft.kind.title) '\(draft.name)'")
    refuseDoubleIdentifiers(draft)
    var taken: Set<Int> = []
    for server in draft.servers {
      if let forced = server.identifier { taken.insert(forced.value) }
    }
    var next = 1
    backend.servers.reserveCapacity(draft.servers.count)
    for server in draft.servers {
      var settings = makeServer(server, backend, draft.values)
      settings.identifier = Self.identifier(server.identifier?.value, next: &next) {
        taken.contains($0)
      }
      if backend.isDisabled {
        // Nothing of a disabled proxy is started: connections that lead to it find no server.
        settings.isDisabled = true
        settings.check = nil
      }
      backend.servers.append(settings)
    }
    return backend
  }

  /// Servers of a section have names of their own.
  mutating func refuseDoubles(_ servers: [ServerDraft], _ title: String) {
    var names: [String: Line] = [:]
    for server in servers {
      guard let line = server.line else { continue }
      let name = server.settings.name
      if let other = names[name] {
        diagnostics.report(
          Mistake(
            "\(title), another server named '\(name)' was already defined at line \(other.number),"
              + " please use distinct names.", at: 1), line)
      } else {
        names[name] = line
      }
    }
  }

  /// Servers of a backend have ids of their own.
  private mutating func refuseDoubleIdentifiers(_ draft: ProxyDraft) {
    var identifiers: [Int: ServerDraft] = [:]
    for server in draft.servers {
      guard let forced = server.identifier else { continue }
      if let other = identifiers[forced.value], let otherLine = other.line {
        diagnostics.report(
          .alert,
          "'server \(draft.name)/\(server.settings.name)' : 'id' : custom id \(forced.value)"
            + " already used at \(place(of: otherLine)) ('server \(other.settings.name)').",
          at: forced)
      } else {
        identifiers[forced.value] = server
      }
    }
  }

  /// One server.
  private mutating func makeServer(
    _ draft: ServerDraft, _ backend: BackendSettings, _ values: ProxyValues
  ) -> ServerSettings {
    var server = draft.settings
    let (proxyName, serverName) = (backend.name, server.name)
    // Made only where there is a mistake.
    func head() -> String { "'server \(proxyName)/\(serverName)' : " }
    // Receivers of logs are resolved with their backends of 'mode log', and have ports by default.
    if let address = draft.address, !values.isLogMode {
      if backend.isDisabled, case .name = address.host {
        server.address = .internet(.ipv4(0, port: address.singlePort))
      } else {
        resolveAddress(address, draft, into: &server, head: head)
      }
      switch address.port {
      case .numbers: break
      case .none where address.isInternet: server.portOffset = 0
      case .none: break
      case .offset(let offset): server.portOffset = offset
      }
    }
    if let source = draft.source {
      server.source = sourceSettings(source, head: head() + "'source' : ")
    }
    settleLimits(&server)
    if draft.isChecked {
      server.check = makeCheck(draft, server, backend, values, head: head)
    } else if let address = draft.checkAddress {
      // It has no effect and must be right all the same.
      _ = socketAddress(address, head: head() + "'addr' : ")
    }
    return server
  }

  /// `minconn` alone, or one that is no lower than `maxconn`, is the limit itself.
  private func settleLimits(_ server: inout ServerSettings) {
    guard server.minimumConnectionLimit > 0,
      server.minimumConnectionLimit >= server.connectionLimit
    else { return }
    server.connectionLimit = server.minimumConnectionLimit
    server.minimumConnectionLimit = 0
  }

  /// The address of a server; that of a name by the methods of `init-addr`, in their order.
  private mutating func resolveAddress(
    _ address: AddressText, _ draft: ServerDraft, into server: inout ServerSettings,
    head: () -> String
  ) {
    guard let line = draft.line else { return }
    let place = Located(address, line, word: 2)
    guard case .name(let name, let family) = address.host else {
      if let found = socketAddress(place, head: head()) { server.address = found }
      return
    }
    let port = address.singlePort
    func missing() -> String { "\(head())could not resolve address '\(name)'" }
    var wasAsked = false
    for method in draft.addressMethods ?? [.last, .libc] {
      switch method {
      case .last: break
      case .libc:
        wasAsked = true
        guard var endpoint = lookUp(name, family) else { continue }
        endpoint.port = port
        server.address = .internet(endpoint)
        return
      case .literal(var endpoint):
        endpoint.port = port
        server.address = .internet(endpoint)
        if wasAsked {
          diagnostics.report(
            .warning, missing() + ", falling back to configured address.", at: place)
        }
        return
      case .none:
        server.address = .internet(.ipv4(0, port: port))
        server.isDisabled = true
        if wasAsked {
          diagnostics.report(.warning, missing() + ", disabling server.", at: place)
        }
        return
      }
    }
    guard !lookups.forgivesUnknownHosts else {
      server.address = .internet(.ipv4(0, port: port))
      server.isDisabled = true
      diagnostics.report(.warning, missing() + ", disabling server.", at: place)
      return
    }
    diagnostics.report(
      .alert, missing() + ".", at: place,
      remedy:
        "Check the name, write the address, or start without it by 'init-addr last,libc,none'.")
  }

  /// How a server is checked, with everything that it inherits.
  private mutating func makeCheck(
    _ draft: ServerDraft, _ server: ServerSettings, _ backend: BackendSettings,
    _ values: ProxyValues, head: () -> String
  ) -> CheckSettings? {
    var check = draft.check
    check.dialogue = values.checkDialogue
    check.connectRule = values.checkConnectRule
    let ownPort = draft.address?.singlePort ?? 0
    var hasPort = check.port != nil || ownPort > 0
    if draft.address?.isInternet == false || values.isLogMode { hasPort = true }
    if let address = draft.checkAddress {
      let port = address.value.singlePort
      check.address = socketAddress(
        address, port: port == 0 ? ownPort : port, head: head() + "'addr' : ")
      hasPort = hasPort || port > 0 || !address.value.isInternet
    }
    if !hasPort, let line = draft.line {
      diagnostics.report(
        Mistake(
          "\(backend.kind) '\(backend.name)': server '\(server.name)' has neither service port nor"
            + " check port.", at: 2,
          remedy: "Name the port to check with 'port', or remove 'check'."), line)
    }
    if draft.checkSendsProxy {
      check.proxyProtocol = server.proxyProtocol ?? 1
    } else if check.port == nil, draft.checkAddress == nil {
      check.proxyProtocol = server.proxyProtocol
    }
    if let timeout = values.checkTimeoutMilliseconds {
      check.checkTimeoutMilliseconds = timeout
      check.connectTimeoutMilliseconds = min(
        backend.connectTimeoutMilliseconds ?? .max, check.intervalMilliseconds)
    }
    check.source = server.source ?? backend.source
    return check
  }
}
