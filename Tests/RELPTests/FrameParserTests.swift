import Memory
import Testing

@testable import RELP

@Suite("Frames of RELP")
struct FrameParserTests {
  private struct Read: Equatable {
    var frames: [RELPFrame] = []
    var texts: [String] = []
  }

  private func read(_ pieces: [String], limit: Int = 1000) throws(RELPError) -> Read {
    var parser = FrameParser(dataLimit: limit)
    var result = Read()
    for piece in pieces {
      let bytes = Array(piece.utf8)
      var position = 0
      while let frame = try parser.next(in: bytes.span, from: &position) {
        result.frames.append(frame)
        var data: [UInt8] = []
        data.append(parser.data)
        result.texts.append(String(decoding: data, as: UTF8.self))
      }
      #expect(position == bytes.count)
    }
    return result
  }

  private func number(_ value: UInt32) throws -> TransactionNumber {
    try #require(TransactionNumber(value))
  }

  @Test("Frames are read with their data, line feeds in them too, however they are cut")
  func frames() throws {
    let text =
      "1 open 3 a=b\n2 syslog 7 x\ny 3 z\n3 syslog 0\n0 serverclose 0\n999999999 rsp 6 200 OK\n"
    let whole = try read([text])
    #expect(
      whole.frames == [
        RELPFrame(number: try number(1), command: .open),
        RELPFrame(number: try number(2), command: .syslog),
        RELPFrame(number: try number(3), command: .syslog),
        RELPFrame(number: .hint, command: .serverClose),
        RELPFrame(number: try number(999_999_999), command: .response),
      ])
    #expect(whole.texts == ["a=b", "x\ny 3 z", "", "", "200 OK"])
    #expect(try read(text.map { String($0) }) == whole)
    let half = text.index(text.startIndex, offsetBy: 20)
    #expect(try read([String(text[..<half]), String(text[half...])]) == whole)
  }

  @Test(
    "What is no frame is told by what is wrong with it",
    arguments: [
      ("x open 0\n", RELPError.unexpectedByte(0x78, in: .number)),
      (" open 0\n", .unexpectedByte(0x20, in: .number)),
      ("1234567890 open 0\n", .tooLong(.number)),
      ("1 op3n 0\n", .unexpectedByte(0x33, in: .command)),
      ("1  0\n", .unexpectedByte(0x20, in: .command)),
      ("1 abcdefghijabcdefghijabcdefghijabc 0\n", .tooLong(.command)),
      ("1 open x\n", .unexpectedByte(0x78, in: .length)),
      ("1 open \n", .unexpectedByte(0x0A, in: .length)),
      ("1 open 3\nabc\n", .unexpectedByte(0x0A, in: .length)),
      ("1 open 0 \n", .unexpectedByte(0x20, in: .length)),
      ("1 open 0000000000\n", .tooLong(.length)),
      ("1 open 3 abcd\n", .unexpectedByte(0x64, in: .end)),
      ("1 open 1001 ", .dataTooLong(1001, limit: 1000)),
      ("1 open 999999999 ", .dataTooLong(999_999_999, limit: 1000)),
    ])
  func malformed(text: String, error: RELPError) {
    #expect(throws: error) { try read([text]) }
    #expect(throws: error) { try read(text.map { String($0) }) }
  }

  @Test("A command has at most 32 letters; one that is not known is still a frame")
  func unknownCommand() throws {
    let word = String(repeating: "ab", count: 16)
    #expect(
      try read(["7 \(word) 1 x\n"]).frames == [RELPFrame(number: try number(7), command: .other)])
  }

  @Test("After an error nothing is read any more")
  func staysFailed() {
    var parser = FrameParser()
    for text in ["x", "1 close 0\n"] {
      let bytes = Array(text.utf8)
      var position = 0
      #expect(throws: RELPError.unexpectedByte(0x78, in: .number)) {
        _ = try parser.next(in: bytes.span, from: &position)
      }
    }
  }

  @Test("Numbers go up to 999999999 and on with 1")
  func numbers() throws {
    let largest = try number(999_999_999)
    #expect(largest.next == .first)
    #expect(TransactionNumber(1_000_000_000) == nil)
    #expect(TransactionNumber.first.advanced(by: 5) == (try number(6)))
    #expect(largest.advanced(by: 3) == (try number(3)))
    #expect((try number(3)).distance(from: largest) == 3)
    #expect(largest.distance(from: largest) == 0)
    #expect((try number(2)).distance(from: try number(3)) == 999_999_998)
  }

  @Test("What is written is what librelp writes")
  func written() throws {
    var writer = ByteWriter()
    writer.append(.syslog, number: try number(12), text: "<13>hello")
    writer.append(.close, number: try number(13))
    var bytes: [UInt8] = []
    bytes.append(writer.span)
    #expect(String(decoding: bytes, as: UTF8.self) == "12 syslog 9 <13>hello\n13 close 0\n")
  }
}
