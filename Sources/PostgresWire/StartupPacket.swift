/// The first packet that a PostgreSQL client sends: it has a length but no type byte (PostgreSQL's
/// manual, "Message Formats").
package enum StartupPacket: Hashable, Sendable {
  /// Asks for a session: protocol version and parameters (user, database …) in their order.
  case startup(major: UInt16, minor: UInt16, parameters: [Parameter])
  /// Asks for TLS (SSLRequest).
  case tlsRequest
  /// Asks for GSSAPI encryption (GSSENCRequest).
  case gssRequest
  /// Asks to cancel a query of another session (CancelRequest).
  case cancel(process: UInt32, key: [UInt8])

  /// A parameter of a session.
  package struct Parameter: Hashable, Sendable {
    /// Its name, such as user.
    package var name: String
    /// Its value.
    package var value: String
    /// Makes a parameter.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What came of reading a packet from the first bytes of a connection.
  package enum Decoding: Hashable, Sendable {
    /// The packet and its length in bytes.
    case packet(StartupPacket, length: Int)
    /// More bytes are needed.
    case incomplete
    /// This is no such packet: what is wrong with it.
    case invalid(String)
  }

  /// The longest packet that PostgreSQL takes (MAX_STARTUP_PACKET_LENGTH).
  package static let lengthLimit = 10_000
  /// The most parameters that are read.
  package static let parameterLimit = 256

  private static let tlsCode: UInt32 = 80_877_103
  private static let gssCode: UInt32 = 80_877_104
  private static let cancelCode: UInt32 = 80_877_102

  /// Reads the packet that the bytes begin with. Any bytes may be given.
  package static func decode(_ bytes: Span<UInt8>) -> Decoding {
    guard let length = bytes.bigEndian32(at: 0) else { return .incomplete }
    guard length >= 8, length <= lengthLimit else {
      return .invalid("a start-up packet of \(length) bytes")
    }
    guard let code = bytes.bigEndian32(at: 4) else { return .incomplete }
    guard bytes.count >= Int(length) else { return .incomplete }
    let body = bytes.extracting(8..<Int(length))
    switch code {
    case tlsCode: return fixed(.tlsRequest, body)
    case gssCode: return fixed(.gssRequest, body)
    case cancelCode:
      guard let process = body.bigEndian32(at: 0), body.count >= 8 else {
        return .invalid("a cancel request without its key")
      }
      let key = (4..<body.count).map { body[$0] }
      return .packet(.cancel(process: process, key: key), length: Int(length))
    default: return parameters(code: code, body, length: Int(length))
    }
  }

  /// The packet's bytes; what would pass the length limit is cut off the parameters.
  package func encoded() -> [UInt8] {
    var body: [UInt8] = []
    switch self {
    case .tlsRequest: body.appendBigEndian(Self.tlsCode)
    case .gssRequest: body.appendBigEndian(Self.gssCode)
    case .cancel(let process, let key):
      body.appendBigEndian(Self.cancelCode)
      body.appendBigEndian(process)
      body += key.prefix(Self.lengthLimit - 12)
    case .startup(let major, let minor, let parameters):
      body.appendBigEndian(UInt32(major) << 16 | UInt32(minor))
      for parameter in parameters {
        let text =
          parameter.name.utf8.filter { $0 != 0 } + [0] + parameter.value.utf8.filter { $0 != 0 }
          + [0]
        guard body.count + text.count + 5 <= Self.lengthLimit else { break }
        body += text
      }
      body.append(0)
    }
    var packet: [UInt8] = []
    packet.appendBigEndian(UInt32(truncatingIfNeeded: body.count + 4))
    return packet + body
  }

  /// The value of a parameter of a start-up message.
  package subscript(name: String) -> String? {
    guard case .startup(_, _, let parameters) = self else { return nil }
    return parameters.first { $0.name == name }?.value
  }

  private static func fixed(_ packet: StartupPacket, _ body: Span<UInt8>) -> Decoding {
    body.isEmpty
      ? .packet(packet, length: 8) : .invalid("\(body.count) bytes too many in a request packet")
  }

  private static func parameters(code: UInt32, _ body: Span<UInt8>, length: Int) -> Decoding {
    let major = UInt16(truncatingIfNeeded: code >> 16)
    guard major == 3 else { return .invalid("protocol version \(major).\(code & 0xFFFF)") }
    var parameters: [Parameter] = []
    var position = 0
    while true {
      guard let name = body.text(from: &position) else {
        return .invalid("a start-up message without its end")
      }
      if name.isEmpty { break }
      guard parameters.count < parameterLimit, let value = body.text(from: &position) else {
        return .invalid("a start-up message with the name of a parameter and no value")
      }
      parameters.append(Parameter(name, value))
    }
    guard position == body.count else {
      return .invalid("\(body.count - position) bytes behind a start-up message")
    }
    return .packet(
      .startup(
        major: major, minor: UInt16(truncatingIfNeeded: code), parameters: parameters),
      length: length)
  }
}
