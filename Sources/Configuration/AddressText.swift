package import Kernel

/// An address as the file writes it: `[family@]address[:port]`, before any name is looked up.
package struct AddressText: Hashable, Sendable {
  /// What stands before the port.
  package enum Host: Hashable, Sendable {
    /// Every address of the family: `*`, or nothing.
    case any(HostLookup.Family)
    /// An address, with port 0, and the interface of a link-local one.
    case literal(Endpoint, interface: String?)
    /// A name to be looked up.
    case name(String, HostLookup.Family)
    /// A UNIX socket's path.
    case unix(String)
    /// A name among abstract sockets.
    case abstract(String)
    /// An inherited descriptor.
    case descriptor(Int32)
  }

  /// What stands behind the last colon.
  package enum Port: Hashable, Sendable {
    /// No colon, or nothing behind it.
    case none
    /// A port, or several.
    case numbers(ClosedRange<UInt16>)
    /// `+N` or `-N`.
    case offset(Int)
  }

  /// What stands before the port.
  package var host: Host
  /// The port.
  package var port: Port
  /// The text as it stands in the file.
  package var text: String

  /// The longest path of a UNIX socket: `sun_path` has 108 bytes, of which HAProxy keeps some for
  /// the name it binds to first; so does Weir.
  package static let pathLengthLimit = 97

  /// Whether it is an address with a port, rather than a socket by name or descriptor.
  package var isInternet: Bool {
    switch host {
    case .any, .literal, .name: true
    case .unix, .abstract, .descriptor: false
    }
  }

  /// The one port, or 0 where there is none.
  package var singlePort: UInt16 {
    guard case .numbers(let range) = port else { return 0 }
    return range.lowerBound
  }

  /// Reads an address. The message of what it throws is HAProxy's, without the keyword.
  package static func parse(_ text: String) throws(AddressMistake) -> AddressText {
    var rest = text[...]
    var family = HostLookup.Family.any
    // Bytes are looked at, not characters: a file may have a hundred thousand addresses.
    if rest.utf8.first == UInt8(ascii: "/") { return try unix(rest, of: text) }
    if let at = rest.utf8.firstIndex(of: UInt8(ascii: "@")) {
      var isKnown = true
      let prefix = rest[..<at]
      let behind = rest[rest.index(after: at)...]
      switch prefix {
      case "ipv4", "tcp4", "udp4", "stream+ipv4", "dgram+ipv4": family = .ipv4
      case "ipv6", "tcp6", "udp6", "stream+ipv6", "dgram+ipv6": family = .ipv6
      case "ip", "tcp", "udp", "stream+ip", "dgram+ip": break
      case "unix", "uxst", "uxdg", "stream+unix", "dgram+unix": return try unix(behind, of: text)
      case "abns", "stream+abns", "dgram+abns":
        guard !behind.isEmpty, behind.utf8.count <= pathLengthLimit else {
          throw AddressMistake(
            "abstract socket name '\(behind)' must have 1 to \(pathLengthLimit) bytes in '\(text)'")
        }
        return AddressText(host: .abstract(String(behind)), port: .none, text: text)
      case "fd":
        guard let number = Int32(behind), number >= 0 else {
          throw AddressMistake("file descriptor '\(behind)' is not a valid integer in '\(text)'")
        }
        return AddressText(host: .descriptor(number), port: .none, text: text)
      case "abnsz", "sockpair", "rhttp", "quic", "quic4", "quic6", "mptcp", "mptcp4", "mptcp6",
        "quic+ipv4", "quic+ipv6":
        throw AddressMistake(
          "address family '\(prefix)@' is known to HAProxy 3.5 but not served by this version of"
            + " Weir in '\(text)'")
      default: isKnown = false
      }
      if isKnown { rest = behind }
    }
    let (host, port) = try split(rest, of: text)
    return AddressText(
      host: try readHost(host, family: family, of: text), port: try readPort(port, of: text),
      text: text)
  }

  /// Whether the text says that datagrams are meant, or that a stream is; nil where it leaves it
  /// to the keyword.
  package static func isDatagram(_ text: String) -> Bool? {
    guard let at = text.utf8.firstIndex(of: UInt8(ascii: "@")) else { return nil }
    switch text[..<at] {
    case "udp", "udp4", "udp6", "uxdg", "dgram+ip", "dgram+ipv4", "dgram+ipv6", "dgram+unix",
      "dgram+abns":
      return true
    case "tcp", "tcp4", "tcp6", "uxst", "stream+ip", "stream+ipv4", "stream+ipv6", "stream+unix",
      "stream+abns":
      return false
    default: return nil
    }
  }

  /// A path of a UNIX socket.
  private static func unix(
    _ path: Substring, of text: String
  ) throws(AddressMistake) -> AddressText {
    guard !path.isEmpty else { throw AddressMistake("missing socket path in '\(text)'") }
    guard path.utf8.count <= pathLengthLimit else {
      throw AddressMistake("socket path '\(path)' too long (max \(pathLengthLimit))")
    }
    return AddressText(host: .unix(String(path)), port: .none, text: text)
  }

  /// Parts host and port at the last colon; brackets keep an IPv6 address together.
  private static func split(
    _ rest: Substring, of text: String
  ) throws(AddressMistake) -> (Substring, Substring?) {
    if rest.utf8.first == UInt8(ascii: "[") {
      guard let close = rest.utf8.firstIndex(of: UInt8(ascii: "]")) else {
        throw AddressMistake("missing ']' in '\(text)'")
      }
      let host = rest[rest.index(after: rest.startIndex)..<close]
      let behind = rest[rest.index(after: close)...]
      if behind.isEmpty { return (host, nil) }
      guard behind.first == ":" else { throw AddressMistake("invalid address: '\(text)'") }
      return (host, behind.dropFirst())
    }
    guard let colon = rest.utf8.lastIndex(of: UInt8(ascii: ":")) else { return (rest, nil) }
    return (rest[..<colon], rest[rest.utf8.index(after: colon)...])
  }

  /// What stands before the port.
  private static func readHost(
    _ host: Substring, family: HostLookup.Family, of text: String
  ) throws(AddressMistake) -> Host {
    if host.isEmpty || host.utf8.elementsEqual([UInt8(ascii: "*")]) { return .any(family) }
    var literal = host
    var interface: String?
    if let percent = host.utf8.firstIndex(of: UInt8(ascii: "%")) {
      literal = host[..<percent]
      interface = String(host[host.index(after: percent)...])
    }
    if let endpoint = Endpoint(address: literal) {
      let fits =
        family == .any || (family == .ipv4) == (endpoint.family == .ipv4)
      guard fits else { throw AddressMistake("invalid address: '\(host)' in '\(text)'") }
      if endpoint.low == 0, endpoint.high == 0, interface == nil {
        return .any(endpoint.family == .ipv4 ? .ipv4 : .ipv6)
      }
      return .literal(endpoint, interface: interface)
    }
    let isName = host.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard isName else { throw AddressMistake("invalid address: '\(host)' in '\(text)'") }
    return .name(String(host), family)
  }

  /// What stands behind the last colon.
  private static func readPort(
    _ port: Substring?, of text: String
  ) throws(AddressMistake) -> Port {
    guard let port, let first = port.utf8.first else { return .none }
    let minus = UInt8(ascii: "-")
    if first == UInt8(ascii: "+") || first == minus {
      let number = try readNumber(port.dropFirst(), whole: port, of: text)
      return .offset(first == minus ? -Int(number) : Int(number))
    }
    guard let dash = port.utf8.firstIndex(of: minus) else {
      let number = try readNumber(port, whole: port, of: text)
      return .numbers(number...number)
    }
    let low = try readNumber(port[..<dash], whole: port, of: text)
    let high = try readNumber(port[port.utf8.index(after: dash)...], whole: port, of: text)
    guard low <= high else { throw AddressMistake("invalid port range '\(port)'") }
    return .numbers(low...high)
  }

  /// A number of a port.
  private static func readNumber(
    _ digits: Substring, whole: Substring, of text: String
  ) throws(AddressMistake) -> UInt16 {
    var number = 0
    for byte in digits.utf8 {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
        let wrong = digits.first { !("0"..."9").contains($0) } ?? "?"
        throw AddressMistake(
          "invalid character '\(wrong)' in port number '\(whole)' in '\(text)'")
      }
      number = min(number * 10 + Int(byte) - 48, 1_000_000)
    }
    guard !digits.isEmpty, let port = UInt16(exactly: number) else {
      throw AddressMistake("invalid port '\(whole)'")
    }
    return port
  }
}

/// Why a text is not an address.
package struct AddressMistake: Error, Hashable, Sendable {
  /// What is the matter, in HAProxy's words.
  package var message: String
  /// Makes a mistake.
  package init(_ message: String) { self.message = message }
}
