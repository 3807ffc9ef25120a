private import Glibc

/// Looks names up in the system's databases: hosts, users, groups and interfaces.
///
/// These calls may read files and ask name servers, so they belong to the start and to reload,
/// never to a worker.
package enum HostLookup {
  /// Which addresses of a host are wanted.
  package enum Family: Hashable, Sendable { case any, ipv4, ipv6 }

  /// The first address of a host, as the system orders them, with port 0; nil where there is
  /// none (getaddrinfo(3)).
  package static func address(of host: String, family: Family = .any) -> Endpoint? {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_family =
      switch family {
      case .any: AF_UNSPEC
      case .ipv4: AF_INET
      case .ipv6: AF_INET6
      }
    // SAFETY: `found` is owned by this frame and freed once; the list's members are valid until
    // then, and a sockaddr is read as the type that its family names.
    var found: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, nil, &hints, &found) == 0 else { return nil }
    defer { unsafe freeaddrinfo(found) }
    var entry = unsafe found
    while let current = unsafe entry {
      if let address = unsafe current.pointee.ai_addr {
        if unsafe current.pointee.ai_family == AF_INET {
          return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            .ipv4(UInt32(bigEndian: unsafe $0.pointee.sin_addr.s_addr), port: 0)
          }
        }
        if unsafe current.pointee.ai_family == AF_INET6 {
          return unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
            var bytes = unsafe $0.pointee.sin6_addr
            return unsafe withUnsafeBytes(of: &bytes) {
              let high = unsafe $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
              let low = unsafe $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
              return .ipv6(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), port: 0)
            }
          }
        }
      }
      unsafe entry = current.pointee.ai_next
    }
    return nil
  }

  /// The index of a network interface, as link-local addresses need it (if_nametoindex(3)).
  package static func interfaceIndex(of name: String) -> UInt32? {
    let index = unsafe if_nametoindex(name)
    return index == 0 ? nil : index
  }

  /// The number of a user (getpwnam_r(3)).
  package static func userIdentifier(of name: String) -> UInt32? {
    var entry = unsafe passwd()
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16384) { buffer in
      // SAFETY: `entry` points into `buffer`, and only its number leaves this closure.
      var result: UnsafeMutablePointer<passwd>?
      guard let start = buffer.baseAddress,
        unsafe getpwnam_r(name, &entry, start, buffer.count, &result) == 0, unsafe result != nil
      else { return nil }
      return unsafe entry.pw_uid
    }
  }

  /// The number of a group (getgrnam_r(3)).
  package static func groupIdentifier(of name: String) -> UInt32? {
    var entry = unsafe group()
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65536) { buffer in
      // SAFETY: `entry` points into `buffer`, and only its number leaves this closure.
      var result: UnsafeMutablePointer<group>?
      guard let start = buffer.baseAddress,
        unsafe getgrnam_r(name, &entry, start, buffer.count, &result) == 0, unsafe result != nil
      else { return nil }
      return unsafe entry.gr_gid
    }
  }
}
