internal import Kernel
internal import LogReading
internal import Memory
import Synchronization

/// Reads inputs by several threads: regular files in parts, each by whoever is free, all else from
/// beginning to end by one.
final class LogReadingJob: Sendable {
  /// A part of an input; streams are of one part.
  private struct Part: Sendable {
    var input: Int
    var begin: Int64
  }

  /// What came of the parts so far.
  private struct Results: Sendable {
    var aggregate: LogAggregate?
    /// Lines of each part.
    var lines: [UInt64]
    /// The first error of each input.
    var errors: [Int: CommandError] = [:]
  }

  /// Bytes of a part: large enough that system calls do not count, small enough for the caches.
  static let partBytes = 512 * 1024
  /// The longest line; what is longer is cut.
  static let lineLimitBytes = 1024 * 1024

  private let inputs: [LogInput]
  private let parts: [Part]
  private let options: LogAggregate.Options
  private let next = Atomic<Int>(0)
  private let results: Locked<Results>
  private let progress: ReadingProgress

  init(_ inputs: [LogInput], options: LogAggregate.Options, progress: ReadingProgress) {
    self.inputs = inputs
    self.options = options
    self.progress = progress
    var parts: [Part] = []
    for (index, input) in inputs.enumerated() {
      if case .file(let size) = input.kind, !Self.isExport(input) {
        for begin in stride(from: 0, to: size, by: Self.partBytes) {
          parts.append(Part(input: index, begin: begin))
        }
      } else {
        parts.append(Part(input: index, begin: 0))
      }
    }
    self.parts = parts
    results = Locked(Results(aggregate: nil, lines: Array(repeating: 0, count: parts.count)))
  }

  private static func isExport(_ input: LogInput) -> Bool {
    guard let file = try? InputFile(path: input.path) else { return false }
    var buffer = ByteBuffer(capacity: 64)
    _ = try? file.read(into: &buffer)
    return JournalExportReader.isExport(buffer.bytes)
  }

  /// What came of it.
  struct Outcome {
    var aggregate: LogAggregate
    /// How many lines stand before each part.
    var parts: [(name: String, firstLine: UInt64)]
    /// What could not be read, one of each input.
    var errors: [CommandError]
  }

  /// Reads everything that can be read.
  func run(threads: Int) -> Outcome {
    var others: [Locked<Thread?>] = []
    for _ in 1..<max(1, min(threads, parts.count)) {
      if let thread = try? Thread(name: "weir-logs", body: { self.work() }) {
        others.append(Locked(thread))
      }
    }
    work()
    for other in others {
      let thread = other.withLock { $0.take() }
      if let thread { thread.join() }
    }
    let (aggregate, lines, errors) = results.withLock { ($0.aggregate, $0.lines, $0.errors) }
    var firsts: [(name: String, firstLine: UInt64)] = []
    var sum: UInt64 = 0
    for index in parts.indices {
      if index > 0, parts[index].input != parts[index - 1].input { sum = 0 }
      firsts.append((inputs[parts[index].input].name, sum))
      sum += lines[index]
    }
    return Outcome(
      aggregate: aggregate ?? LogAggregate(options: options), parts: firsts,
      errors: errors.sorted { $0.key < $1.key }.map(\.value))
  }

  /// What each thread does: takes parts until none is left, then adds what it has to the others'.
  private func work() {
    var aggregate = LogAggregate(options: options)
    var reader = PartReader(inputs: inputs, progress: progress)
    var counts: [(Int, UInt64)] = []
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < parts.count else { break }
      let before = aggregate.lines
      do throws(CommandError) {
        try reader.read(
          input: parts[index].input, begin: parts[index].begin, part: index, into: &aggregate)
      } catch {
        // The others are read all the same, so that a damaged file hides nothing of them.
        let input = parts[index].input
        results.withLock { results in
          if results.errors[input] == nil { results.errors[input] = error }
        }
      }
      counts.append((index, aggregate.lines - before))
    }
    aggregate.settle()
    results.withLock { results in
      for (index, count) in counts { results.lines[index] = count }
      if results.aggregate == nil {
        results.aggregate = aggregate
      } else {
        results.aggregate?.merge(aggregate)
      }
    }
  }
}
