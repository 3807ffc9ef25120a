import Memory
import Testing

@testable import RELP

extension ByteWriter {
  /// What was written since the last call.
  mutating func takeText() -> String {
    var bytes: [UInt8] = []
    bytes.append(span)
    removeAll()
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A client and what it wrote.
private struct Client: ~Copyable {
  var machine: RELPClient
  var output = ByteWriter()

  init(window: Int = 4, firstNumber: TransactionNumber = .first) {
    machine = RELPClient(software: "weir", window: window, firstNumber: firstNumber)
  }

  /// A client in a session, with so many messages under way; their numbers begin with 2.
  static func open(window: Int = 4, pending: Int = 0) throws -> Client {
    var client = Client(window: window)
    client.machine.open(into: &client.output)
    #expect(
      try client.take("1 rsp 36 200 OK\nrelp_version=0\ncommands=syslog\n".fixedLength) == [.opened]
    )
    for _ in 0..<pending { client.send("m") }
    _ = client.output.takeText()
    return client
  }

  mutating func send(_ text: String) { machine.send(Array(text.utf8).span, into: &output) }

  mutating func take(_ text: String) throws(RELPError) -> [RELPClient.Action] {
    var actions: [RELPClient.Action] = []
    let bytes = Array(text.utf8)
    var position = 0
    while true {
      let action = try machine.receive(bytes.span, from: &position)
      if action == .none { return actions }
      actions.append(action)
    }
  }
}

extension String {
  /// A frame whose length is made right.
  fileprivate var fixedLength: String {
    let words = split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
    return "\(words[0]) \(words[1]) \(words[3].utf8.count - 1) \(words[3])"
  }
}

@Suite("The sending side of RELP")
struct RELPClientTests {
  @Test("A session begins with offers, and no message before they are answered")
  func opening() throws {
    var client = Client()
    #expect(client.machine.state == .idle && client.machine.room == 0)
    client.machine.open(into: &client.output)
    #expect(
      client.output.takeText()
        == "1 open 49 relp_version=0\nrelp_software=weir\ncommands=syslog\n")
    #expect(client.machine.state == .opening && client.machine.room == 0)
    let answer =
      "1 rsp 93 200 OK\nrelp_version=0\nrelp_software=librelp,1.11.0,http://librelp.adiscon.com\n"
      + "commands=syslog\n"
    #expect(try client.take(answer) == [.opened])
    #expect(client.machine.state == .open && client.machine.room == 4)
  }

  @Test(
    "A server that does not let the session begin is told of by what it lacks",
    arguments: [
      ("500 required command not supported", RELPError.openRefused(code: 500)),
      ("200 OK", .versionMissing),
      ("200 OK\nrelp_version=x\ncommands=syslog", .versionMissing),
      ("200 OK\nrelp_version=0", .syslogMissing),
      ("200 OK\nrelp_version=0\ncommands=eventlog,syslogs", .syslogMissing),
      ("OK", .malformedResponse),
      ("2000", .malformedResponse),
    ])
  func refusedOpen(text: String, error: RELPError) throws {
    var client = Client()
    client.machine.open(into: &client.output)
    var thrown: RELPError?
    do { _ = try client.take("1 rsp \(text.utf8.count) \(text)\n") } catch { thrown = error }
    #expect(thrown == error)
    #expect(client.machine.state == .ended)
  }

