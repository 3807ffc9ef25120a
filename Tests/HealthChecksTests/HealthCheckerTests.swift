import Foundation
import Glibc
import HealthChecks
import Kernel
import Reactor
import Testing

/// Runs a checker until as many reports have come as are wanted.
private func reports(
  _ targets: [HealthChecker.Target], count: Int, intervalMilliseconds: Int = 5,
  after: (CheckOutcome) -> Void = { _ in }
) throws -> [HealthChecker.Report] {
  var loop = try EventLoop()
  var checker = HealthChecker(
    targets, kind: 7,
    schedule: CheckSchedule(spreadPercent: 0, spreadLimitMilliseconds: 1, seed: 1))
  var found: [HealthChecker.Report] = []
  checker.start(in: &loop)
  for _ in 0..<10_000 where found.count < count {
    var new: [HealthChecker.Report] = []
    for index in 0..<loop.wait(atMost: 100) {
      let (token, readiness) = loop.event(index)
      if let report = checker.handle(event: token, readiness, in: &loop) { new.append(report) }
    }
    while let token = loop.expiredTimer() {
      if let report = checker.handle(timer: token, in: &loop) { new.append(report) }
    }
    for report in new {
      found.append(report)
      after(report.outcome)
      checker.schedule(report.check, afterMilliseconds: intervalMilliseconds, in: &loop)
    }
  }
  // Connections that run dry do so before the test looks at the server.
  for _ in 0..<5 {
    for index in 0..<loop.wait(atMost: 20) {
      let (token, readiness) = loop.event(index)
      _ = checker.handle(event: token, readiness, in: &loop)
    }
  }
  return found
}

private func target(_ port: UInt16, _ change: (inout CheckSettings) -> Void = { _ in })
  -> HealthChecker.Target
{
  var settings = CheckSettings()
  settings.intervalMilliseconds = 300
  change(&settings)
  return HealthChecker.Target(
    settings: settings, address: .internet(.ipv4(0x7F00_0001, port: port)))
}

/// A socket that listens on loopback.
private func listener() throws -> Descriptor {
  let address = SocketAddress.internet(.ipv4(0x7F00_0001, port: 0))
  let descriptor = try Descriptor.socket(for: address)
  try descriptor.bind(to: address)
  try descriptor.listen(backlog: 50)
  return descriptor
}

/// A port of loopback where nothing listens.
private func freePort() throws -> UInt16 {
  let descriptor = try listener()
  return descriptor.localEndpoint().port
}

/// What the next peer of a listener has sent until it closed, and the error that ended it.
private func received(_ listener: borrowing Descriptor) throws -> (text: String, errno: Int32) {
  var peer = Endpoint.none
  let accepted = try listener.accept(peer: &peer)
  var bytes = [UInt8](repeating: 0, count: 1000)
  var text = ""
  for _ in 0..<100 {
    let count = recv(accepted.number, &bytes, bytes.count, 0x40)
    if count > 0 {
      text += String(decoding: bytes[..<count], as: UTF8.self)
    } else if count == 0 {
      return (text, 0)
    } else if errno != EAGAIN {
      return (text, errno)
    } else {
      var poll = pollfd(fd: accepted.number, events: Int16(POLLIN), revents: 0)
      _ = Glibc.poll(&poll, 1, 100)
    }
  }
  return (text, EAGAIN)
}

@Suite struct HealthCheckerTests {
  @Test("A port that listens passes, and the program behind it sees nothing")
  func plain() throws {
    let descriptor = try listener()
    let port = descriptor.localEndpoint().port
    let found = try reports([target(port)], count: 2)
    #expect(found.map(\.outcome.status) == [.layer4Passed, .layer4Passed])
    // The handshake is broken off before its last step, so there is nothing to accept.
    var peer = Endpoint.none
    #expect(throws: Errno.again) { _ = try descriptor.accept(peer: &peer) }
  }

  @Test("A port that is closed is refused")
  func refused() throws {
    let port = try freePort()
    let found = try reports([target(port)], count: 1)
    #expect(found[0].outcome.status == .layer4Failed)
    #expect(found[0].outcome.information == "Connection refused")
    #expect(found[0].outcome.errno == .connectionRefused)
  }

  @Test("A server that accepts and is silent times out at layer 7")
  func silent() throws {
    let descriptor = try listener()
    let port = descriptor.localEndpoint().port
    let silent = target(port) {
      $0.dialogue = .postgres(user: "u")
      $0.checkTimeoutMilliseconds = 40
      $0.connectTimeoutMilliseconds = 1000
    }
    let found = try reports([silent], count: 1)
    #expect(found[0].outcome.status == .layer7Timeout)
    #expect((40...250).contains(found[0].outcome.durationMilliseconds ?? 0))
    let seen = try received(descriptor)
    #expect(seen.errno == 0)
  }

