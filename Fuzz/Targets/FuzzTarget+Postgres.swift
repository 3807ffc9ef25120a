internal import PostgresWire

extension FuzzTarget {
  /// PostgreSQL's first messages: an answer is the same however it is cut, and a packet that was
  /// read is written and read back.
  static let postgres = FuzzTarget("postgres") { bytes in
    readAnswer(bytes)
    readPacket(bytes)
  }

  private static func readAnswer(_ bytes: [UInt8]) {
    var whole = AnswerParser()
    let atOnce = whole.feed(bytes.span) ?? whole.finish()
    var pieces = AnswerParser()
    var inPieces: ServerAnswer?
    for byte in bytes where inPieces == nil {
      let piece = [byte]
      inPieces = pieces.feed(piece.span)
    }
    let ended = inPieces ?? pieces.finish()
    precondition(atOnce == ended, "the answer hangs on how it was cut")
    if case .error(let error) = atOnce {
      precondition(error.message.utf8.allSatisfy { $0 >= 32 && $0 != 127 })
      precondition(error.message.utf8.count <= ServerError.messageLimit)
    }
  }

  private static func readPacket(_ bytes: [UInt8]) {
    guard case .packet(let packet, let length) = StartupPacket.decode(bytes.span) else { return }
    precondition(length <= bytes.count && length <= StartupPacket.lengthLimit)
    let shorter = Array(bytes[..<(length - 1)])
    precondition(StartupPacket.decode(shorter.span) == .incomplete)
    let encoded = packet.encoded()
    guard encoded.count <= StartupPacket.lengthLimit else { return }
    guard case .packet(let again, encoded.count) = StartupPacket.decode(encoded.span) else {
      preconditionFailure("what was written is not read back")
    }
    // Bytes that are no UTF-8 become longer where they are replaced, and may be cut then.
    guard encoded.count <= length else { return }
    precondition(again == packet)
  }
}
