package import Kernel
package import LogRecords
internal import LogSinks
package import TLS

/// What the loader asks the system for; tests answer in its place.
package struct SystemLookups: Sendable {
  /// The address of a host, with port 0.
  package var host: @Sendable (String, HostLookup.Family) -> Endpoint?
  /// The number of a user.
  package var user: @Sendable (String) -> UInt32?
  /// The number of a group.
  package var group: @Sendable (String) -> UInt32?
  /// The index of a network interface.
  package var interface: @Sendable (String) -> UInt32?
  /// Why a file cannot be read, in words; nil where it can.
  package var unreadable: @Sendable (String) -> String?
  /// Why a folder cannot be looked into, in words; nil where it can.
  package var missingFolder: @Sendable (String) -> String?
  /// The log format of a name, looked for in folders.
  package var namedFormat: @Sendable (String, [String]) throws(NamedFormatError) -> NamedFormat
  /// Why the files of TLS cannot be used as a client or a server, where they can be read; nil where
  /// they can.
  package var refusesClient: @Sendable (TLSClientSettings) -> TLSError? = { _ in nil }
  package var refusesServer: @Sendable (TLSServerSettings) -> TLSError? = { _ in nil }

  /// Whether a server whose name has no address is disabled, where it would be an error (`-dr`).
  package var forgivesUnknownHosts = false

  /// Makes lookups of functions.
  package init(
    host: @escaping @Sendable (String, HostLookup.Family) -> Endpoint?,
    user: @escaping @Sendable (String) -> UInt32?,
    group: @escaping @Sendable (String) -> UInt32?,
    interface: @escaping @Sendable (String) -> UInt32?,
    unreadable: @escaping @Sendable (String) -> String? = { SystemLookups.reasonNotToRead($0) },
    missingFolder: @escaping @Sendable (String) -> String? = { SystemLookups.reasonNotToEnter($0) },
    namedFormat: @escaping @Sendable (String, [String]) throws(NamedFormatError) -> NamedFormat = {
      (name, folders) throws(NamedFormatError) in try NamedFormat.find(name, folders: folders)
    }
  ) {
    self.host = host
    self.user = user
    self.group = group
    self.interface = interface
    self.unreadable = unreadable
    self.missingFolder = missingFolder
    self.namedFormat = namedFormat
  }

  /// The most bytes of a file of certificates.
  private static let fileLimitBytes = 1 << 24

  private static func reasonNotToRead(_ path: String) -> String? {
    do throws(FileError) {
      _ = try File.contents(of: path, limitBytes: fileLimitBytes)
      return nil
    } catch {
      switch error {
      case .system(let errno): return errno.words
      case .notAFile(.directory): return "Is a directory"
      case .notAFile: return "Is not a file"
      case .tooLarge(let limit): return "Has more than \(limit >> 20) MB"
      }
    }
  }

  private static func reasonNotToEnter(_ path: String) -> String? {
    do throws(Errno) {
      return try File.kind(of: path) == .directory ? nil : "Is not a folder"
    } catch {
      return error.words
    }
  }

  /// The system's own databases.
  package static let system: SystemLookups = {
    var lookups = SystemLookups(
      host: { HostLookup.address(of: $0, family: $1) },
      user: { HostLookup.userIdentifier(of: $0) },
      group: { HostLookup.groupIdentifier(of: $0) },
      interface: { HostLookup.interfaceIndex(of: $0) })
    lookups.refusesClient = { settings in
      do throws(TLSError) {
        _ = try TLSContext(client: settings)
        return nil
      } catch {
        return error
      }
    }
    lookups.refusesServer = { settings in
      do throws(TLSError) {
        _ = try TLSContext(server: settings)
        return nil
      } catch {
        return error
      }
    }
    return lookups
  }()
}
