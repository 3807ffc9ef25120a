package import Memory

/// Writing of frames.
extension ByteWriter {
  /// Writes a frame without data.
  package mutating func append(_ command: RELPCommand, number: TransactionNumber) {
    append(command, number: number, length: 0)
    append(UInt8(ascii: "\n"))
  }

  /// Writes a frame.
  package mutating func append(
    _ command: RELPCommand, number: TransactionNumber, data: Span<UInt8>
  ) {
    append(command, number: number, length: data.count)
    if !data.isEmpty {
      append(UInt8(ascii: " "))
      append(data)
    }
    append(UInt8(ascii: "\n"))
  }

  /// Writes a frame whose data are a text.
  mutating func append(_ command: RELPCommand, number: TransactionNumber, text: String) {
    append(command, number: number, data: text.utf8.span)
  }

  private mutating func append(_ command: RELPCommand, number: TransactionNumber, length: Int) {
    let word = command.word
    append(decimal: UInt64(number.value))
    append(UInt8(ascii: " "))
    append(word.utf8.span)
    append(UInt8(ascii: " "))
    append(decimal: UInt64(length))
  }
}
