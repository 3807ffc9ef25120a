import Foundation

/// A folder of its own under `/tmp`, which everyone may pass through, and which goes with this object.
final class TemporaryDirectory: Sendable {
  let path: String

  init(_ name: String = "weir") throws {
    var template = Array("/tmp/\(name).XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw HarnessError("mkdtemp: \(String(cString: strerror(errno)))")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(path, 0o711)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in here, existing or not.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: file(name), atomically: false, encoding: .utf8)
    return file(name)
  }

  /// A file's text; empty where there is none.
  func read(_ name: String) -> String { readText(file(name)) }
}

/// A file's text, mended where it is not UTF-8; empty where there is no such file.
///
/// In few and large reads: the kernel's tables in `/proc` may change between two.
func readText(_ path: String) -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return "" }
  defer { close(descriptor) }
  var all: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { break }
    all += buffer[..<count]
  }
  return String(decoding: all, as: UTF8.self)
}
