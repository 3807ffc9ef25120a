internal import LogRecords

extension FuzzTarget {
  /// Log formats: any text compiles or is refused, and a line has no control byte but those that
  /// the format itself writes out.
  static let format = FuzzTarget("format", otherFolders: ["Tests/Corpora/format-haproxy"]) {
    bytes in
    guard let line = FormatFuzz.run(bytes) else { return }
    var own = [Bool](repeating: false, count: 256)
    for byte in bytes { own[Int(byte)] = true }
    for byte in line { precondition(byte >= 32 || own[Int(byte)], "a control byte in a line") }
  }
}
