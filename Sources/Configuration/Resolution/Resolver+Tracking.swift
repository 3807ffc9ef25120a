import ConfigSyntax
import Proxy

extension Resolver {
  /// Where a server stands: its backend's index and its own.
  private typealias Reference = ServerSettings.Track

  /// Finds the servers that others track; a chain of them must end at one that is checked.
  mutating func resolveTracking() {
    let drafts = proxies.indices.filter { proxies[$0].kind.isBack }
    var servers: [Int: [String: Int]] = [:]
    var tracking: [(follower: Reference, place: Located<String>)] = []
    for (backend, number) in drafts.enumerated() where !proxies[number].values.isDisabled {
      for (index, server) in proxies[number].servers.enumerated() {
        guard let track = server.track else { continue }
        let follower = Reference(backend: backend, server: index)
        let head = "'server \(proxies[number].name)/\(server.settings.name)' : "
        if server.isChecked {
          diagnostics.report(
            .alert, "\(head)unable to enable checks and tracking at the same time!", at: track)
          continue
        }
        guard let target = find(track, of: backend, drafts, &servers, head: head) else { continue }
        snapshot.proxy.backends[backend].servers[index].track = target
        tracking.append((follower, track))
      }
    }
    for (follower, place) in tracking { follow(follower, drafts, place) }
  }

  /// The server that a word of the form `[backend/]server` names.
  private mutating func find(
    _ track: Located<String>, of backend: Int, _ drafts: [Int],
    _ servers: inout [Int: [String: Int]], head: String
  ) -> Reference? {
    var index = backend
    var name = track.value[...]
    if let slash = track.value.firstIndex(of: "/") {
      let proxy = String(track.value[..<slash])
      name = track.value[track.value.index(after: slash)...]
      guard let found = backends[proxy] else {
        diagnostics.report(
          .alert, "\(head)unable to find required proxy '\(proxy)' for tracking.", at: track)
        return nil
      }
      index = found.index
    }
    if servers[index] == nil {
      var names: [String: Int] = [:]
      for (number, server) in proxies[drafts[index]].servers.enumerated() {
        names[server.settings.name] = names[server.settings.name] ?? number
      }
      servers[index] = names
    }
    guard let server = servers[index]?[String(name)] else {
      diagnostics.report(
        .alert, "\(head)unable to find required server '\(name)' for tracking.", at: track)
      return nil
    }
    return Reference(backend: index, server: server)
  }

  /// Follows a chain of tracked servers to its end, which must be checked.
  private mutating func follow(
    _ follower: Reference, _ drafts: [Int], _ place: Located<String>
  ) {
    func name(_ reference: Reference) -> String {
      let proxy = proxies[drafts[reference.backend]]
      return "\(proxy.name)/\(proxy.servers[reference.server].settings.name)"
    }
    func server(_ reference: Reference) -> ServerSettings {
      snapshot.proxy.backends[reference.backend].servers[reference.server]
    }
    guard let first = server(follower).track else { return }
    let head = "'server \(name(follower))' : "
    var seen: Set<ServerSettings.Track> = [follower]
    var current = first
    while let next = server(current).track {
      guard seen.insert(current).inserted else { break }
      current = next
    }
    if current == follower {
      diagnostics.report(
        .alert,
        "\(head)unable to track \(name(first)) as it belongs to a tracking chain looping back to"
          + " \(name(follower)).", at: place)
    } else if server(current).track == nil,
      !proxies[drafts[current.backend]].servers[current.server].isChecked,
      proxies[drafts[current.backend]].servers[current.server].track == nil
    {
      diagnostics.report(
        .alert,
        "\(head)unable to use \(name(current)) for tracking as it does not have any check nor agent"
          + " enabled.", at: place, remedy: "Add 'check' to that server.")
    }
  }
}
