import Kernel
import LogRecords
import Testing

@testable import LogSinks

/// What the log thread tells of itself: of losses, and of what limits left out.
@Suite("Notices of the log thread")
struct LogThreadNoticesTests {
  /// A pipeline of one frontend and one backend; `configure` says what they log.
  private func pipeline(
    _ configure: (inout LogPipeline.Settings) -> Void
  ) throws -> LogPipeline {
    Process.ignoreBrokenPipes()
    var names = LogNames()
    names.frontends = [.init(name: "f", identifier: 2)]
    names.listeners = [.init(name: nil, identifier: 1, frontend: 0)]
    names.backends = [.init(name: "b", identifier: 3)]
    var settings = LogPipeline.Settings(names: names)
    settings.frontends = [ProxyLogSettings()]
    settings.backends = [ProxyLogSettings()]
    settings.frontends[0].format = try FormatProgram(compiling: "%cp %OG")
    configure(&settings)
    return try LogPipeline(settings)
  }

  private func logger(
    _ target: LoggerSettings.Target, level: Severity = .debug
  ) -> LoggerSettings {
    var settings = LoggerSettings(target: target, facility: .local0)
    settings.format = .raw
    settings.level = level
    return settings
  }

  private func logger(
    _ receiver: DatagramReceiver, level: Severity = .debug
  ) -> LoggerSettings {
    logger(.udp(.internet(.ipv4(0x7F00_0001, port: receiver.port))), level: level)
  }

  private func record(_ port: UInt16, _ event: ConnectionRecord.Event) -> ConnectionRecord {
    var record = ConnectionRecord()
    record.event = event
    record.origin = event == .error ? .sessionError : .close
    record.client = .ipv4(0x7F00_0001, port: port)
    return record
  }

  /// Runs until the lines that `body` waits for are there, and gives the last ledgers.
  private func running(
    _ pipeline: LogPipeline, _ body: () throws -> Void
  ) throws -> [SinkLedger] {
    let thread = try Thread(name: "log") { pipeline.run() }
    #expect(pipeline.waitUntilRunning() == nil)
    do { try body() } catch { Issue.record(error) }
    pipeline.stop()
    thread.join()
    return pipeline.ledger()
  }

  @Test("a flapping server's lines beyond the limit become one, when the time is over")
  func flapping() throws {
    let (receiver, severe) = (DatagramReceiver(), DatagramReceiver())
    let pipeline = try pipeline {
      $0.backends[0].loggers = [logger(receiver), logger(severe, level: .alert)]
      $0.backends[0].limits = [
        .event(.serverDown): LogLimitSettings(count: 2, periodMilliseconds: 300)
      ]
    }
    let ledgers = try running(pipeline) {
      for _ in 0..<10 {
        pipeline.post(LogEvent(.serverDown, text: "down", backend: 0, nanoseconds: 1))
        pipeline.post(LogEvent(.serverUp, text: "up", backend: 0, nanoseconds: 1))
      }
      let lines = receiver.take(13)
      #expect(lines.filter { $0 == "down\n" }.count == 2)
      #expect(lines.filter { $0 == "up\n" }.count == 10)
      let last = try #require(lines.last)
      #expect(
        last.hasPrefix("Proxy b: 8 messages of kind server.down were left out in 0.")
          && last.hasSuffix(" s (log-limit).\n"), "\(last)")
    }
    // The summary is as severe as what it stands for.
    #expect(severe.take(3).last?.hasPrefix("Proxy b: 8 messages") == true)
    #expect(ledgers.map(\.accepted) == [13, 3])
    #expect(ledgers.map(\.limited) == [8, 8])
    #expect(ledgers.allSatisfy { $0.dropped == 0 && $0.isBalanced })
    #expect(ledgers[1].description.contains(" limited=8"))
  }

  @Test("a flood of failures is limited, ends are not, and what is left is told at the end")
  func flood() throws {
    let receiver = DatagramReceiver()
    let pipeline = try pipeline {
      $0.frontends[0].loggers = [logger(receiver)]
      $0.frontends[0].limits = [.error: LogLimitSettings(count: 1, periodMilliseconds: 3_600_000)]
      $0.frontends[0].errorFormat = $0.frontends[0].format
    }
    let ledgers = try running(pipeline) {
      for port in UInt16(1)...100 {
        pipeline.writer(0).write(record(port, port % 10 == 0 ? .end : .error))
      }
    }
    let lines = receiver.take(12)
    #expect(lines.first == "1 sess_error\n")
    #expect(lines.dropFirst().dropLast().map { $0 } == (1...10).map { "\($0 * 10) txn_close\n" })
    #expect(lines.last?.contains("89 messages of kind error were left out in") == true)
    #expect(ledgers.map(\.limited) == [89])
    #expect(ledgers.map(\.accepted) == [12])
  }

  @Test("a sink that dropped lines and is the only one tells of it once it is back, by reason")
  func itself() throws {
    let folder = SocketFolder()
    let path = folder.socket("log")
    let target = logger(.unixDatagram(path: path))
    let pipeline = try pipeline {
      $0.process.loggers = [target]
      $0.frontends[0].loggers = [target]
      $0.ringCapacity = 32_768
    }
    for _ in 0..<20_000 { pipeline.writer(0).write(record(1, .end)) }
    var told: String?
    let ledgers = try running(pipeline) {
      let end = Clock.monotonicMicroseconds() + 10_000_000
      while pipeline.ledger().first?.dropped == 0, Clock.monotonicMicroseconds() < end {}
      let back = DatagramReceiver(path: path)
      while told == nil, let line = back.next() {
        if line.contains(" dropped ") && !line.contains(" meanwhile") { told = line }
      }
      while back.next(milliseconds: 100) != nil {}
    }
    let dropped = ledgers[0].dropped(.queueFull)
    #expect(dropped == 20_000 - 16_384)
    #expect(
      told?.hasPrefix("Sink uxdg@\(path) dropped \(dropped) lines in ") == true
        && told?.contains("(queue_full=\(dropped)). The receiver was behind or away") == true,
      "\(told ?? "nothing")")
  }
}
