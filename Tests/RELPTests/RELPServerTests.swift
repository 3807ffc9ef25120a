import Memory
import Testing

@testable import RELP

/// A server, what it wrote and what it was told.
private struct Server: ~Copyable {
  static let offers = "1 open 49 relp_version=0\nrelp_software=test\ncommands=syslog\n"

  var machine: RELPServer
  var output = ByteWriter()
  var messages: [String] = []

  init(window: Int = 4, firstNumber: TransactionNumber = .first) {
    machine = RELPServer(
      software: "weir", window: window, messageLimit: 100, firstNumber: firstNumber)
  }

  static func open(window: Int = 4) throws -> Server {
    var server = Server(window: window)
    #expect(try server.take(offers) == [.opened])
    _ = server.output.takeText()
    return server
  }

  mutating func take(_ text: String) throws(RELPError) -> [RELPServer.Action] {
    var rest = ""
    return try take(text, rest: &rest)
  }

  /// Gives the bytes that were not taken back in `rest`.
  mutating func take(_ text: String, rest: inout String) throws(RELPError) -> [RELPServer.Action] {
    var actions: [RELPServer.Action] = []
    let bytes = Array(text.utf8)
    var position = 0
    while true {
      let action = try machine.receive(bytes.span, from: &position, into: &output)
      if action == .none { return actions }
      actions.append(action)
      if action == .full {
        rest = String(decoding: bytes[position...], as: UTF8.self)
        return actions
      }
      if action == .message {
        var message: [UInt8] = []
        message.append(machine.message)
        messages.append(String(decoding: message, as: UTF8.self))
      }
    }
  }
}

