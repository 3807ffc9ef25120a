internal import Kernel
internal import LogReading
internal import Memory

/// Reads one part after the other with a buffer of its own.
struct PartReader: ~Copyable {
  private let inputs: [LogInput]
  private let progress: ReadingProgress
  private var buffer = ByteBuffer(
    capacity: LogReadingJob.partBytes + LogReadingJob.lineLimitBytes)
  /// The file that is open, so that the parts of one file cost one open(2).
  private var file: InputFile?
  private var fileIndex = -1

  init(inputs: [LogInput], progress: ReadingProgress) {
    self.inputs = inputs
    self.progress = progress
  }

  /// Reads a part of an input into an aggregate.
  mutating func read(
    input index: Int, begin: Int64, part: Int, into aggregate: inout LogAggregate
  ) throws(CommandError) {
    let input = inputs[index]
    switch input.kind {
    case .file(let size):
      try open(index)
      try readPart(input, size, begin, part, &aggregate)
    case .stream:
      let file = try Self.opened(input)
      try readStream(file, input, part, &aggregate, watching: file)
    case .standardInput:
      let file: InputFile
      do throws(Errno) { file = try InputFile.standardInput() } catch {
        throw Self.error(input, error)
      }
      try readStream(file, input, part, &aggregate, watching: file)
    case .compressed(let words, _):
      let file = try Self.opened(input)
      let program = try Self.start(words, input, reading: file)
      try readStream(program.output, input, part, &aggregate, watching: file)
      try Self.finish(program, words, input)
    case .program(let words):
      let program = try Self.start(words, input)
      try readStream(program.output, input, part, &aggregate, watching: program.output)
      try Self.finish(program, words, input)
    }
  }

  private static func error(_ input: LogInput, _ error: Errno) -> CommandError {
    CommandError("cannot read \(input.name): \(error.words) (\(error.name))")
  }

  private static func opened(_ input: LogInput) throws(CommandError) -> InputFile {
    do throws(Errno) { return try InputFile(path: input.path) } catch {
      throw Self.error(input, error)
    }
  }

  private mutating func open(_ index: Int) throws(CommandError) {
    guard fileIndex != index else { return }
    file = try Self.opened(inputs[index])
    fileIndex = index
  }

  private static func start(
    _ words: [String], _ input: LogInput, reading file: borrowing InputFile
  ) throws(CommandError) -> RunningProgram {
    do throws(Errno) { return try InputFile.output(of: words, reading: file) } catch {
      throw missing(words, input, error)
    }
  }

  static func start(
    _ words: [String], _ input: LogInput
  ) throws(CommandError) -> RunningProgram {
    do throws(Errno) { return try InputFile.output(of: words) } catch {
      throw missing(words, input, error)
    }
  }

  private static func missing(_ words: [String], _ input: LogInput, _ error: Errno) -> CommandError
  {
    let reason =
      error == .noEntry
      ? "\(words[0]) is not installed; Debian has it in the package \(LogInput.package(of: words[0]))"
      : "\(words[0]) cannot be started: \(error.words) (\(error.name))"
    return CommandError("cannot read \(input.name): \(reason)")
  }

  private static func finish(
    _ program: consuming RunningProgram, _ words: [String], _ input: LogInput
  ) throws(CommandError) {
    let status = program.wait()
    guard status != 0 else { return }
    throw CommandError("\(words[0]) failed with status \(status) on \(input.name)")
  }

  /// Reads the lines that begin in a part of a regular file.
  private mutating func readPart(
    _ input: LogInput, _ size: Int64, _ begin: Int64, _ part: Int, _ aggregate: inout LogAggregate
  ) throws(CommandError) {
    let end = min(begin + Int64(LogReadingJob.partBytes), size)
    // The byte before tells whether a line begins right here.
    let start = max(0, begin - 1)
    buffer.removeAll()
    // Most lines that reach into the next part do so by little.
    try fill(input, start, to: min(end + 8192, size))
    let first: Int
    if begin == 0 {
      first = 0
    } else {
      guard let newline = buffer.bytes.firstIndex(of: 10), start + Int64(newline) + 1 < end else {
        progress.add(end - begin)
        return
      }
      first = newline + 1
    }
    var last = buffer.bytes.firstIndex(of: 10, from: Int(end - start) - 1)
    while last == nil, start + Int64(buffer.count) < size, buffer.room > 0 {
      let looked = buffer.count
      try fill(input, start, to: min(start + Int64(buffer.count + 65_536), size))
      guard buffer.count > looked else { break }
      last = buffer.bytes.firstIndex(of: 10, from: looked)
    }
    let bytes = buffer.bytes
    let stop = min(last.map { $0 + 1 } ?? bytes.count, bytes.count)
    if stop > first { aggregate.read(bytes.extracting(first..<stop), part: part) }
    progress.add(end - begin)
  }

  /// Reads on until the buffer reaches up to a place of the file, or the file ends.
  private mutating func fill(
    _ input: LogInput, _ start: Int64, to end: Int64
  ) throws(CommandError) {
    while start + Int64(buffer.count) < end, buffer.room > 0 {
      let place = start + Int64(buffer.count)
      do throws(Errno) {
        guard let count = try file?.read(into: &buffer, count: Int(end - place), at: place),
          count > 0
        else { return }
      } catch { throw Self.error(input, error) }
    }
  }

  /// Reads a stream to its end. `watched` is the file whose position tells how far it is.
  private mutating func readStream(
    _ stream: borrowing InputFile, _ input: LogInput, _ part: Int,
    _ aggregate: inout LogAggregate, watching watched: borrowing InputFile
  ) throws(CommandError) {
    buffer.removeAll()
    var export: JournalExportReader?
    var isFirst = true
    var line: UInt64 = 0
    var position: Int64 = 0
    while true {
      let count: Int
      do throws(Errno) { count = try stream.read(into: &buffer) } catch {
        throw Self.error(input, error)
      }
      if let now = watched.positionBytes {
        progress.add(now - position)
        position = now
      } else {
        progress.add(Int64(count))
      }
      if isFirst, buffer.count >= 32 || count == 0 {
        isFirst = false
        if JournalExportReader.isExport(buffer.bytes) {
          export = JournalExportReader(datesAreLocal: aggregate.options.datesAreLocal)
        }
      }
      if !isFirst { line = Self.take(&buffer, &export, part, line, count == 0, &aggregate) }
      if count == 0 { return }
    }
  }

  /// Takes what is whole of the buffer, and all of it at the end; the number of the next line.
  static func take(
    _ buffer: inout ByteBuffer, _ export: inout JournalExportReader?, _ part: Int, _ line: UInt64,
    _ isLast: Bool, _ aggregate: inout LogAggregate
  ) -> UInt64 {
    if export != nil {
      let taken = export?.read(buffer.bytes, isLast: isLast, into: &aggregate) ?? 0
      buffer.consumed(taken)
      buffer.moveToFront()
      if buffer.room == 0 || isLast { buffer.removeAll() }
      return line
    }
    var whole = buffer.count
    if !isLast {
      whole = buffer.bytes.lastIndex(of: 10).map { $0 + 1 } ?? 0
      // A line that fills the buffer is cut.
      if whole == 0, buffer.room == 0 { whole = buffer.count }
    }
    guard whole > 0 else {
      buffer.moveToFront()
      return line
    }
    let before = aggregate.lines
    aggregate.read(buffer.bytes.extracting(0..<whole), part: part, firstLine: line)
    buffer.consumed(whole)
    buffer.moveToFront()
    return line + aggregate.lines - before
  }
}
