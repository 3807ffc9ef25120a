import ConfigSyntax
import Kernel
import LogRecords
import LogSinks
import Proxy

/// Makes the snapshot of the drafts: names become indexes and addresses, defaults are filled in,
/// and what only shows between statements is checked.
struct Resolver {
  /// What an index of proxies by name says.
  struct ByName {
    /// The draft's number.
    var draft: Int
    /// Its index among the frontends or the backends.
    var index: Int
  }

  let lookups: SystemLookups
  let environment: [String: String]
  var diagnostics: Diagnostics
  var snapshot = Snapshot()
  var global = GlobalDraft()
  var proxies: [ProxyDraft] = []
  var frontends: [String: ByName] = [:]
  var backends: [String: ByName] = [:]
  /// The id of each draft.
  var identifiers: [Int] = []
  /// How many sockets the file asks for so far.
  var listenerCount = 0
  /// Hosts that were looked up.
  var hosts: [String: Endpoint?] = [:]
  /// Formats that were compiled, by kind and text; nil where that failed.
  var formats: [String: FormatProgram?] = [:]
  /// The sections for logs.
  var logs = LogSections()
  /// Loggers that were resolved, by their lines; nil where that failed. A line of `defaults` is
  /// resolved, and its mistakes reported, once.
  var loggers: [String: LoggerSettings?] = [:]

  init(
    lookups: SystemLookups, environment: [String: String], diagnostics: Diagnostics
  ) {
    self.lookups = lookups
    self.environment = environment
    self.diagnostics = diagnostics
  }

  /// Resolves everything; what is wrong is in `diagnostics`.
  mutating func resolve(
    _ global: GlobalDraft, _ proxies: [ProxyDraft], _ logs: LogSections
  ) -> Snapshot {
    let hasParseErrors = diagnostics.hasErrors
    self.global = global
    self.proxies = proxies
    self.logs = logs
    indexNames()
    resolveLogProfiles()
    resolveRings()
    resolveGlobal()
    assignIdentifiers()
    for number in proxies.indices where proxies[number].kind.isFront {
      quietly(where: proxies[number].values.isDisabled) { resolver in
        resolver.snapshot.proxy.frontends.append(resolver.makeFrontend(number))
        resolver.snapshot.frontendLogs.append(resolver.makeLogs(number, isFront: true))
        resolver.completeFrontend(number)
      }
    }
    for number in proxies.indices where proxies[number].kind.isBack {
      quietly(where: proxies[number].values.isDisabled) { resolver in
        resolver.snapshot.proxy.backends.append(resolver.makeBackend(number))
        resolver.snapshot.backendLogs.append(resolver.makeLogs(number, isFront: false))
      }
    }
    resolveTracking()
    resolveLogBackends()
    resolveLogForwards()
    // Where a statement was faulty, what seems to be missing may be what it meant to say.
    if !hasParseErrors {
      for number in proxies.indices { warnOfProxy(number) }
      warnOfLogs()
    }
    return snapshot
  }

  /// Resolves something; of what is disabled, HAProxy checks nothing beyond its statements, and
  /// neither is it told here.
  private mutating func quietly(where isDisabled: Bool, _ resolve: (inout Resolver) -> Void) {
    let before = diagnostics
    resolve(&self)
    if isDisabled { diagnostics = before }
  }

  // MARK: Names and numbers

  /// Frontends and backends have one name each; a frontend and a backend may share theirs.
  private mutating func indexNames() {
    var frontCount = 0
    var backCount = 0
    for (number, proxy) in proxies.enumerated() {
      var other: Int?
      if proxy.kind.isFront {
        let entry = ByName(draft: number, index: frontCount)
        frontCount += 1
        if let taken = frontends[proxy.name] {
          other = taken.draft
        } else {
          frontends[proxy.name] = entry
        }
      }
      if proxy.kind.isBack {
        let entry = ByName(draft: number, index: backCount)
        backCount += 1
        if let taken = backends[proxy.name] {
          other = taken.draft
        } else {
          backends[proxy.name] = entry
        }
      }
      guard let other else { continue }
      diagnostics.report(
        Mistake(
          "\(proxy.kind.title) '\(proxy.name)' has the same name as \(proxies[other].kind.title)"
            + " '\(proxies[other].name)' declared at \(place(of: proxies[other].line)).", at: 1),
        proxy.line)
    }
  }

  /// Ids count from 1; the hidden proxy of statistics sockets has the first, and ids that the file
  /// gives are left out.
  private mutating func assignIdentifiers() {
    var taken: [Int: Int] = [:]
    for (number, proxy) in proxies.enumerated() {
      guard let forced = proxy.identifier else { continue }
      if let other = taken[forced.value] {
        diagnostics.report(
          .alert,
          "\(proxy.kind.title) \(proxy.name) reuses same custom id as"
            + " \(proxies[other].kind.title) \(proxies[other].name)"
            + " (declared at \(place(of: proxies[other].line))).", at: forced)
      } else {
        taken[forced.value] = number
      }
    }
    var next = global.statisticsSockets.isEmpty ? 1 : 2
    identifiers = proxies.map { proxy in
      Self.identifier(proxy.identifier?.value, next: &next) { taken[$0] != nil }
    }
  }

  /// The id of the next of a row: its own, or the next that is free. HAProxy counts on behind each
  /// of them, those that bring their own included.
  static func identifier(
    _ own: Int?, next: inout Int, isTaken: (Int) -> Bool
  ) -> Int {
    defer { next += 1 }
    if let own { return own }
    while isTaken(next) { next += 1 }
    return next
  }

  // MARK: Addresses

  /// The first address of a host; each is looked up once.
  mutating func lookUp(_ name: String, _ family: HostLookup.Family) -> Endpoint? {
    let key = "\(family) \(name)"
    if let known = hosts[key] { return known }
    let found = lookups.host(name, family)
    hosts[key] = .some(found)
    return found
  }

  /// What an address of the file stands for, with this port; nil where its name has no address or
  /// its interface is unknown.
  mutating func socketAddress(_ address: AddressText, port: UInt16) -> SocketAddress? {
    switch address.host {
    case .any(.ipv6): return .internet(.ipv6(high: 0, low: 0, port: port))
    case .any: return .internet(.ipv4(0, port: port))
    case .literal(var endpoint, let interface):
      endpoint.port = port
      guard let interface else { return .internet(endpoint) }
      guard let scope = UInt32(interface) ?? lookups.interface(interface) else { return nil }
      return .internet(endpoint, scope: scope)
    case .name(let name, let family):
      guard var endpoint = lookUp(name, family) else { return nil }
      endpoint.port = port
      return .internet(endpoint)
    case .unix(let path): return .unix(path: path)
    case .abstract(let name): return .abstract(name: name)
    case .descriptor(let number): return .descriptor(number)
    }
  }

  /// What an address stands for; a mistake is reported, with `head` before it.
  mutating func socketAddress(
    _ address: Located<AddressText>, port: UInt16? = nil, head: @autoclosure () -> String
  ) -> SocketAddress? {
    let value = address.value
    if let found = socketAddress(value, port: port ?? value.singlePort) { return found }
    if case .literal(_, let interface?) = value.host {
      diagnostics.report(
        .alert, "\(head())unknown interface '\(interface)' in '\(value.text)'", at: address)
    } else if case .name(let name, _) = value.host {
      diagnostics.report(
        .alert, "\(head())invalid address: '\(name)' in '\(value.text)'", at: address,
        remedy: "The name has no address here: check it, or write the address.")
    }
    return nil
  }
}