@Suite("The receiving side of RELP")
struct RELPServerTests {
  @Test("Offers are answered")
  func opening() throws {
    var server = Server()
    #expect(try server.take(Server.offers) == [.opened])
    #expect(
      server.output.takeText()
        == "1 rsp 56 200 OK\nrelp_version=0\nrelp_software=weir\ncommands=syslog\n")
    #expect(server.machine.state == .open)
  }

  @Test("The version is the client's, but not above what is spoken here")
  func version() throws {
    for (offered, answered) in [("0", "0"), ("1", "1"), ("2", "1")] {
      var server = Server()
      let offers = "relp_version=\(offered)\ncommands=syslog"
      #expect(try server.take("1 open \(offers.utf8.count) \(offers)\n") == [.opened])
      #expect(server.output.takeText().contains("relp_version=\(answered)\n"))
    }
  }

  @Test(
    "A client that cannot be served is told why, and that the connection will be closed",
    arguments: [
      ("commands=syslog", RELPError.versionMissing, "500 no common relp_version"),
      ("relp_version=0\ncommands=foo", .syslogMissing, "500 command syslog is required"),
      ("relp_version=0", .syslogMissing, "500 command syslog is required"),
    ])
  func refusedOpen(offers: String, error: RELPError, answer: String) {
    var server = Server()
    #expect(throws: error) { _ = try server.take("1 open \(offers.utf8.count) \(offers)\n") }
    #expect(
      server.output.takeText() == "1 rsp \(answer.utf8.count) \(answer)\n0 serverclose 0\n")
    #expect(server.machine.state == .ended)
  }

  @Test("Offers without an end are not read")
  func manyOffers() throws {
    var server = Server()
    let offers = String(repeating: "\n", count: 90)
    #expect(throws: RELPError.malformedOffers) {
      _ = try server.take("1 open \(offers.utf8.count) \(offers)\n")
    }
    #expect(
      server.output.takeText() == "1 rsp 25 500 offers cannot be read\n0 serverclose 0\n")
  }

  @Test("Messages are answered when the driver says so, in their order")
  func messages() throws {
    var server = try Server.open()
    #expect(
      try server.take("2 syslog 1 a\n3 syslog 3 b\nc\n4 syslog 0\n")
        == [.message, .message, .message])
    #expect(server.messages == ["a", "b\nc", ""])
    #expect(server.output.takeText() == "" && server.machine.pending == 3)
    server.machine.acknowledge(2, into: &server.output)
    #expect(server.output.takeText() == "2 rsp 6 200 OK\n3 rsp 6 200 OK\n")
    server.machine.refuse(into: &server.output)
    #expect(server.output.takeText() == "4 rsp 11 500 refused\n")
    #expect(server.machine.pending == 0)
  }

  @Test("At the window's end it takes nothing more until something is answered")
  func window() throws {
    var server = try Server.open(window: 2)
    var rest = ""
    #expect(
      try server.take("2 syslog 1 a\n3 syslog 1 b\n4 syslog 1 c\n", rest: &rest)
        == [.message, .message, .full])
    #expect(rest == "4 syslog 1 c\n")
    server.machine.acknowledge(into: &server.output)
    #expect(try server.take(rest, rest: &rest) == [.message, .full])
    #expect(server.messages == ["a", "b", "c"])
  }

  @Test("A close is answered once all messages are")
  func closing() throws {
    var server = try Server.open()
    #expect(try server.take("2 syslog 1 a\n3 close 0\n4 syslog 1 b\n") == [.message, .closing])
    #expect(server.machine.state == .closing && server.output.takeText() == "")
    server.machine.acknowledge(into: &server.output)
    #expect(server.output.takeText() == "2 rsp 6 200 OK\n3 rsp 0\n0 serverclose 0\n")
    #expect(server.machine.state == .ended)
    #expect(server.messages == ["a"])
  }

  @Test("A close with nothing owed is answered at once")
  func closingAtOnce() throws {
    var server = try Server.open()
    #expect(try server.take("2 close 0\n") == [.closing])
    #expect(server.output.takeText() == "2 rsp 0\n0 serverclose 0\n" && server.machine.isOver)
  }

  @Test("It tells that it ends once, and answers nothing after")
  func ending() throws {
    var server = try Server.open()
    _ = try server.take("2 syslog 1 a\n")
    server.machine.end(into: &server.output)
    server.machine.end(into: &server.output)
    server.machine.acknowledge(into: &server.output)
    #expect(server.output.takeText() == "0 serverclose 0\n")
    #expect(try server.take("3 syslog 1 b\n") == [])
  }

  @Test(
    "What has no place in a session ends it, with what was wrong",
    arguments: [
      ("", "2 syslog 1 a\n", RELPError.wrongNumber(2, expected: 1)),
      ("", "1 syslog 1 a\n", .unexpectedFrame(.syslog, number: 1)),
      ("", "1 close 0\n", .unexpectedFrame(.close, number: 1)),
      ("", "0 open 0\n", .unexpectedFrame(.open, number: 0)),
      (Server.offers, "3 syslog 1 a\n", .wrongNumber(3, expected: 2)),
      (Server.offers, "2 open 0\n", .unexpectedFrame(.open, number: 2)),
      (Server.offers, "2 rsp 6 200 OK\n", .unexpectedFrame(.response, number: 2)),
      (Server.offers, "2 mumble 0\n", .unexpectedFrame(.other, number: 2)),
      (Server.offers, "2 syslog 101 a", .dataTooLong(101, limit: 100)),
      (Server.offers, "2 syslog 1 ab\n", .unexpectedByte(0x62, in: .end)),
    ])
  func wrong(before: String, text: String, error: RELPError) throws {
    var server = Server()
    _ = try server.take(before)
    _ = server.output.takeText()
    #expect(throws: error) { _ = try server.take(text) }
    #expect(server.output.takeText() == "0 serverclose 0\n" && server.machine.isOver)
  }

  @Test("A hint that is not known means nothing")
  func hint() throws {
    var server = try Server.open()
    #expect(try server.take("0 mumble 1 x\n2 syslog 1 a\n") == [.message])
  }

  @Test("Numbers go on with 1 behind the largest")
  func wrapping() throws {
    let start = try #require(TransactionNumber(999_999_998))
    var server = Server(firstNumber: start)
    let offers = "relp_version=0\ncommands=syslog"
    _ = try server.take("999999998 open \(offers.utf8.count) \(offers)\n")
    _ = server.output.takeText()
    #expect(try server.take("999999999 syslog 1 a\n1 syslog 1 b\n").count == 2)
    server.machine.acknowledge(2, into: &server.output)
    #expect(server.output.takeText() == "999999999 rsp 6 200 OK\n1 rsp 6 200 OK\n")
  }

  @Test("What a client of this program says, its server takes, and the other way round")
  func both() throws {
    var server = Server(window: 8)
    var client = RELPClient(software: "weir", window: 8)
    var toServer = ByteWriter()
    client.open(into: &toServer)
    #expect(try server.take(toServer.takeText()) == [.opened])
    var settled = 0
    for round in 0..<100 {
      let answers = Array(server.output.takeText().utf8)
      var position = 0
      while true {
        let action = try client.receive(answers.span, from: &position)
        if case .settled(let count, 0) = action { settled += count }
        if action == .none { break }
      }
      for place in 0..<client.room {
        client.send(Array("\(round) \(place)".utf8).span, into: &toServer)
      }
      _ = try server.take(toServer.takeText())
      server.machine.acknowledge(server.machine.pending, into: &server.output)
    }
    #expect(server.messages.count == 100 * 8 && settled == 99 * 8)
  }
}
