import HealthChecks
import Kernel
import Testing

@Suite struct CheckDialogueTests {
  private func dialogue(_ kind: CheckSettings.Dialogue, rule: String? = nil) -> CheckDialogue {
    var settings = CheckSettings()
    settings.dialogue = kind
    settings.connectRule = rule
    return CheckDialogue(settings)
  }

  private static let sasl: [UInt8] =
    [82, 0, 0, 0, 23, 0, 0, 0, 10] + Array("SCRAM-SHA-256\0\0".utf8)

  @Test("A connection is all that a plain check wants")
  func plain() {
    var check = dialogue(.connect)
    #expect(check.connected() == .finish(.layer4Passed, "", sqlState: nil, .reset))
    #expect(check.timedOut() == .wait)
    #expect(check.failed(.connectionReset) == .wait)
  }

  @Test("A refused connection is told in HAProxy's words")
  func refused() {
    var check = dialogue(.connect)
    #expect(
      check.failed(.connectionRefused)
        == .finish(.layer4Failed, "Connection refused", sqlState: nil, .plain))
    check = dialogue(.tcpCheck)
    #expect(
      check.failed(.connectionRefused)
        == .finish(
          .layer4Failed, "Connection refused at initial connection step of tcp-check",
          sqlState: nil, .plain))
    check = dialogue(.tcpCheck, rule: "connect port 22002")
    #expect(
      check.failed(.connectionRefused)
        == .finish(
          .layer4Failed, "Connection refused at step 1 of tcp-check (connect port 22002)",
          sqlState: nil, .plain))
    check = dialogue(.connect)
    #expect(
      check.failed(.networkUnreachable)
        == .finish(
          .layer4Failed, "General socket error (Network is unreachable)", sqlState: nil, .plain))
  }

  @Test("A connection that takes too long is a layer 4 timeout")
  func slowConnection() {
    var check = dialogue(.postgres(user: "u"))
    #expect(check.timedOut() == .finish(.layer4Timeout, "", sqlState: nil, .plain))
  }

  @Test("Any request for authentication is a pass")
  func authentication() {
    var check = dialogue(.postgres(user: "hc"))
    #expect(
      check.connected() == .send([0, 0, 0, 17, 0, 3, 0, 0] + Array("user\0hc\0\0".utf8)))
    #expect(check.received(Array(Self.sasl[..<3]).span) == .wait)
    #expect(
      check.received(Array(Self.sasl[3...]).span)
        == .finish(.layer7Passed, "PostgreSQL server is ok", sqlState: nil, .plain))
    check = dialogue(.postgres(user: "hc"))
    _ = check.connected()
    let trusted: [UInt8] = [82, 0, 0, 0, 8, 0, 0, 0, 0]
    #expect(
      check.received(trusted.span)
        == .finish(
          .layer7Passed, "PostgreSQL server is ok", sqlState: nil, .drain([88, 0, 0, 0, 4])))
  }

  @Test("A server's refusal is the information")
  func refusal() {
    var check = dialogue(.postgres(user: "hc"))
    _ = check.connected()
    let text = Array("SFATAL\0C57P03\0Mthe database system is starting up\0\0".utf8)
    let bytes = [69, 0, 0, 0, UInt8(text.count + 4)] + text
    #expect(
      check.received(bytes.span)
        == .finish(
          .layer7Invalid, "the database system is starting up", sqlState: "57P03", .plain))
  }

  @Test("What is not PostgreSQL is said to be what it is")
  func garbage() {
    var check = dialogue(.postgres(user: "hc"))
    _ = check.connected()
    #expect(
      check.received(Array("HTTP/1.0 400".utf8).span)
        == .finish(
          .layer7Wrong, "PostgreSQL unknown error: a message that begins with 'H'", sqlState: nil,
          .plain))
    check = dialogue(.postgres(user: "hc"))
    _ = check.connected()
    #expect(
      check.ended()
        == .finish(
          .layer7Invalid, "the connection was closed without an answer", sqlState: nil, .plain))
    check = dialogue(.postgres(user: "hc"))
    _ = check.connected()
    #expect(check.timedOut() == .finish(.layer7Timeout, "", sqlState: nil, .plain))
    check = dialogue(.postgres(user: "hc"))
    _ = check.connected()
    #expect(
      check.failed(.connectionReset)
        == .finish(.socketError, "Connection reset by peer", sqlState: nil, .plain))
  }

  @Test("Once ended, nothing more comes of any event")
  func ended() {
    for kind in [CheckSettings.Dialogue.connect, .tcpCheck, .postgres(user: "x")] {
      var check = dialogue(kind)
      _ = check.timedOut()
      #expect(check.connected() == .wait)
      #expect(check.received(Self.sasl.span) == .wait)
      #expect(check.ended() == .wait)
      #expect(check.timedOut() == .wait)
      #expect(check.failed(.brokenPipe) == .wait)
      #expect(check.failedToOpen(.noMemory) == .wait)
    }
  }

  @Test("Every status has its code and words once")
  func table() {
    #expect(CheckStatus.table.map(\.status) == CheckStatus.allCases)
    #expect(Set(CheckStatus.table.map(\.code)).count == CheckStatus.allCases.count)
    #expect(CheckStatus.layer4Failed.description.words == "Layer4 connection problem")
  }
}
