internal import Configuration
internal import Kernel

/// Who the process becomes once it has bound its sockets (`chroot`, `user`, `group`, `uid`, `gid`).
struct Privileges {
  /// What cannot be had, and what to do.
  struct Refusal: Error {
    /// What is wrong, in a sentence.
    var message: String
    /// What may help.
    var remedy: String
  }

  private let root: String?
  let user: UInt32?
  let group: UInt32?

  /// Looks everything up while the system's own files can be seen.
  init(_ global: GlobalSettings) throws(Refusal) {
    root = global.changeRoot
    if let root { try Self.requireFolder(root) }
    (user, group) = try Self.lookUp(global)
    let needsRoot = root != nil || user.map { $0 != Process.userIdentifier } ?? false
    if needsRoot && !Process.isRoot {
      throw Refusal(
        message: "'chroot', 'user' and 'group' need root's rights, and this process has not them",
        remedy: "start it as root, or take these lines out")
    }
  }

  /// The numbers of the user and the group that the configuration names.
  private static func lookUp(_ global: GlobalSettings) throws(Refusal) -> (
    user: UInt32?, group: UInt32?
  ) {
    var user: UInt32?
    var group: UInt32?
    switch global.user {
    case .number(let number): user = number
    case .name(let name):
      guard let found = Process.user(named: name) else {
        throw Refusal(
          message: "cannot find user id for '\(name)'",
          remedy: "create it (`useradd --system --no-create-home \(name)`), or name another 'user'")
      }
      user = found.user
    case nil: break
    }
    switch global.group {
    case .number(let number): group = number
    case .name(let name):
      guard let found = Process.group(named: name) else {
        throw Refusal(
          message: "cannot find group id for '\(name)'",
          remedy: "create it (`groupadd --system \(name)`), or name another 'group'")
      }
      group = found
    case nil: break
    }
    return (user, group)
  }

  private static func requireFolder(_ path: String) throws(Refusal) {
    do throws(Errno) {
      guard try File.kind(of: path) == .directory else {
        throw .invalid
      }
    } catch {
      throw Refusal(
        message: "cannot chroot(\(path)): "
          + (error == .invalid ? "it is no directory" : error.words),
        remedy: "create it (`mkdir -p \(path)`), or name another 'chroot'")
    }
  }

  /// Gives up what is not needed any more. There is no way back.
  func drop() throws(Refusal) {
    if let root {
      do throws(Errno) { try Process.changeRoot(to: root) } catch {
        throw Refusal(
          message: "Cannot chroot(\(root)): \(error.words)",
          remedy: "start as root, or take 'chroot' out")
      }
    }
    if user != nil || group != nil, Process.isRoot {
      do throws(Errno) { try Process.leaveGroups() } catch {
        throw Refusal(
          message: "Cannot leave supplementary groups: \(error.words)",
          remedy: "let the process have CAP_SETGID")
      }
    }
    if let group {
      do throws(Errno) { try Process.become(group: group) } catch {
        throw Refusal(
          message: "Cannot set gid \(group): \(error.words)",
          remedy: "start as root, or take 'group' out")
      }
    }
    if let user {
      do throws(Errno) { try Process.become(user: user) } catch {
        throw Refusal(
          message: "Cannot set uid \(user): \(error.words)",
          remedy: "start as root, or take 'user' out")
      }
    }
  }
}
