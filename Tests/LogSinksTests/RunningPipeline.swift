import Kernel
import LogRecords
import Testing

@testable import LogSinks

/// A pipeline of one frontend `f` and one backend `b` on a thread of its own.
final class RunningPipeline {
  let pipeline: LogPipeline
  private var thread: Thread?

  init(
    frontend: [LoggerSettings] = [], backend: [LoggerSettings] = [],
    process: [LoggerSettings] = [], workers: Int = 1, ringCapacity: Int = 4096,
    adjust: (inout LogPipeline.Settings) -> Void = { _ in }
  ) throws {
    Process.ignoreBrokenPipes()
    var names = LogNames()
    names.frontends = [.init(name: "f", identifier: 2)]
    names.listeners = [.init(name: nil, identifier: 1, frontend: 0)]
    names.backends = [.init(name: "b", identifier: 3)]
    names.servers = [.init(name: "s", identifier: 1, backend: 0)]
    var settings = LogPipeline.Settings(names: names)
    var logs = ProxyLogSettings()
    logs.format = FormatProgram.tcplog
    logs.loggers = frontend
    settings.frontends = [logs]
    logs.loggers = backend
    settings.backends = [logs]
    settings.process.loggers = process
    settings.workers = workers
    settings.ringCapacity = ringCapacity
    settings.processIdentifier = 7
    adjust(&settings)
    pipeline = try LogPipeline(settings)
  }

  func start() throws {
    let pipeline = pipeline
    thread = try Thread(name: "log") { pipeline.run() }
    #expect(pipeline.waitUntilRunning() == nil)
  }

  /// Stops, waits for the end, and gives the last ledgers.
  func stop() -> [SinkLedger] {
    pipeline.stop()
    thread.take()?.join()
    return pipeline.ledger()
  }

  /// Whether the ledgers come to fulfil a condition within ten seconds.
  func waits(until condition: ([SinkLedger]) -> Bool) -> Bool {
    let end = Clock.monotonicMicroseconds() + 10_000_000
    while Clock.monotonicMicroseconds() < end {
      if condition(pipeline.ledger()) { return true }
    }
    return false
  }
}

/// The record of a connection that its client's port tells from others.
func record(_ port: Int, severity: Severity = .information) -> ConnectionRecord {
  var record = ConnectionRecord()
  record.client = .ipv4(0x7F00_0001, port: UInt16(truncatingIfNeeded: port))
  record.connection = UInt64(port)
  record.severity = severity
  record.backend = 0
  record.server = 0
  record.acceptedNanoseconds = Clock.realtimeNanoseconds()
  record.emittedNanoseconds = record.acceptedNanoseconds
  return record
}

func logger(
  _ target: LoggerSettings.Target, _ format: HeaderFormat = .raw, level: Severity = .debug
) -> LoggerSettings {
  var settings = LoggerSettings(target: target, facility: .local0)
  settings.format = format
  settings.level = level
  return settings
}

func udp(_ receiver: DatagramReceiver) -> LoggerSettings.Target {
  .udp(.internet(.ipv4(0x7F00_0001, port: receiver.port)))
}

/// The client's port that a raw tcplog line begins with.
func port(of line: String) -> Int? {
  line.split(separator: " ").first?.split(separator: ":").last.flatMap { Int($0) }
}