  @Test("A connection that is not answered times out at layer 4")
  func blackHole() throws {
    // 192.0.2.0/24 is for documentation (RFC 5737); where the net says so at once, that is told.
    let target = HealthChecker.Target(
      settings: target(1) { $0.intervalMilliseconds = 50 }.settings,
      address: .internet(.ipv4(0xC000_0201, port: 9)))
    let status = try reports([target], count: 1)[0].outcome.status
    #expect([.layer4Timeout, .layer4Failed].contains(status))
  }

  @Test("A PROXY header goes before anything else", arguments: [1, 2])
  func proxyHeader(version: Int) throws {
    let descriptor = try listener()
    let port = descriptor.localEndpoint().port
    let proxied = target(port) {
      $0.proxyProtocol = version
      $0.dialogue = .postgres(user: "u")
      $0.intervalMilliseconds = 30
    }
    _ = try reports([proxied], count: 1)
    let seen = try received(descriptor)
    if version == 1 {
      #expect(seen.text.hasPrefix("PROXY TCP4 127.0.0.1 127.0.0.1 "))
      #expect(seen.text.contains(" \(port)\r\n"))
    } else {
      #expect(seen.text.hasPrefix("\r\n\r\n\0\r\nQUIT\n \0\0\0"))
    }
    #expect(seen.text.hasSuffix("\0\u{3}\0\0user\0u\0\0"))
  }

  @Test("Checks come from the source address, and a foreign one is refused")
  func source() throws {
    let descriptor = try listener()
    let port = descriptor.localEndpoint().port
    let local = target(port) {
      $0.source = SourceSettings(address: .internet(.ipv4(0x7F00_0009, port: 0)))
      $0.dialogue = .postgres(user: "u")
      $0.intervalMilliseconds = 30
    }
    let foreign = target(port) {
      $0.source = SourceSettings(address: .internet(.ipv4(0xC000_0263, port: 0)))
    }
    #expect(try reports([local], count: 1)[0].outcome.status == .layer7Timeout)
    let refused = try reports([foreign], count: 1)[0].outcome
    #expect(refused.information.hasPrefix("Can't bind to source address ("))
    var peer = Endpoint.none
    _ = try descriptor.accept(peer: &peer)
    #expect(peer.low == 0x7F00_0009)
  }

  @Test("Checks go to the check's own address and port")
  func address() throws {
    let descriptor = try listener()
    let port = descriptor.localEndpoint().port
    let other = try listener()
    let otherPort = other.localEndpoint().port
    let moved = target(port) {
      $0.port = otherPort
      $0.dialogue = .postgres(user: "u")
      $0.intervalMilliseconds = 30
    }
    _ = try reports([moved], count: 1)
    var peer = Endpoint.none
    _ = try other.accept(peer: &peer)
  }

  @Test("A check that is stopped reports nothing more")
  func stopped() throws {
    let descriptor = try listener()
    let port = descriptor.localEndpoint().port
    var loop = try EventLoop()
    var checker = HealthChecker(
      [target(port)], kind: 3,
      schedule: CheckSchedule(spreadPercent: 0, spreadLimitMilliseconds: nil, seed: 1))
    checker.start(in: &loop)
    checker.stop(0, in: &loop)
    #expect(loop.wait(atMost: 20) == 0)
    #expect(loop.expiredTimer() == nil)
    let isRunning = checker.isRunning(0)
    #expect(!isRunning)
  }
}

@Suite(.serialized, .enabled(if: PostgresServer.isAvailable)) struct PostgresCheckTests {
  @Test(
    "A real PostgreSQL passes, and its log stays quiet",
    arguments: ["scram-sha-256", "md5", "password"])
  func quiet(method: String) throws {
    let server = try PostgresServer(port: try freePort(), method: method)
    let check = target(server.port) { $0.dialogue = .postgres(user: "postgres") }
    let found = try reports([check], count: 5)
    #expect(found.allSatisfy { $0.outcome.status == .layer7Passed })
    #expect(try server.complaints() == [])
  }

  @Test("A server that trusts passes, takes the Terminate message, and its log stays quiet")
  func trust() throws {
    let server = try PostgresServer(port: try freePort(), method: "trust")
    let check = target(server.port) { $0.dialogue = .postgres(user: "postgres") }
    let found = try reports([check], count: 20)
    #expect(found.allSatisfy { $0.outcome.status == .layer7Passed })
    #expect(try server.complaints() == [])
  }

  @Test("A real PostgreSQL that refuses is quoted")
  func refusal() throws {
    let server = try PostgresServer(port: try freePort(), method: "reject")
    let check = target(server.port) { $0.dialogue = .postgres(user: "hc") }
    let outcome = try reports([check], count: 1)[0].outcome
    #expect(outcome.status == .layer7Invalid && outcome.sqlState == "28000")
    #expect(
      outcome.information.hasPrefix(
        "pg_hba.conf rejects connection for host \"127.0.0.1\", user \"hc\""))
  }
}
