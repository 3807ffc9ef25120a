internal import CLinux
package import Memory

/// Something to read bytes from until they end: a file, a FIFO, an inherited pipe.
package struct InputFile: ~Copyable, Sendable {
  private let descriptor: Descriptor
  /// Its size in bytes; nil where it is no regular file.
  package let sizeBytes: Int64?

  fileprivate init(_ descriptor: consuming Descriptor) {
    let size = weir_input_size(descriptor.number)
    sizeBytes = size >= 0 ? size : nil
    self.descriptor = descriptor
  }

  /// Opens a file (open(2)); waits for who writes to a FIFO.
  package init(path: String) throws(Errno) {
    self.init(Descriptor(owning: try check(unsafe weir_input_open(path))))
  }

  /// A view of the process's standard input (fcntl(2), F_DUPFD_CLOEXEC).
  package static func standardInput() throws(Errno) -> InputFile {
    InputFile(Descriptor(owning: try check(weir_input_duplicate(0))))
  }

  /// How far it was read, in bytes, by whoever shares it (lseek(2)); nil where nobody knows.
  package var positionBytes: Int64? {
    let place = weir_input_position(descriptor.number)
    return place >= 0 ? place : nil
  }

  /// Reads behind the bytes of a buffer that has room, and waits for them (read(2)); how many.
  /// 0 at the end.
  package func read(into buffer: inout ByteBuffer) throws(Errno) -> Int {
    // SAFETY: the buffer has `room` bytes behind `end`.
    let bytes = unsafe (buffer.base + buffer.end).assumingMemoryBound(to: UInt8.self)
    let count = unsafe weir_file_read(descriptor.number, bytes, buffer.room)
    guard count >= 0 else { throw Errno(Int32(clamping: -count)) }
    buffer.produced(count)
    return count
  }

  /// Reads at most `count` bytes from a place of a regular file (pread(2)); how many.
  package func read(
    into buffer: inout ByteBuffer, count: Int, at place: Int64
  ) throws(Errno) -> Int {
    // SAFETY: the buffer has `room` bytes behind `end`.
    let read = unsafe weir_input_read_at(
      descriptor.number, buffer.base + buffer.end, min(count, buffer.room), place)
    guard read >= 0 else { throw Errno(Int32(clamping: -read)) }
    buffer.produced(read)
    return read
  }

  /// Waits until there is something to read or the end (poll(2)), at most so many milliseconds;
  /// whether there is.
  package func wait(milliseconds: Int32) -> Bool {
    weir_input_wait(descriptor.number, milliseconds) == 1
  }

  /// Starts a program that reads this file and whose output is read.
  package static func output(
    of words: [String], reading input: borrowing InputFile
  ) throws(Errno) -> RunningProgram { try RunningProgram(words, input: input.descriptor.number) }

  /// Starts a program without input whose output is read.
  package static func output(of words: [String]) throws(Errno) -> RunningProgram {
    try RunningProgram(words, input: -1)
  }
}

/// A program that was started for its output (posix_spawnp(3)). It is waited for when it goes.
package struct RunningProgram: ~Copyable, Sendable {
  /// What it writes to its standard output.
  package let output: InputFile
  private let pid: Int32

  fileprivate init(_ words: [String], input: Int32) throws(Errno) {
    var text: [UInt8] = []
    for word in words {
      text += word.utf8
      text.append(0)
    }
    var output: Int32 = -1
    let started = unsafe text.withUnsafeBytes { bytes in
      // SAFETY: the words end with NULs within the count; the C side copies nothing that lasts.
      let words = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      return unsafe weir_program_start(words, bytes.count, input, &output)
    }
    pid = try check(started)
    self.output = InputFile(Descriptor(owning: output))
  }

  /// Asks it to end (SIGTERM).
  package func terminate() { _ = weir_kill(pid, 15) }

  /// Waits for its end: its exit status, 128 and the signal where it was killed.
  package consuming func wait() -> Int32 { weir_program_wait(pid) }
}

extension File {
  /// When a file was written last, in µs since 1970 (stat(2)); 0 where nobody knows.
  package static func writtenMicroseconds(_ path: String) -> Int64 {
    unsafe weir_file_written(path)
  }

  /// The paths that a pattern of the shell stands for (glob(3)), in the order of their names.
  package static func paths(matching pattern: String) throws(Errno) -> [String] {
    var names: UnsafeMutablePointer<CChar>?
    var size = 0
    _ = try check(unsafe weir_paths_matching(pattern, &names, &size))
    return unsafe takeTexts(names, size)
  }
}

extension StandardStream {
  /// Whether it is a terminal (isatty(3)).
  package var isTerminal: Bool { weir_is_terminal(rawValue) == 1 }

  /// How many columns the terminal has (TIOCGWINSZ); nil where nobody knows.
  package var columns: Int? {
    let columns = Int(weir_terminal_columns(rawValue))
    return columns > 0 ? columns : nil
  }
}
