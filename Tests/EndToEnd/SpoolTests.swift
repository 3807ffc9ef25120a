import Foundation
import Testing

extension RealPeers {
  /// Spools with the program running: folders, disks, sizes, users.
  @Suite("Spools", .enabled(if: !Program.isStandIn))
  struct Spools {
    /// A receiver's place, another receiver that is always there, and Weir between them.
    private final class Setup {
      let place: String
      let others: SyslogReceiver
      let front: UInt16
      let text: String
      private(set) var weir: Balancer

      init(
        spool: String, global: String = "", folder: TemporaryDirectory? = nil,
        at given: String? = nil, format: String = "number=%rt."
      ) throws {
        place = try given ?? "127.0.0.1:\(FreePort.next())"
        others = try SyslogReceiver()
        front = try FreePort.next()
        text = StreamLogs.text(
          global: "log \(others.target) local0" + (global.isEmpty ? "" : "\n" + global),
          sections: "ring r\n    size 1m\n    server s \(place) log-proto relp\n    spool \(spool)",
          front: front
        ).replacingOccurrences(
          of: "log-format \"number=%rt.\"",
          with: "log ring@r len 8192 local3 info info\n    log-format \"\(format)\""
        )
        weir = try Balancer(.weir, text, ready: [.ipv4(front)], folder: folder)
      }

      func connect(_ count: Int) throws { try StreamLogs.connect(count, to: front) }

      /// Waits until a record is in a file of the spool.
      func waitForRecord(_ number: Int, in folder: TemporaryDirectory) throws {
        try waitUntil("record \(number) is on the disk\n\(weir.transcript)") {
          let names = try? FileManager.default.contentsOfDirectory(atPath: folder.file("r.s"))
          return (names ?? []).filter { $0.hasSuffix(".spool") }.contains {
            readText(folder.file("r.s/\($0)")).contains("number=\(number).")
          }
        }
      }

      /// The numbers in the ledger of the spooled sink, as SIGQUIT shows them. That makes two lines
      /// for the sink itself, which the next ledger has.
      func ledger() throws -> [String: Int] {
        let known = others.lines.count
        weir.process.signal(SIGQUIT)
        return try waitFor("the ledger\n\(weir.transcript)") {
          let told = others.lines.dropFirst(known)
          return told.last { $0.contains("sink ring@r/s: accepted=") }.map {
            Spools.numbers(of: $0)
          }
        }
      }
    }

    /// The numbers of a ledger's line.
    private static func numbers(of line: String) -> [String: Int] {
      var ledger: [String: Int] = [:]
      for word in line.split(separator: " ") {
        let parts = word.split(separator: "=")
        if parts.count == 2, let value = Int(parts[1]) { ledger[String(parts[0])] = value }
      }
      return ledger
    }

    private static func isBalanced(_ ledger: [String: Int]) -> Bool {
      let kept = ["delivered", "queued", "spooled", "dropped"].reduce(0) { $0 + (ledger[$1] ?? 0) }
      return (ledger["accepted"] ?? -1) + (ledger["recovered"] ?? 0) == kept
    }

    @Test("A folder that is not there is told with what to do, and lines go from memory")
    func missingFolder() throws {
      let port = try FreePort.next()
      let receiver = try LogReceiver("relp", at: "127.0.0.1:\(port)")
      let folder = try TemporaryDirectory("weir-spool")
      let setup = try Setup(spool: "\(folder.file("none")) size 4m", at: "127.0.0.1:\(port)")
      let told = try setup.others.line(containing: "The spool of sink ring@r/s cannot be used")
      #expect(told.contains("\(folder.file("none"))/r.s: "), "\(told)")
      #expect(told.contains("make the folder that the spool is to be in"), "\(told)")
      try setup.connect(20)
      try waitUntil("all lines arrive") { receiver.numbers.count == 20 }
      let ledger = try setup.ledger()
      #expect(Self.isBalanced(ledger) && ledger["unspooled"] == 20, "\(ledger)")
      // Made while Weir runs, it is used.
      mkdir(folder.file("none"), 0o700)
      try setup.others.line(containing: "The spool of sink ring@r/s can be used again")
      try setup.connect(20)
      try waitUntil("all lines arrive") { receiver.numbers.count == 40 }
      let later = try setup.ledger()
      #expect(Self.isBalanced(later) && later["unspooled"] == 22, "\(later)")
    }

