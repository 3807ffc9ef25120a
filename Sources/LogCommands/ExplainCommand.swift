internal import Kernel
internal import LogReading
internal import Memory

/// `weir explain`: says what a termination state, or a line of a log, tells.
package enum ExplainCommand {
  /// Shows all states, or explains each argument, or each line of standard input where there is none; the exit status: 0,
  /// or 1 where something is not understood.
  package static func run(_ arguments: [String], isList: Bool, colour: Bool?) -> Int32 {
    let style = Terminal.style(colour)
    if isList {
      StandardStream.output.write(TerminationExplanation.list(style))
      return 0
    }
    if arguments.isEmpty || arguments == ["-"] { return explainInput(style) }
    // A line whose words the shell has parted is one line.
    let isParted = arguments.count > 1 && arguments.contains { $0.contains("[") }
    var status: Int32 = 0
    for (index, text) in (isParted ? [arguments.joined(separator: " ")] : arguments).enumerated() {
      if index > 0 { StandardStream.output.write("\n") }
      if !explain(text, style) { status = 1 }
    }
    return status
  }

  private static func explain(_ text: String, _ style: TextStyle) -> Bool {
    switch TerminationExplanation.explain(text, style) {
    case .words(let words):
      StandardStream.output.write(words)
      return true
    case .unknownState:
      LogsCommand.complain(
        CommandError("'\(text)' is no termination state of mode tcp. These are:"))
      StandardStream.error.write(TerminationExplanation.list(style))
    case .unknown:
      LogsCommand.complain(
        CommandError(
          "this is neither a termination state nor a line of a connection: \(text.prefix(200))"))
    }
    return false
  }

  /// Explains each line of standard input, or each entry of an export of the journal.
  private static func explainInput(_ style: TextStyle) -> Int32 {
    var buffer = ByteBuffer(capacity: LogReadingJob.lineLimitBytes)
    var status: Int32 = 0
    var isFirst = true
    do throws(Errno) {
      let input = try InputFile.standardInput()
      while true {
        let count = try input.read(into: &buffer)
        let (lines, place) = Self.lines(buffer.bytes, takesAll: count == 0 || buffer.room == 0)
        for line in lines {
          guard let text = Self.text(of: line) else { continue }
          if !isFirst { StandardStream.output.write("\n") }
          isFirst = false
          if !explain(text, style) { status = 1 }
        }
        buffer.consumed(place)
        buffer.moveToFront()
        if count == 0 { return status }
      }
    } catch {
      LogsCommand.complain(
        CommandError("cannot read standard input: \(error.words) (\(error.name))"))
      return 2
    }
  }

  /// The whole lines of these bytes, or all of them, and how many bytes those are.
  private static func lines(_ bytes: Span<UInt8>, takesAll: Bool) -> ([String], Int) {
    var lines: [String] = []
    var place = 0
    while place < bytes.count {
      let newline = bytes.firstIndex(of: 10, from: place)
      guard newline != nil || takesAll else { break }
      let end = newline ?? bytes.count
      lines.append(bytes.text(place..<end))
      place = min(end + 1, bytes.count)
    }
    return (lines, place)
  }

  /// What is to be explained of a line: nothing of an empty one, and of the lines of a journal's
  /// entry the message alone.
  private static func text(of line: String) -> String? {
    if line.hasPrefix("MESSAGE=") { return String(line.dropFirst(8)) }
    let name = line.prefix { $0 != "=" }
    let isField =
      name.count < line.count && !name.isEmpty
      && name.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
    return line.isEmpty || isField ? nil : line
  }
}
