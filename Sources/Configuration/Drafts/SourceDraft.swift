import ConfigSyntax
import Kernel

/// What a `source` line or word says, before names are looked up.
struct SourceDraft: Sendable {
  /// What stands behind `usesrc`.
  enum Transparency: Sendable {
    case address(Located<AddressText>)
    case client, clientAddress
  }

  /// The address to bind to.
  var address: Located<AddressText>
  /// `interface`
  var interface: String?
  /// `usesrc`
  var transparency: Transparency?
  /// The word `usesrc`, for what is said of it later.
  var transparencyWord: Located<String>?

  /// The words for the reference page.
  static func grammar(_ address: String) -> String {
    address + " [usesrc {<address>[:<port>]|client|clientip}] [interface <name>]"
  }

  /// What the words do, for the reference page.
  static let help =
    "an address of this machine; by `usesrc` (IP_TRANSPARENT, needs root) a foreign one or the"
    + " client's, with its port or without; by this interface."

  /// Reads the words behind `source`.
  static func read(
    _ arguments: inout Arguments, allowsRange: Bool
  ) throws(Mistake) -> SourceDraft {
    let text = try arguments.take(
      orElse:
        "'source' expects <addr>[:<port>], and optionally 'usesrc' <addr>, and 'interface' <name>.")
    var draft = SourceDraft(
      address: try address(text, of: "source", &arguments, allowsRange: allowsRange))
    while let word = arguments.peek {
      switch word {
      case "usesrc":
        _ = arguments.take()
        draft.transparencyWord = Located(word, arguments)
        draft.transparency = try readTransparency(&arguments)
      case "interface":
        _ = arguments.take()
        draft.interface = try readInterface(&arguments)
      default: return draft
      }
    }
    return draft
  }

  private static func readInterface(_ arguments: inout Arguments) throws(Mistake) -> String {
    let name = try arguments.take(orElse: "'interface' : missing interface name.")
    guard !name.isEmpty, name.utf8.count <= 15 else {
      throw Mistake(
        "'interface' : '\(name)' cannot be an interface: names have 1 to 15 bytes.",
        at: arguments.last)
    }
    return name
  }

  private static func readTransparency(
    _ arguments: inout Arguments
  ) throws(Mistake) -> Transparency {
    let text = try arguments.take(
      orElse:
        "'usesrc' expects <addr>[:<port>], 'client', 'clientip', or 'hdr_ip(name,#)' as argument.")
    switch text {
    case "client": return .client
    case "clientip": return .clientAddress
    default: break
    }
    if text.hasPrefix("hdr_ip") {
      throw Mistake(
        notServedMessage("usesrc \(text)"), at: arguments.last,
        remedy: "A header can be had in mode http alone: use 'clientip'.")
    }
    return .address(try address(text, of: "usesrc", &arguments, allowsRange: false))
  }

  /// The address that was taken last.
  private static func address(
    _ text: String, of word: String, _ arguments: inout Arguments, allowsRange: Bool
  ) throws(Mistake) -> Located<AddressText> {
    let address: AddressText
    do {
      address = try AddressText.parse(text)
    } catch {
      throw Mistake("'\(word) \(text)' : \(error.message)", at: arguments.last)
    }
    guard address.isInternet else {
      throw Mistake(
        "'\(word) \(text)' : an IPv4 or IPv6 address is expected.", at: arguments.last)
    }
    switch address.port {
    case .none: break
    case .numbers(let range) where range.count == 1: break
    case .numbers(let range) where allowsRange && range.lowerBound > 0: break
    case .numbers where allowsRange:
      throw Mistake(
        "'\(word) \(text)' : port 0 cannot be in a port range", at: arguments.last,
        remedy: "Begin the range at 1 or above, or name no port.")
    case .numbers:
      throw Mistake(
        "'\(word) \(text)' : port range not permitted here in '\(text)'", at: arguments.last,
        remedy: word == "source" ? "Name the range at each 'server' line." : nil)
    case .offset:
      throw Mistake(
        "'\(word) \(text)' : port offset not permitted here in '\(text)'", at: arguments.last)
    }
    return Located(address, arguments)
  }
}