    @Test("A folder that another Weir uses is told, and taken over once that one has gone")
    func takenFolder() throws {
      let folder = try TemporaryDirectory("weir-spool")
      let first = try Setup(spool: "\(folder.path) size 4m")
      try first.connect(30)
      try first.waitForRecord(29, in: folder)
      let second = try Setup(spool: "\(folder.path) size 4m", at: first.place)
      let told = try second.others.line(containing: "The spool of sink ring@r/s cannot be used")
      #expect(told.contains("\(folder.path)/r.s is in use by another process"), "\(told)")
      try second.connect(10)
      try first.weir.stop(SIGKILL)
      let recovered = try second.others.line(containing: "lines of before")
      #expect(recovered.contains("has 30 lines of before"), "\(recovered)")
      let receiver = try LogReceiver("relp", at: first.place)
      try waitUntil("what both had arrives\n\(second.weir.transcript)") {
        receiver.numbers.count >= 40
      }
      #expect(receiver.numbers.count == 40)
      let ledger = try second.ledger()
      #expect(Self.isBalanced(ledger) && ledger["recovered"] == 30, "\(ledger)")
    }

    @Test(
      "A disk that is full costs what waits for a receiver that is away, and no other sink a line",
      .enabled(if: getuid() == 0))
    func fullDisk() throws {
      let folder = try TemporaryDirectory("weir-spool")
      let mounted = try run(
        "/bin/mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.path])
      #expect(mounted.status == .code(0), "\(mounted)")
      defer { _ = try? run("/bin/umount", ["-l", folder.path]) }
      let padding = String(repeating: "x", count: 900)
      let setup = try Setup(spool: "\(folder.path) size 4m", format: "\(padding) number=%rt.")
      try setup.connect(2000)
      let told = try setup.others.line(containing: "The spool of sink ring@r/s cannot be used")
      #expect(told.contains("make room on that disk"), "\(told)")
      try waitUntil("the other sink has all") {
        StreamLogs.numbers(setup.others.lines).count == 2000
      }
      try setup.weir.waitUntilIdle()
      let full = try setup.ledger()
      #expect(full["accepted"] == 2000, "\(full)")
      #expect(Self.isBalanced(full), "\(full)")
      let reasons = ["spool_full", "spool_failed", "queue_full"].reduce(0) { $0 + (full[$1] ?? 0) }
      #expect(reasons > 0 && full["dropped"] == reasons, "\(full)")
      let receiver = try LogReceiver("relp", at: setup.place)
      let lost = full["dropped"] ?? 0
      try waitUntil("the others arrive\n\(setup.weir.transcript)") {
        receiver.numbers.count >= 2000 - lost
      }
      try waitUntil("nothing waits") {
        let ledger = try setup.ledger()
        return ledger["queued"] == 0 && ledger["spooled"] == 0 && Self.isBalanced(ledger)
          && ledger["delivered"] ?? 0 >= receiver.numbers.count
      }
      #expect(Set(receiver.numbers).count == receiver.numbers.count)
    }

    @Test("1,000 lines that wait when Weir is killed by -9 are all delivered after its restart")
    func killed() throws {
      let folder = try TemporaryDirectory("weir-spool")
      let first = try Setup(spool: "\(folder.path) size 4m")
      try first.connect(1000)
      try first.waitForRecord(999, in: folder)
      try first.weir.stop(SIGKILL)
      let receiver = try LogReceiver("relp", at: first.place)
      let second = try Setup(spool: "\(folder.path) size 4m", at: first.place)
      try waitUntil("all lines arrive\n\(second.weir.transcript)") {
        receiver.numbers.count >= 1000
      }
      #expect(receiver.numbers.sorted() == Array(0..<1000))
      try second.others.line(containing: "has 1000 lines of before")
      try second.weir.stop()
      let account = try second.others.line(containing: "sink ring@r/s: accepted=")
      #expect(
        account.contains("delivered=1001 queued=0 spooled=0 dropped=0 recovered=1000"),
        "\(account)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/r.s")
      #expect(left.allSatisfy { !$0.hasSuffix(".spool") }, "\(left)")
    }

