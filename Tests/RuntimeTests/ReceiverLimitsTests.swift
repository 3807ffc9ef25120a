import Glibc
import LogRecords
import LogSinks
import Testing

@testable import Runtime

@Suite("Limits of receivers on this machine")
struct ReceiverLimitsTests {
  /// A root folder with files of its own, which goes with this object.
  private final class Root {
    let path: String
    private var made: [String] = []

    init() {
      var template = Array("/tmp/weir-limits-XXXXXX".utf8CString)
      path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
      for entry in made.reversed() where unlink(entry) != 0 { rmdir(entry) }
      rmdir(path)
    }

    private func folders(of file: String) {
      var folder = path
      for part in file.split(separator: "/").dropLast() {
        folder += "/" + part
        if mkdir(folder, 0o755) == 0 { made.append(folder) }
      }
    }

    func write(_ text: String, to file: String) {
      folders(of: file)
      let handle = fopen(path + file, "w")
      fputs(text, handle)
      fclose(handle)
      made.append(path + file)
    }

    func link(_ file: String, to target: String) {
      folders(of: file)
      symlink(target, path + file)
      made.append(path + file)
    }

    func socket(_ file: String) {
      folders(of: file)
      mknod(path + file, S_IFSOCK | 0o600, 0)
      made.append(path + file)
    }
  }

  private let root = Root()
  private let journald = [LoggerSettings(target: .journald, facility: .local0)]
  private let devLog = [LoggerSettings(target: .unixDatagram(path: "/dev/log"), facility: .local0)]

  private func limits(_ loggers: [LoggerSettings]) -> [ReceiverLimits.Limit] {
    ReceiverLimits(root: root.path).limits(for: loggers)
  }

  @Test("journald's default is told where a journald is there, to who writes to it alone")
  func defaults() throws {
    #expect(limits(journald).isEmpty)
    root.socket("/run/systemd/journal/socket")
    let limit = try #require(limits(journald).first)
    #expect(limit.burst == 10_000 && limit.seconds == 30)
    #expect(limit.warning.hasPrefix("journald drops what exceeds 10000 messages in 30 s"))
    #expect(limit.remedy.contains("config/journald-weir.conf"))
    let address = LoggerSettings(target: .abstractDatagram(name: "x"), facility: .local0)
    #expect(limits([address]).isEmpty)
    #expect(limits(devLog).isEmpty)
    root.link("/dev/log", to: "/run/systemd/journal/dev-log")
    #expect(limits(devLog).map(\.receiver) == ["journald"])
  }

  @Test("A drop-in counts over the file, a later name over an earlier, and 0 lifts the limit")
  func dropIns() throws {
    root.socket("/run/systemd/journal/socket")
    root.write(
      "[Journal]\nRateLimitBurst=5\n#RateLimitIntervalSec=0\n", to: "/etc/systemd/journald.conf")
    root.write(
      "[Journal]\nRateLimitIntervalSec=1min 30s\n", to: "/usr/lib/systemd/journald.conf.d/20.conf")
    let limit = try #require(limits(journald).first)
    #expect(limit.burst == 5 && limit.seconds == 90)
    #expect(limit.place == "RateLimitIntervalSec= in /usr/lib/systemd/journald.conf.d/20.conf")
    root.write(
      "[Journal]\nRateLimitIntervalSec=0\n", to: "/etc/systemd/journald.conf.d/50-weir.conf")
    #expect(limits(journald).isEmpty)
  }

  @Test("The drop-in of config/ lifts journald's limit")
  func ownDropIn() throws {
    root.socket("/run/systemd/journal/socket")
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let text = try #require(read("/\(here)/config/journald-weir.conf"))
    root.write(text, to: "/etc/systemd/journald.conf.d/50-weir.conf")
    #expect(limits(journald).isEmpty)
  }

  @Test("A unit without a limit is exempt")
  func exemptUnit() {
    root.socket("/run/systemd/journal/socket")
    root.write("0::/system.slice/weir.service\n", to: "/proc/self/cgroup")
    #expect(limits(journald).count == 1)
    root.link("/run/systemd/units/log-rate-limit-interval:weir.service", to: "0")
    #expect(limits(journald).isEmpty)
  }

  @Test("rsyslog's limits are found in both of its languages")
  func rsyslog() throws {
    root.write("module(load=\"imuxsock\")\n", to: "/etc/rsyslog.conf")
    #expect(limits(devLog).isEmpty)
    root.write(
      "module(load=\"imuxsock\" # a comment\n  SysSock.RateLimit.Interval=\"5\")\n",
      to: "/etc/rsyslog.conf")
    let limit = try #require(limits(devLog).first)
    #expect(limit.receiver == "rsyslog's imuxsock")
    #expect(limit.burst == 200 && limit.seconds == 5)
    root.write("$SystemLogRateLimitInterval 0\n", to: "/etc/rsyslog.d/10-off.conf")
    #expect(limits(devLog).isEmpty)
    root.write("$ModLoad imjournal\n", to: "/etc/rsyslog.d/20-journal.conf")
    #expect(limits(journald).map(\.receiver) == ["rsyslog's imjournal"])
    root.write("$imjournalRatelimitInterval 0\n", to: "/etc/rsyslog.d/30-journal.conf")
    #expect(limits(journald).isEmpty)
  }

  @Test("Times are read as systemd writes them")
  func times() {
    #expect(ReceiverLimits.seconds("30s") == 30)
    #expect(ReceiverLimits.seconds("2min") == 120)
    #expect(ReceiverLimits.seconds("1h30m") == 5400)
    #expect(ReceiverLimits.seconds("500ms") == 1)
    #expect(ReceiverLimits.seconds("0") == 0)
    #expect(ReceiverLimits.seconds("soon") == nil)
  }

  private func read(_ path: String) -> String? {
    guard let handle = fopen(path, "r") else { return nil }
    defer { fclose(handle) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, handle)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
