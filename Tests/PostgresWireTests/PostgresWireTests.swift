import Foundation
import PostgresWire
import Testing

private let corpora = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("Corpora/postgres")

private func files(_ folder: String) -> [String] {
  let path = corpora.appendingPathComponent(folder).path
  return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
}

private func bytes(_ folder: String, _ name: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: corpora.appendingPathComponent(folder).appendingPathComponent(name)))
}

private func answer(_ bytes: [UInt8], piece: Int) -> ServerAnswer {
  var parser = AnswerParser()
  var start = 0
  while start < bytes.count {
    let part = Array(bytes[start..<min(start + piece, bytes.count)])
    if let answer = parser.feed(part.span) { return answer }
    start += piece
  }
  return parser.finish()
}

@Suite struct AnswerParserTests {
  static let names = files("answers")
  static let expected: [String: ServerAnswer] = [
    "authentication-sasl": .authentication(method: 10),
    "authentication-ok": .authentication(method: 0),
    "authentication-md5": .authentication(method: 5),
    "error-hba": error(
      "28000",
      "pg_hba.conf rejects connection for host \"127.0.0.1\", user \"hc\", database \"hc\", "
        + "no encryption"),
    "error-french": error("57P03", "le système de bases de données se lance"),
    "error-control": error("53300", "two  lines [31m \u{FFFD}\u{FFFD}"),
    "error-old": error(
      nil, "could not fork new process for connection: Cannot allocate memory"),
    "error-endless-field": .invalid("an ErrorResponse with a field that does not end"),
    "error-empty": .invalid("an ErrorResponse without a message"),
    "error-truncated": .invalid("the connection was closed within a message, after 40 bytes"),
    "negotiation": .negotiation,
    "oversized": .invalid("a message of type 'R' and length 4294967295"),
    "short": .invalid("a message of type 'R' and length 4"),
    "http": .invalid("a message that begins with 'H'"),
    "ssh": .invalid("a message that begins with 'S'"),
    "tls-alert": .invalid("a message that begins with 0x15"),
    "nothing": .invalid("the connection was closed without an answer"),
    "one-byte": .invalid("the connection was closed within a message, after 1 bytes"),
  ]

  static func error(_ code: String?, _ message: String) -> ServerAnswer {
    var error = ServerError()
    error.severity = "FATAL"
    error.code = code
    error.message = message
    return .error(error)
  }

  @Test("Every answer of the corpus is read, in any pieces", arguments: names)
  func corpus(name: String) throws {
    let all = try bytes("answers", name)
    for piece in [1, 2, 3, 7, 100_000] {
      #expect(answer(all, piece: piece) == Self.expected[name])
    }
  }

  @Test("No bytes trap, however they are cut or changed", arguments: names)
  func mutations(name: String) throws {
    let all = try bytes("answers", name)
    for cut in 0...all.count { _ = answer(Array(all[..<cut]), piece: 5) }
    for index in all.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var changed = all
        changed[index] = value
        _ = answer(changed, piece: 1000)
      }
    }
  }

  @Test("A message is not kept beyond the limit")
  func endless() {
    var parser = AnswerParser()
    let piece = [UInt8](repeating: UInt8(ascii: "E"), count: 1000)
    var found: ServerAnswer?
    for _ in 0..<20 where found == nil { found = parser.feed(piece.span) }
    guard case .error(let error) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(error.message.utf8.count == ServerError.messageLimit)
  }
}

@Suite struct StartupPacketTests {
  static let names = files("packets")
  static let expected: [String: StartupPacket.Decoding] = [
    "startup-psql": .packet(
      .startup(
        major: 3, minor: 0,
        parameters: [
          .init("user", "alice"), .init("database", "shop"), .init("application_name", "psql"),
        ]), length: 56),
    "startup": .invalid("7 bytes behind a start-up message"),
    "ssl": .packet(.tlsRequest, length: 8),
    "gss": .packet(.gssRequest, length: 8),
    "cancel": .packet(.cancel(process: 4711, key: [0xDE, 0xAD, 0xBE, 0xEF]), length: 16),
    "cancel-short": .invalid("a cancel request without its key"),
    "version2": .invalid("protocol version 2.0"),
    "too-long": .invalid("a start-up packet of 2147483647 bytes"),
    "negative": .invalid("a start-up packet of 4294967295 bytes"),
    "no-value": .invalid("a start-up message with the name of a parameter and no value"),
    "half": .incomplete,
    "http": .invalid("a start-up packet of 1195725856 bytes"),
  ]

  @Test("Every packet of the corpus is read, and nothing of it traps", arguments: names)
  func corpus(name: String) throws {
    let all = try bytes("packets", name)
    #expect(StartupPacket.decode(all.span) == Self.expected[name])
    for cut in 0...all.count { _ = StartupPacket.decode(Array(all[..<cut]).span) }
    for index in all.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var changed = all
        changed[index] = value
        _ = StartupPacket.decode(changed.span)
      }
    }
  }

  @Test(
    "What is written is read back",
    arguments: [
      StartupPacket.tlsRequest, .gssRequest, .cancel(process: 1, key: [1, 2, 3, 4]),
      .startup(major: 3, minor: 2, parameters: [.init("user", "ü"), .init("database", "")]),
    ])
  func roundTrip(packet: StartupPacket) {
    let bytes = packet.encoded()
    #expect(StartupPacket.decode(bytes.span) == .packet(packet, length: bytes.count))
  }

  @Test("The start-up message of a check is HAProxy's, byte by byte")
  func check() {
    let packet = StartupPacket.startup(major: 3, minor: 0, parameters: [.init("user", "hc")])
    #expect(packet.encoded() == [0, 0, 0, 17, 0, 3, 0, 0] + Array("user\0hc\0\0".utf8))
    #expect(packet["user"] == "hc")
  }
}
