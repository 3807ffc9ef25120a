/// Why a socket that listens could not be made.
package struct BindingError: Error {
  /// What was tried, in HAProxy's words: "cannot bind socket".
  package var action: String
  /// What the kernel said.
  package var errno: Errno
  /// What may help.
  package var remedy: String?

  /// Tells what was tried, what the kernel said, and what may help.
  package init(action: String, errno: Errno, remedy: String?) {
    self.action = action
    self.errno = errno
    self.remedy = remedy
  }

  /// What may help where an address cannot be bound to. `command` shows who listens.
  package static func remedy(_ errno: Errno, command: String = "ss -ltnp") -> String? {
    switch errno {
    case .addressInUse: "another program listens there; `\(command)` shows which"
    case .permissionDenied:
      "ports below 1024 need root or CAP_NET_BIND_SERVICE; a UNIX socket's folder must be writable"
    case .addressNotAvailable: "no interface of this machine has that address"
    case .noEntry: "the folder of the socket does not exist"
    default: nil
    }
  }
}

extension Descriptor {
  /// Binds a UNIX socket under another name and moves it over whatever is at the path, so that
  /// there is no moment without a socket there.
  package func bind(
    over path: String, mode: UInt32? = nil, user: UInt32? = nil, group: UInt32? = nil
  ) throws(Errno) {
    let temporary = "\(path).\(Process.identifier).tmp"
    do throws(Errno) { try File.remove(temporary) } catch {
      if error != .noEntry { throw error }
    }
    try bind(to: .unix(path: temporary))
    do throws(Errno) {
      if user != nil || group != nil {
        try File.setOwner(user: user, group: group, of: temporary)
      }
      if let mode { try File.setMode(mode, of: temporary) }
      try File.rename(temporary, to: path)
    } catch {
      try? File.remove(temporary)
      throw error
    }
  }
}