    @Test(
      "Under 'user' and 'chroot' the spool belongs to that user, and is taken up again",
      .enabled(if: getuid() == 0))
    func otherUser() throws {
      let folder = try TemporaryDirectory("weir-spool")
      chmod(folder.path, 0o755)
      let root = try TemporaryDirectory("weir-root")
      let global = "user nobody\ngroup nogroup\nchroot \(root.path)"
      let first = try Setup(spool: "\(folder.path) size 1m", global: global)
      try first.connect(200)
      try first.waitForRecord(199, in: folder)
      let nobody = try #require(getpwnam("nobody")).pointee.pw_uid
      let inner = folder.path + "/r.s"
      let files = try FileManager.default.contentsOfDirectory(atPath: inner)
      #expect(files.contains { $0.hasSuffix(".spool") }, "\(files)")
      for path in [inner] + files.map({ "\(inner)/\($0)" }) {
        var facts = stat()
        #expect(stat(path, &facts) == 0 && facts.st_uid == nobody, "\(path)")
        #expect(facts.st_mode & 0o077 == 0, "\(path)")
      }
      // Stopped in order, it leaves them to the next run, with the line of the proxy's own end.
      try first.weir.stop()
      let account = try first.others.line(containing: "sink ring@r/s: accepted=")
      #expect(
        account.contains("accepted=201 delivered=0 queued=0 spooled=201 dropped=0"), "\(account)")
      let receiver = try LogReceiver("relp", at: first.place)
      let second = try Setup(spool: "\(folder.path) size 1m", global: global, at: first.place)
      try second.connect(10)
      try waitUntil("all lines arrive\n\(second.weir.transcript)") {
        receiver.numbers.count >= 210
      }
      #expect(receiver.numbers.count == 210)
    }

    @Test("Full by its size, a spool drops new lines, or the oldest", arguments: ["new", "old"])
    func full(_ kind: String) throws {
      let folder = try TemporaryDirectory("weir-spool")
      let padding = String(repeating: "x", count: 2900)
      let setup = try Setup(
        spool: "\(folder.path) size 1m drop-\(kind)", format: "\(padding) number=%rt.")
      try setup.connect(800)
      // The other receiver has a line of each; its ledger is made up in the same turn.
      try waitUntil("all lines were made") {
        setup.others.lines.count { $0.contains("xxxxx") } >= 800
      }
      try setup.weir.waitUntilIdle()
      let full = try setup.ledger()
      #expect(full["accepted"] == 800, "\(full)")
      // 2.3 MB came; a megabyte is in files, and as much in memory.
      #expect(Self.isBalanced(full) && full["spool_full"] ?? 0 > 50, "\(full)")
      let size = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/r.s")
        .reduce(0) { sum, name in
          var facts = stat()
          return stat("\(folder.path)/r.s/\(name)", &facts) == 0 ? sum + facts.st_size : sum
        }
      #expect(size <= 1 << 20 + 4096, "\(size)")
      try setup.others.line(containing: "spool_full=")
      let receiver = try LogReceiver("relp", at: setup.place)
      let kept = 800 - (full["dropped"] ?? 0)
      try waitUntil("the others arrive\n\(setup.weir.transcript)") {
        receiver.numbers.count >= kept
      }
      let numbers = receiver.numbers
      #expect(numbers.count == kept && Set(numbers).count == kept)
      let newest = numbers.max() ?? 0
      let oldest = numbers.min() ?? 0
      // Two workers may turn neighbours round.
      if kind == "new" {
        #expect(newest - oldest < kept + 10, "the first ones, without a gap")
      } else {
        #expect(newest - oldest > 790, "the newest, behind those that were in memory")
      }
    }
  }
}