  @Test("Offers without an end are not read")
  func manyOffers() throws {
    var client = Client()
    client.machine.open(into: &client.output)
    let text = "200 OK" + String(repeating: "\na=b", count: 100)
    #expect(throws: RELPError.malformedOffers) {
      _ = try client.take("1 rsp \(text.utf8.count) \(text)\n")
    }
  }

  @Test("A server that speaks more than syslog, and version 1, is welcome")
  func otherOffers() throws {
    var client = Client()
    client.machine.open(into: &client.output)
    let text = "200 OK\nfoo\nrelp_version=1\ncommands=eventlog,syslog,x"
    #expect(try client.take("1 rsp \(text.utf8.count) \(text)\n") == [.opened])
  }

  @Test("Messages leave in order, up to the window")
  func window() throws {
    var client = try Client.open(window: 3)
    for text in ["a", "", "c\nd"] { client.send(text) }
    #expect(client.output.takeText() == "2 syslog 1 a\n3 syslog 0\n4 syslog 3 c\nd\n")
    #expect(client.machine.room == 0 && client.machine.pending == 3)
    #expect(try client.take("2 rsp 6 200 OK\n") == [.settled(1, refused: 0)])
    #expect(client.machine.room == 1)
    client.send("e")
    #expect(client.output.takeText() == "5 syslog 1 e\n")
    #expect(
      try client.take("3 rsp 6 200 OK\n4 rsp 6 200 OK\n5 rsp 3 200\n")
        == [.settled(1, refused: 0), .settled(1, refused: 0), .settled(1, refused: 0)])
    #expect(client.machine.pending == 0 && client.machine.room == 3)
  }

  @Test("A message is settled with all before it, in whatever order answers come")
  func outOfOrder() throws {
    var client = try Client.open(pending: 4)
    #expect(try client.take("4 rsp 6 200 OK\n3 rsp 10 500 no way\n") == [])
    #expect(client.machine.pending == 4 && client.machine.room == 0)
    #expect(try client.take("2 rsp 6 200 OK\n") == [.settled(3, refused: 1)])
    #expect(client.machine.pending == 1)
  }

  @Test(
    "An answer that answers nothing ends the session",
    arguments: ["1", "6", "0", "999999999"])
  func strayAnswer(number: String) throws {
    var client = try Client.open(pending: 4)
    let value = try #require(UInt32(number))
    #expect(throws: RELPError.unexpectedFrame(.response, number: value)) {
      _ = try client.take("\(number) rsp 6 200 OK\n")
    }
    #expect(client.machine.state == .ended && client.machine.room == 0)
    #expect(client.machine.pending == 4)
  }

  @Test("A message is answered once")
  func answeredTwice() throws {
    var client = try Client.open(pending: 3)
    #expect(throws: RELPError.unexpectedFrame(.response, number: 3)) {
      _ = try client.take("3 rsp 6 200 OK\n3 rsp 6 200 OK\n")
    }
  }

  @Test("Numbers go on with 1 behind the largest, and answers find their messages")
  func wrapping() throws {
    let start = try #require(TransactionNumber(999_999_997))
    var client = Client(window: 4, firstNumber: start)
    client.machine.open(into: &client.output)
    let text = "200 OK\nrelp_version=0\ncommands=syslog"
    #expect(try client.take("999999997 rsp \(text.utf8.count) \(text)\n") == [.opened])
    _ = client.output.takeText()
    for text in ["a", "b", "c", "d"] { client.send(text) }
    #expect(
      client.output.takeText()
        == "999999998 syslog 1 a\n999999999 syslog 1 b\n1 syslog 1 c\n2 syslog 1 d\n")
    #expect(
      try client.take("999999998 rsp 6 200 OK\n999999999 rsp 6 200 OK\n1 rsp 6 200 OK\n").count
        == 3)
    #expect(client.machine.pending == 1)
    client.machine.close(into: &client.output)
    #expect(client.output.takeText() == "3 close 0\n")
    #expect(try client.take("2 rsp 6 200 OK\n3 rsp 0\n") == [.settled(1, refused: 0), .ended])
  }

  @Test("The server's hint that it closes ends the session; other hints mean nothing")
  func hints() throws {
    var client = try Client.open(pending: 2)
    #expect(try client.take("0 mumble 1 x\n2 rsp 6 200 OK\n") == [.settled(1, refused: 0)])
    #expect(try client.take("0 serverclose 0\n3 rsp 6 200 OK\n") == [.ended])
    #expect(client.machine.state == .ended && client.machine.pending == 1)
  }

  @Test("After its close a client sends nothing, and still takes answers")
  func closing() throws {
    var client = try Client.open(pending: 2)
    client.machine.close(into: &client.output)
    #expect(client.output.takeText() == "4 close 0\n")
    #expect(client.machine.state == .closing && client.machine.room == 0)
    #expect(try client.take("2 rsp 6 200 OK\n") == [.settled(1, refused: 0)])
    #expect(try client.take("3 rsp 6 200 OK\n") == [.settled(1, refused: 0)])
    #expect(try client.take("4 rsp 6 200 OK\n0 serverclose 0\n") == [.ended])
    #expect(client.machine.state == .ended)
  }

  @Test("A close before the session stands says nothing")
  func closeBeforeOpen() {
    var client = Client()
    client.machine.open(into: &client.output)
    _ = client.output.takeText()
    client.machine.close(into: &client.output)
    #expect(client.output.takeText() == "" && client.machine.state == .ended)
  }

  @Test(
    "A server sends no commands",
    arguments: [
      ("open", RELPCommand.open), ("syslog", .syslog), ("close", .close), ("foo", .other),
    ])
  func commands(word: String, command: RELPCommand) throws {
    var client = try Client.open(pending: 1)
    #expect(throws: RELPError.unexpectedFrame(command, number: 2)) {
      _ = try client.take("2 \(word) 0\n")
    }
  }

  @Test("An answer to the offers has their number, and comes once")
  func openAnswers() throws {
    var client = Client()
    client.machine.open(into: &client.output)
    #expect(throws: RELPError.unexpectedFrame(.response, number: 2)) {
      _ = try client.take("2 rsp 6 200 OK\n")
    }
    var second = try Client.open()
    #expect(throws: RELPError.unexpectedFrame(.response, number: 1)) {
      _ = try second.take("1 rsp 6 200 OK\n")
    }
  }

  @Test("A response longer than a session needs is not taken")
  func longResponse() throws {
    var client = try Client.open(pending: 1)
    #expect(throws: RELPError.dataTooLong(100_000, limit: RELPClient.responseLimit)) {
      _ = try client.take("2 rsp 100000 200")
    }
  }
}
