internal import Kernel
internal import LogReading
internal import Memory

/// `weir logs`: reads logs and tells what they say.
package enum LogsCommand {
  /// What the exit status says.
  package enum Status {
    /// All was read; with `--verify`, nothing is missing and nothing came twice.
    package static let good: Int32 = 0
    /// `--verify`: records are missing or came twice.
    package static let damaged: Int32 = 1
    /// The command line is wrong, or something cannot be read.
    package static let failed: Int32 = 2
    /// `--verify`: the lines bear no numbers.
    package static let unknown: Int32 = 3
  }

  /// Reads and reports; the exit status.
  package static func run(_ options: LogsOptions) -> Int32 {
    do throws(CommandError) {
      let inputs = try LogInput.all(options)
      if options.follows { return try follow(inputs, options) }
      return try read(inputs, options)
    } catch {
      complain(error)
      return Status.failed
    }
  }

  /// Says on standard error what could not be done.
  package static func complain(_ error: CommandError) {
    StandardStream.error.write("weir: \(error.words)\n")
  }

  private static func read(
    _ inputs: [LogInput], _ options: LogsOptions
  ) throws(CommandError) -> Int32 {
    let sizes = inputs.map(\.sizeBytes)
    let total = sizes.contains(nil) ? nil : sizes.compactMap { $0 }.reduce(0, +)
    let progress = ReadingProgress(totalBytes: total, isShown: StandardStream.error.isTerminal)
    let job = LogReadingJob(inputs, options: options.aggregate, progress: progress)
    let threads = options.threads ?? Thread.processorCount
    let outcome = job.run(threads: threads)
    progress.end()
    // Nothing at all was read: there is nothing to report but why.
    if outcome.aggregate.lines == 0, let error = outcome.errors.first { throw error }
    let report = LogReport(
      outcome.aggregate,
      source: .init(
        names: inputs.map(\.name), elapsedMicroseconds: progress.elapsedMicroseconds,
        parts: outcome.parts),
      top: options.top, verifies: options.verifies)
    try write(report, options)
    for error in outcome.errors { complain(error) }
    guard outcome.errors.isEmpty else {
      complain(CommandError("the report is of what could be read"))
      return Status.failed
    }
    guard options.verifies else { return Status.good }
    switch report.completeness {
    case .whole: return Status.good
    case .damaged: return Status.damaged
    case .unknown: return Status.unknown
    }
  }

  private static func write(
    _ report: LogReport, _ options: LogsOptions
  ) throws(CommandError) {
    let text = options.json ? report.json : report.text(Terminal.style(options.colour))
    do throws(Errno) { try StandardStream.output.writeAll(text) } catch {
      // Who closes a pipe early has seen enough.
      if error == .brokenPipe { return }
      throw CommandError("cannot write the report: \(error.words) (\(error.name))")
    }
  }

  /// How often the report is shown anew, in milliseconds.
  private static let pauseMilliseconds: Int32 = 1000

  /// Goes on as lines come, until it is interrupted.
  private static func follow(
    _ inputs: [LogInput], _ options: LogsOptions
  ) throws(CommandError) -> Int32 {
    guard inputs.count == 1 else { throw CommandError("--follow takes one file, or --journal") }
    let input = inputs[0]
    let words: [String]
    switch input.kind {
    case .program(let program): words = program
    case .file, .stream: words = ["tail", "-q", "-n", "+1", "-F", input.path]
    case .standardInput, .compressed:
      throw CommandError("--follow takes a file that grows, or --journal")
    }
    let program = try PartReader.start(words, input)
    var buffer = ByteBuffer(capacity: LogReadingJob.partBytes + LogReadingJob.lineLimitBytes)
    var export: JournalExportReader?
    if options.journal { export = JournalExportReader() }
    var aggregate = LogAggregate(options: options.aggregate)
    let began = Clock.monotonicMicroseconds()
    var shown: Int64 = 0
    var hasNews = false
    var line: UInt64 = 0
    while true {
      if program.output.wait(milliseconds: pauseMilliseconds) {
        let count: Int
        do throws(Errno) { count = try program.output.read(into: &buffer) } catch {
          throw CommandError("cannot read \(input.name): \(error.words) (\(error.name))")
        }
        line = PartReader.take(&buffer, &export, 0, line, count == 0, &aggregate)
        hasNews = true
        if count == 0 { break }
      }
      let now = Clock.monotonicMicroseconds()
      guard hasNews, now - shown >= Int64(pauseMilliseconds) * 1000 else { continue }
      try show(aggregate, input, now - began, options)
      (shown, hasNews) = (now, false)
    }
    try show(aggregate, input, Clock.monotonicMicroseconds() - began, options)
    return program.wait() == 0 ? Status.good : Status.failed
  }

  private static func show(
    _ aggregate: LogAggregate, _ input: LogInput, _ elapsed: Int64, _ options: LogsOptions
  ) throws(CommandError) {
    var aggregate = aggregate
    aggregate.settle()
    let report = LogReport(
      aggregate,
      source: .init(
        names: [input.name], elapsedMicroseconds: UInt64(clamping: elapsed),
        parts: [(input.name, UInt64(0))]), top: options.top, verifies: options.verifies)
    if !options.json, StandardStream.output.isTerminal {
      StandardStream.output.write("\u{1B}[H\u{1B}[2J")
    }
    try write(report, options)
  }
}
