import ConfigSyntax
import Kernel
import LogRecords
import LogSinks
import Proxy

extension Resolver {
  /// The listening side of a draft.
  mutating func makeFrontend(_ number: Int) -> FrontendSettings {
    let draft = proxies[number]
    var frontend = draft.values.front
    frontend.name = draft.name
    frontend.identifier = identifiers[number]
    frontend.description = draft.description
    frontend.isDisabled = draft.values.isDisabled
    frontend.backend = backendIndex(of: draft)
    frontend.listeners = makeListeners(draft)
    return frontend
  }

  /// What of a frontend follows from its log format.
  mutating func completeFrontend(_ number: Int) {
    let last = snapshot.proxy.frontends.count - 1
    let logs = snapshot.frontendLogs[last]
    snapshot.proxy.frontends[last].lineMoment =
      switch logs.format?.moment {
      case nil, .accept: .accept
      case .connect: .connect
      case .close: .close
      }
    // A journal entry has every field, as an element of all fields has; a line has those of its formats.
    let isNative = logs.loggers.contains { $0.target == .journald || $0.hasAllFields }
    let needs = (logs.format ?? .connectLine).needs
      .union(logs.structuredData?.needs ?? [])
      .union(logs.errorFormat?.needs ?? [])
      .union(logs.uniqueIdentifier?.needs ?? [])
      .union(needs(ofProfilesOf: logs.loggers))
    snapshot.proxy.frontends[last].recordsFrontendAddress =
      isNative || needs.contains(.frontendAddress)
    snapshot.proxy.frontends[last].recordsSourceAddress = isNative || needs.contains(.sourceAddress)
  }

  /// `default_backend`, else the section's own servers where it is a `listen`.
  private mutating func backendIndex(of draft: ProxyDraft) -> Int? {
    guard let wanted = draft.values.defaultBackend else {
      return draft.kind == .listen ? backends[draft.name]?.index : nil
    }
    guard let found = backends[wanted.value] else {
      diagnostics.report(
        .alert,
        "Proxy '\(draft.name)': unable to find required default_backend: '\(wanted.value)'"
          + suggestionWords(for: wanted.value, among: backends.keys.sorted(), else: "."),
        at: wanted)
      return nil
    }
    let target = proxies[found.draft]
    if target.values.isLogMode {
      diagnostics.report(
        .alert,
        "tcp \(draft.kind.title) '\(draft.name)' (\(place(of: draft.line))) tries to use incompatible"
          + " log backend '\(target.name)' (\(place(of: target.line))) in a 'default_backend' rule"
          + " (see 'mode').", at: wanted,
        remedy: "Backends of 'mode log' take messages, by 'log backend@\(target.name) …'.")
      return nil
    }
    if draft.kind == .listen, wanted.value == draft.name {
      diagnostics.report(
        .alert, "Proxy '\(draft.name)': loop detected for default_backend: '\(wanted.value)'.",
        at: wanted, remedy: "Remove the line: a 'listen' section uses its own servers.")
    } else if draft.kind == .listen, !draft.servers.isEmpty {
      diagnostics.report(
        .warning,
        "In proxy '\(draft.name)', the 'default_backend' rule always has precedence over the"
          + " servers, which will never be used.", at: wanted)
    }
    return found.index
  }

  /// Every socket of a frontend: one for each address and port of its `bind` lines.
  private mutating func makeListeners(_ draft: ProxyDraft) -> [ListenerSettings] {
    var listeners: [ListenerSettings] = []
    for bind in draft.binds {
      for case .numbers(let range) in bind.addresses.map(\.port) { listenerCount += range.count }
    }
    guard listenerCount <= Self.listenerLimit else {
      diagnostics.report(
        .alert,
        "\(draft.kind.title) '\(draft.name)' : more than \(Self.listenerLimit) sockets to listen on.",
        remedy: "A process has no more descriptors than that; name fewer ports.")
      return []
    }
    var taken: [Int: Line] = [:]
    for bind in draft.binds {
      guard let forced = bind.identifier else { continue }
      if let other = taken[forced.value] {
        diagnostics.report(
          .alert,
          "'bind \(bind.line.words[bind.addressWord].text)' in section '\(draft.kind.rawValue)' :"
            + " 'id' : custom id \(forced.value) already used at \(place(of: other))"
            + " ('bind \(other.words[1].text)')", at: forced)
      }
      taken[forced.value] = bind.line
    }
    var next = 1
    for bind in draft.binds {
      var settings = bind.settings
      settings.ownership = makeOwnership(
        bind,
        head: "'bind \(bind.line.words[bind.addressWord].text)' in section"
          + " '\(draft.kind.rawValue)' : ")
      for address in bind.addresses {
        let located = Located(address, bind.line, word: bind.addressWord)
        guard let found = socketAddress(located, head: "'bind' : ") else { continue }
        for socket in everyPort(of: address, found) {
          settings.address = prefixed(socket)
          settings.identifier = Self.identifier(bind.identifier?.value, next: &next) {
            taken[$0] != nil
          }
          listeners.append(settings)
        }
      }
    }
    return listeners
  }

  /// The most sockets of a configuration: as many as the kernel gives a process descriptors
  /// (fs.nr_open).
  static let listenerLimit = 1 << 20

  /// One address for each port of a range.
  func everyPort(of address: AddressText, _ found: SocketAddress) -> [SocketAddress] {
    guard case .internet(let endpoint, let scope) = found, case .numbers(let range) = address.port
    else { return [found] }
    return range.map { port in
      var one = endpoint
      one.port = port
      return .internet(one, scope: scope)
    }
  }

  /// Owner and mode of a UNIX socket, by number.
  mutating func makeOwnership(
    _ bind: BindDraft, head: @autoclosure () -> String
  ) -> ListenerSettings.Ownership {
    var ownership = ListenerSettings.Ownership()
    ownership.mode = bind.ownership.mode ?? global.unixOwnership.mode
    if let user = bind.ownership.user ?? global.unixOwnership.user {
      switch user.value {
      case .number(let number): ownership.user = number
      case .name(let name):
        ownership.user = lookups.user(name)
        if ownership.user == nil {
          diagnostics.report(
            .alert, "\(head())'user' : unknown user name '\(name)'", at: user,
            remedy: "Create the user, or use 'uid' with a number.")
        }
      }
    }
    if let group = bind.ownership.group ?? global.unixOwnership.group {
      switch group.value {
      case .number(let number): ownership.group = number
      case .name(let name):
        ownership.group = lookups.group(name)
        if ownership.group == nil {
          diagnostics.report(
            .alert, "\(head())'group' : unknown group name '\(name)'", at: group,
            remedy: "Create the group, or use 'gid' with a number.")
        }
      }
    }
    return ownership
  }
}
