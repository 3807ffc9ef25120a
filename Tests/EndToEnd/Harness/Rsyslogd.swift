import Foundation

/// A real rsyslogd with a configuration and process of its own: UDP in, files out.
final class Rsyslogd {
  let port: UInt16
  let folder: TemporaryDirectory
  private let process: ChildProcess

  /// Starts it with these rules behind the UDP input; `@DIR@` in them is its folder.
  init(rules: String) throws {
    port = try FreePort.next(SOCK_DGRAM)
    folder = try TemporaryDirectory("weir-rsyslog")
    let text = """
      global(workDirectory="\(folder.path)")
      module(load="imudp")
      input(type="imudp" address="127.0.0.1" port="\(port)")
      \(rules.replacingOccurrences(of: "@DIR@", with: folder.path))
      """
    let path = try folder.write(text, to: "rsyslog.conf")
    process = try ChildProcess(
      Tool.path("rsyslogd"), ["-n", "-f", path, "-i", folder.file("rsyslogd.pid")], in: folder)
    let ending = ":" + String(format: "%04X", port)
    try waitUntil("rsyslogd listens\n\(process.transcript)") {
      readText("/proc/net/udp").split(separator: "\n").contains {
        $0.split(separator: " ").dropFirst().first?.hasSuffix(ending) ?? false
      }
    }
  }

  deinit { _ = try? process.stop() }

  /// Waits until a file in its folder has so many lines, and returns these.
  func lines(of name: String, count: Int) throws -> [String] {
    try waitFor("\(count) lines in \(name): \(folder.read(name))\n\(process.transcript)") {
      let lines = folder.read(name).split(separator: "\n").map(String.init)
      return lines.count >= count ? lines : nil
    }
  }
}
