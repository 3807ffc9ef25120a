import ConfigSyntax
import Kernel

extension Resolver {
  /// What a `source` line or word comes to; a mistake is reported, with `head` before it.
  mutating func sourceSettings(
    _ draft: SourceDraft, head: @autoclosure () -> String
  ) -> SourceSettings? {
    let head = head()
    var ports: ClosedRange<UInt16>?
    if case .numbers(let range) = draft.address.value.port, range.count > 1 { ports = range }
    guard
      let address = socketAddress(
        draft.address, port: ports == nil ? draft.address.value.singlePort : 0, head: head)
    else { return nil }
    var settings = SourceSettings(address: address)
    settings.ports = ports
    settings.interface = draft.interface
    switch draft.transparency {
    case nil: break
    case .client: settings.transparency = .client
    case .clientAddress: settings.transparency = .clientAddress
    case .address(let foreign):
      guard case .internet(let endpoint, _)? = socketAddress(foreign, head: head) else {
        return nil
      }
      settings.transparency = .address(endpoint)
    }
    if let word = draft.transparencyWord { refuseLostPrivileges(for: word, head: head) }
    return settings
  }

  /// Foreign addresses can be bound by root alone, and each connection binds one: a process that
  /// becomes someone else could not serve a single one.
  private mutating func refuseLostPrivileges(for word: Located<String>, head: String) {
    let leavesRoot =
      switch global.settings.user {
      case nil: false
      case .number(let number): number != 0
      case .name(let name): lookups.user(name) != 0
      }
    guard leavesRoot else { return }
    diagnostics.report(
      .alert,
      "\(head)'usesrc' needs full privileges, which 'user' or 'uid' in 'global' takes away.",
      at: word,
      remedy: "Remove 'user' (or 'uid') from 'global', or name only the address to connect from.")
  }
}
