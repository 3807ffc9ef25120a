internal import Kernel

extension ProxyHeader {
  /// The longest header of version 1, its line end included.
  package static let textLimit = 107
  /// The longest header of version 2 that is taken: addresses and extensions.
  package static let binaryLimit = 16 + 4096

  /// What every header of version 2 begins with.
  static let signature: [UInt8] = [
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
  ]

  /// Reads a header from the first bytes of a connection.
  package static func decode(_ bytes: Span<UInt8>) -> ProxyHeaderProgress {
    guard bytes.count > 0 else { return .incomplete }
    if bytes[0] == UInt8(ascii: "P") { return decodeText(bytes) }
    if bytes[0] == signature[0] { return decodeBinary(bytes) }
    return .failed(.notAHeader)
  }

  /// Version 1: `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n`.
  private static func decodeText(_ bytes: Span<UInt8>) -> ProxyHeaderProgress {
    let word = Array("PROXY ".utf8)
    for index in 0..<min(bytes.count, word.count) where bytes[index] != word[index] {
      return .failed(.notAHeader)
    }
    var line: [UInt8] = []
    for index in 0..<min(bytes.count, textLimit) {
      if bytes[index] == UInt8(ascii: "\n") {
        guard line.last == UInt8(ascii: "\r") else { return .failed(.malformed) }
        line.removeLast()
        guard let header = parseText(line) else { return .failed(mistake(in: line)) }
        return .complete(header, length: index + 1)
      }
      line.append(bytes[index])
    }
    return bytes.count >= textLimit ? .failed(.malformed) : .incomplete
  }

  private static func parseText(_ line: [UInt8]) -> ProxyHeader? {
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard words.count >= 2 else { return nil }
    if words[1] == "UNKNOWN" { return ProxyHeader(source: nil, destination: nil) }
    guard words.count == 6, let sourcePort = port(words[4]), let destinationPort = port(words[5]),
      var source = Endpoint(address: words[2]),
      var destination = Endpoint(address: words[3])
    else { return nil }
    let family: Endpoint.Family? =
      words[1] == "TCP4" ? .ipv4 : words[1] == "TCP6" ? .ipv6 : nil
    guard let family, source.family == family, destination.family == family else { return nil }
    source.port = sourcePort
    destination.port = destinationPort
    return ProxyHeader(source: source, destination: destination)
  }

  /// What is wrong with a line: a protocol that nobody knows, or anything else.
  private static func mistake(in line: [UInt8]) -> ProxyHeaderError {
    let known = ["TCP4", "TCP6", "UNKNOWN"].map { Array($0.utf8) }
    let word = line.dropFirst(6).prefix { $0 != UInt8(ascii: " ") }
    return known.contains { $0.elementsEqual(word) } ? .malformed : .wrongProtocol
  }

  private static func port(_ text: String) -> UInt16? {
    guard text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return UInt16(text)
  }

  /// Version 2: the signature, version and command, family and protocol, length, addresses.
  private static func decodeBinary(_ bytes: Span<UInt8>) -> ProxyHeaderProgress {
    for index in 0..<min(bytes.count, signature.count) where bytes[index] != signature[index] {
      return .failed(.notAHeader)
    }
    guard bytes.count >= 16 else { return .incomplete }
    guard bytes[12] >> 4 == 2 else { return .failed(.notAHeader) }
    let length = 16 + Int(bytes[14]) << 8 + Int(bytes[15])
    guard length <= binaryLimit else { return .failed(.malformed) }
    guard bytes.count >= length else { return .incomplete }
    switch bytes[12] & 0x0F {
    case 0: return .complete(ProxyHeader(source: nil, destination: nil), length: length)
    case 1: break
    default: return .failed(.malformed)
    }
    switch bytes[13] {
    case 0x11:
      guard length >= 16 + 12 else { return .failed(.malformed) }
      let source = Endpoint.ipv4(UInt32(number(bytes, 16, 4)), port: UInt16(number(bytes, 24, 2)))
      let destination = Endpoint.ipv4(
        UInt32(number(bytes, 20, 4)), port: UInt16(number(bytes, 26, 2)))
      return .complete(ProxyHeader(source: source, destination: destination), length: length)
    case 0x21:
      guard length >= 16 + 36 else { return .failed(.malformed) }
      let source = Endpoint.ipv6(
        high: number(bytes, 16, 8), low: number(bytes, 24, 8), port: UInt16(number(bytes, 48, 2)))
      let destination = Endpoint.ipv6(
        high: number(bytes, 32, 8), low: number(bytes, 40, 8), port: UInt16(number(bytes, 50, 2)))
      return .complete(ProxyHeader(source: source, destination: destination), length: length)
    case 0x31:
      guard length >= 16 + 216 else { return .failed(.malformed) }
      let unix = Endpoint(family: .unix)
      return .complete(ProxyHeader(source: unix, destination: unix), length: length)
    case 0x00: return .complete(ProxyHeader(source: nil, destination: nil), length: length)
    default: return .failed(.wrongProtocol)
    }
  }

  private static func number(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in start..<start + count { value = value << 8 | UInt64(bytes[index]) }
    return value
  }
}
