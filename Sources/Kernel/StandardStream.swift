internal import CLinux

/// The streams of a process for messages to people: they wait until everything is written.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Writes a text; where the stream is closed, the text is lost.
  package func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      // SAFETY: as many bytes are read as the buffer has.
      _ = unsafe weir_file_write_all(rawValue, bytes.baseAddress, bytes.count)
    }
  }
}
