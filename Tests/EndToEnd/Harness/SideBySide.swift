import Foundation

/// Plays the same before HAProxy and before Weir, each on the same text, and compares what came of it.
///
/// `@FRONT@`, `@SERVER@`, `@OTHER@`, `@CHECK@` and `@LOG@` in the text are ports and the log's target.
struct SideBySide: Sendable {
  var text: String
  var environment: [String: String] = [:]

  /// What a play may use.
  final class Run {
    let program: Program
    let front: UInt16
    let server: UInt16
    let other: UInt16
    let check: UInt16
    let log: SyslogReceiver
    let folder: TemporaryDirectory
    fileprivate(set) var running: Balancer?

    init(_ program: Program) throws {
      self.program = program
      front = try FreePort.next()
      server = try FreePort.next()
      other = try FreePort.next()
      check = try FreePort.next()
      log = try SyslogReceiver()
      folder = try TemporaryDirectory("weir-e2e")
    }

    /// The balancer, once it runs.
    var balancer: Balancer {
      get throws {
        guard let running else { throw HarnessError("the balancer does not run yet") }
        return running
      }
    }

    func fill(_ text: String) -> String {
      [
        ("@FRONT@", "\(front)"), ("@SERVER@", "\(server)"), ("@OTHER@", "\(other)"),
        ("@CHECK@", "\(check)"), ("@LOG@", log.target), ("@DIR@", folder.path),
      ].reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    /// A line without what differs from run to run: ports, process id, dates, durations.
    func normal(_ line: String, client: UInt16? = nil) -> String {
      var line = line
      for (port, name) in [
        (front, "FRONT"), (server, "SERVER"), (other, "OTHER"), (check, "CHECK"),
        (client ?? 0, "CLIENT"), (log.port, "LOG"),
      ] where port != 0 {
        line = line.replacing(pattern: "\\b\(port)\\b", with: name)
      }
      for (pattern, name) in [
        (folder.path, "DIR"),
        (#"\b(haproxy|weir)\["#, "PROGRAM["), (#"\[\d+\]:"#, "[PID]:"),
        (#" (haproxy|weir) \d+ "#, " PROGRAM PID "),
        (#"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"#, "ISO"),
        (#"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"#, "DATE"),
        (#"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(\.\d{3})?"#, "DATE"),
        (#"check duration: \d+ms"#, "check duration: Nms"),
      ] {
        line = line.replacing(pattern: pattern, with: name)
      }
      return line
    }
  }

  /// Plays before both and returns what each gave: HAProxy's, then Weir's.
  ///
  /// `prepare` runs before the balancer starts, `play` while it runs, `after` once it has been stopped.
  func play<Outcome>(
    prepare: (Run) throws -> Void = { _ in }, _ play: (Run) throws -> Outcome
  ) throws -> (haproxy: Outcome, weir: Outcome) {
    (try outcome(.haproxy, prepare, play), try outcome(.weir, prepare, play))
  }

  private func outcome<Outcome>(
    _ program: Program, _ prepare: (Run) throws -> Void, _ play: (Run) throws -> Outcome
  ) throws -> Outcome {
    let run = try Run(program)
    try prepare(run)
    let balancer = try Balancer(
      program, run.fill(text), ready: [.ipv4(run.front)], environment: environment,
      folder: run.folder)
    run.running = balancer
    do {
      let outcome = try play(run)
      try balancer.stop()
      return outcome
    } catch {
      throw HarnessError("\(program): \(error)\n\(run.log.lines)\n\(balancer.transcript)")
    }
  }
}

extension String {
  /// The text with every match of a regular expression replaced.
  func replacing(pattern: String, with replacement: String) -> String {
    replacingOccurrences(of: pattern, with: replacement, options: .regularExpression)
  }
}
