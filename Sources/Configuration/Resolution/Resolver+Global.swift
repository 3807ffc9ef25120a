import ConfigSyntax
import Kernel
import LogSinks
import Proxy

extension Resolver {
  /// The section `global`, its loggers and its sockets.
  mutating func resolveGlobal() {
    snapshot.proxy = global.proxy
    snapshot.global = global.settings
    requireIdentities()
    if let folder = global.logFormatFolder, let reason = lookups.missingFolder(folder.value) {
      diagnostics.report(
        .alert, "'log-format-dir' : cannot look into '\(folder.value)': \(reason).", at: folder,
        remedy: "Make the folder, or remove the line: many formats come with the program.")
    }
    snapshot.global.loggers = global.loggers.compactMap { resolve($0) }
    for draft in global.statisticsSockets {
      for address in draft.addresses {
        let located = Located(address, draft.line, word: draft.addressWord)
        guard let found = socketAddress(located, head: "'stats socket' : ") else { continue }
        var socket = GlobalSettings.StatisticsSocket(
          address: prefixed(found), level: draft.level,
          mode: draft.ownership.mode ?? global.unixOwnership.mode)
        socket.severityOutput = draft.severityOutput
        snapshot.global.statisticsSockets.append(socket)
      }
    }
  }

  /// Whoever the process is to become must be there.
  private mutating func requireIdentities() {
    if let user = global.user, lookups.user(user.value) == nil {
      diagnostics.report(
        .alert, "cannot find user id for '\(user.value)'", at: user,
        remedy: "create it (`useradd --system --no-create-home \(user.value)`), or name another")
    }
    if let group = global.group, lookups.group(group.value) == nil {
      diagnostics.report(
        .alert, "cannot find group id for '\(group.value)'", at: group,
        remedy: "create it (`groupadd --system \(group.value)`), or name another")
    }
  }

  /// A UNIX socket's path behind what `unix-bind prefix` says.
  func prefixed(_ address: SocketAddress) -> SocketAddress {
    guard case .unix(let path) = address, !global.unixPrefix.isEmpty else { return address }
    return .unix(path: global.unixPrefix + path)
  }
}
