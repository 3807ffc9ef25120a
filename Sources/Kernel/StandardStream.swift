internal import CLinux

/// The streams of a process for messages to people: they wait until everything is written.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Writes a text; where the stream is closed, the text is lost.
  package func write(_ text: String) {
    do throws(Errno) { try writeAll(text) } catch {}
  }

  /// Writes a text whose loss matters, such as what a program was asked for.
  package func writeAll(_ text: String) throws(Errno) {
    var text = text
    let status = text.withUTF8 { bytes in
      // SAFETY: as many bytes are read as the buffer has.
      unsafe weir_file_write_all(rawValue, bytes.baseAddress, bytes.count)
    }
    _ = try check(status)
  }
}
