import Foundation
import Testing

extension RealPeers {
  /// Every road to a receiver, under every fault that the receiver may have, while 5,000 connections
  /// a second go through: no connection is slowed or lost, and the ledger agrees with what arrived,
  /// number by number.
  @Suite("Faults of receivers", .enabled(if: !Program.isStandIn && !Program.isSanitized))
  struct Faults {
    /// How records get to the receiver.
    enum Road: String, CaseIterable, Sendable { case udp, unix, tcp, tls, relp, spool, journal }

    /// What befalls the receiver while records come.
    enum Fault: String, CaseIterable, Sendable {
      /// Killed by SIGKILL, started again when the storm is over.
      case killed
      /// Ended in order and started again at once, while the storm goes on.
      case restarted
      /// Stopped by SIGSTOP until the storm is over.
      case stopped
      /// What is sent to it vanishes until the storm is over.
      case blackHole
      /// It reads a tenth of what comes, until it has all.
      case slow
      /// It ends the connection by FIN and then RST.
      case reset
      /// Its disk is full until the storm is over.
      case diskFull
    }

    struct Case: Sendable, CustomTestStringConvertible {
      var road: Road
      var fault: Fault
      var testDescription: String { "\(road) \(fault)" }

      /// Whether there is such a thing: a socket file has no cable, datagrams no FIN, and the
      /// journal's own disk is no business of the receiver that this is.
      var exists: Bool {
        switch fault {
        case .killed, .restarted, .stopped: true
        case .slow, .diskFull: road != .journal
        case .blackHole: road != .unix && road != .journal
        case .reset: road != .udp && road != .unix && road != .journal
        }
      }
    }

    static let cases = Road.allCases.flatMap { road in
      Fault.allCases.map { Case(road: road, fault: $0) }
    }.filter(\.exists)

    static let count = 10_000
    static let rate = 5_000

    /// What a storm costs without any fault, on the road that is the quickest.
    static let quiet = Result {
      try FaultRun(Case(road: .udp, fault: .killed)).stormAlone()
    }

    @Test("are accounted for to the record", arguments: cases)
    func fault(_ what: Case) throws {
      let quiet = try Self.quiet.get()
      let run = try FaultRun(what)
      let storm = try run.play()
      #expect(storm.made == Self.count && storm.failed == 0)
      #expect(
        storm.slowMilliseconds < quiet.slowMilliseconds + 1000,
        "p99 \(storm.slowMilliseconds) ms; without a fault \(quiet.slowMilliseconds) ms")
      let ledger = try run.finish()
      let arrived = run.numbers
      let unique = Set(arrived)
      // Beside the records of connections, what was told of the proxy when all was well again.
      let events = run.eventCount
      let detail = "\(what): \(ledger), \(unique.count) of \(arrived.count) and \(events) events"

      // Each connection made a record, and each record is somewhere.
      #expect(ledger["accepted"] == Self.count + events, "\(detail)")
      let kept = ["delivered", "queued", "spooled", "dropped"].reduce(0) { $0 + (ledger[$1] ?? 0) }
      #expect(kept == ledger["accepted"], "\(detail)")
      #expect(unique.isSubset(of: Set(0..<Self.count)), "\(detail)")
      let delivered = (ledger["delivered"] ?? 0) - events

      switch what.road {
      case .udp, .unix, .journal, .tcp, .tls:
        // What left may be lost with who was to read it, but nothing comes twice or from nowhere;
        // what a broken connection had not acknowledged counts as lost, and may have arrived.
        #expect(arrived.count == unique.count, "\(detail)")
        #expect(unique.count <= delivered + (ledger["unacknowledged"] ?? 0), "\(detail)")
      case .relp, .spool:
        // Delivered is what was acknowledged: all of it is there, and all the rest in the end too.
        #expect(delivered == Self.count && unique.count == Self.count, "\(detail)")
      }
      if run.losesNothing { #expect(unique.count == Self.count, "\(detail)") }
    }
  }
}

/// One road, one fault: what runs, and what is done to it.
final class FaultRun {
  typealias Case = RealPeers.Faults.Case
  private let what: Case
  private let front: UInt16
  private let back: UInt16
  private let folder: TemporaryDirectory
  private let cable: Cable?
  private let journal: PrivateJournal?
  private let certificates: Certificates?
  private var receiver: LogReceiver?
  private let weir: ChildProcess
  private var disk: String?

  init(_ what: Case) throws {
    self.what = what
    front = try FreePort.next()
    back = try FreePort.next()
    folder = try TemporaryDirectory("weir-fault")
    cable = what.fault == .blackHole ? try Cable() : nil
    journal = what.road == .journal ? try PrivateJournal() : nil
    certificates = what.road == .tls ? try Certificates() : nil
    let port = try FreePort.next()
    let host = cable == nil ? "127.0.0.1" : Cable.far
    let place = what.road == .unix ? folder.file("socket") : "\(host):\(port)"
    var target = ""
    switch what.road {
    case .udp: target = "udp@\(place)"
    case .unix: target = place
    case .journal: target = "journald"
    case .tcp, .tls, .relp, .spool: target = "ring@r"
    }
    if what.fault == .diskFull {
      let mounted = folder.file("disk")
      try FileManager.default.createDirectory(atPath: mounted, withIntermediateDirectories: true)
      try Self.mount(["-t", "tmpfs", "-o", "size=64k", "tmpfs", mounted])
      disk = mounted
    }
    if what.road != .journal {
      receiver = try LogReceiver(
        what.road == .spool ? "relp" : what.road.rawValue, at: place,
        keepingIn: disk.map { $0 + "/lines" }, entry: cable?.entry(1) ?? [],
        options: Self.options(what, certificates))
    }
    let text = Self.configuration(
      what, target: target, place: place, front: front, back: back, folder: folder,
      authority: certificates?.authority)
    let path = try folder.write(text + "\n", to: "weir.cfg")
    let words = (cable?.entry(0) ?? []) + [try Program.optimised, "-db", "-f", path]
    if let journal {
      weir = try journal.start(words[0], Array(words.dropFirst()))
    } else {
      weir = try ChildProcess(words[0], Array(words.dropFirst()), in: folder)
    }
    let (cable, front, weir) = (cable, front, weir)
    try waitUntil("weir listens\n\(text)\n\(weir.transcript)") {
      cable?.listens(front) ?? Balancer.listens(.ipv4(front))
    }
  }

  deinit {
    _ = try? weir.stop(SIGKILL)
    receiver = nil
    if let disk { _ = try? run("/bin/umount", ["-l", disk]) }
  }

  private static func mount(_ arguments: [String]) throws {
    let finished = try run("/bin/mount", arguments)
    guard finished.status == .code(0) else { throw HarnessError("mount: \(finished)") }
  }

  private static func options(_ what: Case, _ certificates: Certificates?) -> [String] {
    var options: [String] = []
    if let certificates { options.append("pem=\(certificates.server)") }
    if what.fault == .slow { options.append("rate=100000") }
    if what.fault == .reset { options.append("reset=50000") }
    return options
  }

  private static func configuration(
    _ what: Case, target: String, place: String, front: UInt16, back: UInt16,
    folder: TemporaryDirectory, authority: String?
  ) -> String {
    var server = "server s \(place)"
    if what.road == .relp || what.road == .spool { server += " log-proto relp" }
    if let authority {
      server += " ssl verify required verifyhost logs.example ca-file \(authority)"
    }
    let spool = what.road == .spool ? "spool \(folder.file("spool")) size 64m sync never" : ""
    let ring = """
      ring r
          size 16777216
          timeout connect 1s
          timeout server 1s
          \(server)
          \(spool)
      """
    return """
      global
          log stderr format raw local0 notice
      \(target == "ring@r" ? ring : "")
      defaults
          mode tcp
          timeout connect 5s
          timeout client 20s
          timeout server 20s
      frontend fe
          bind 127.0.0.1:\(front)
          log \(target) local0 info info
          log-format "number=%rt."
          default_backend be
      backend be
          server s 127.0.0.1:\(back)
      """
  }

  /// Whether the road promises that this fault costs no record.
  var losesNothing: Bool {
    switch (what.road, what.fault) {
    case (.relp, _), (.spool, _): true
    case (.unix, .stopped), (.unix, .slow), (.unix, .diskFull): true
    case (.tcp, .stopped), (.tcp, .slow), (.tcp, .diskFull): true
    case (.tls, .stopped), (.tls, .slow), (.tls, .diskFull): true
    default: false
    }
  }

  private func beginStorm() throws -> ChildProcess {
    let entry = cable?.entry(0) ?? []
    let words =
      entry + [try CompiledTool.storm.get()]
      + ["\(front)", "\(back)", "\(RealPeers.Faults.count)", "\(RealPeers.Faults.rate)"]
    return try ChildProcess(words[0], Array(words.dropFirst()), in: folder)
  }

  /// The storm without a fault.
  func stormAlone() throws -> StormReport {
    let storm = try beginStorm()
    try storm.wait(within: 60)
    return try StormReport(storm.output)
  }

  /// The storm, with the fault from its second fifth on.
  func play() throws -> StormReport {
    let storm = try beginStorm()
    if what.fault != .diskFull {
      try waitUntil("records arrive\n\(weir.transcript)", within: 30) {
        arrivedCount > RealPeers.Faults.count / 20 || storm.exitStatus != nil
      }
    }
    try begin()
    try storm.wait(within: 90)
    try end()
    return try StormReport(storm.output)
  }

  private var arrivedCount: Int { receiver?.count ?? (try? journalNumbers().count) ?? 0 }

  private func begin() throws {
    switch what.fault {
    case .killed: try endReceiver(SIGKILL)
    case .restarted:
      try endReceiver(SIGTERM)
      try startReceiver()
    case .stopped: receiver?.process.signal(SIGSTOP) ?? signalJournal(SIGSTOP)
    case .blackHole: try cable?.setHole(true)
    case .slow, .reset, .diskFull: break
    }
  }

  private func end() throws {
    switch what.fault {
    case .killed: try startReceiver()
    case .stopped: receiver?.process.signal(SIGCONT) ?? signalJournal(SIGCONT)
    case .blackHole: try cable?.setHole(false)
    case .diskFull: if let disk { try Self.mount(["-o", "remount,size=64m", disk]) }
    case .restarted, .slow, .reset: break
    }
  }

  private func endReceiver(_ signal: Int32) throws {
    if let receiver { try receiver.process.stop(signal) } else { signalJournal(signal) }
  }

  private func startReceiver() throws {
    if let receiver { return try receiver.startAgain() }
    restartedJournal = try journal?.start("/lib/systemd/systemd-journald", [])
  }

  private var restartedJournal: ChildProcess?

  private func signalJournal(_ signal: Int32) {
    let flag = "-\(signal)"
    _ = try? journal?.run("/usr/bin/pkill", [flag, "-x", "systemd-journal"])
  }

  private func journalNumbers() throws -> [Int] {
    guard let journal else { return [] }
    let printed = try journal.run(
      "/bin/journalctl", ["-q", "--no-pager", "-o", "cat", "WEIR_EVENT=end"])
    return LogReceiver.numbers(in: printed.output)
  }

  /// The numbers of the records that arrived.
  var numbers: [Int] {
    if let receiver { return receiver.numbers }
    _ = try? journal?.run("/bin/journalctl", ["--sync"])
    return (try? journalNumbers()) ?? []
  }

  /// The process that is Weir: nsenter's child where it entered a process namespace.
  private var weirPid: pid_t { journal == nil ? weir.pid : weir.firstChild ?? weir.pid }

  /// Waits until nothing waits for the receiver any more, ends Weir and gives the sink's ledger.
  func finish() throws -> [String: Int] {
    try waitUntil("the sink is empty\n\(weir.transcript.suffix(4000))", within: 60) {
      kill(weirPid, SIGQUIT)
      _ = poll(nil, 0, 100)
      guard let ledger = lastLedger else { return false }
      return ledger["queued"] == 0 && (ledger["spooled"] ?? 0) == 0
    }
    kill(weirPid, SIGTERM)
    try weir.wait()
    // What the kernel still holds for the receiver, it reads now.
    let end = arrivedCount
    try waitUntil("the receiver rests") {
      _ = poll(nil, 0, 200)
      return arrivedCount == end || isAtRest()
    }
    guard let ledger = lastLedger else { throw HarnessError("no ledger\n\(weir.transcript)") }
    return ledger
  }

  /// How many lines arrived that are no records of connections.
  var eventCount: Int {
    if let receiver {
      return readText(receiver.file).split(separator: "\n")
        .count { !$0.hasSuffix("~") && !$0.contains("number=") }
    }
    let printed = try? journal?.run(
      "/bin/journalctl", ["-q", "--no-pager", "-o", "cat", "SYSLOG_IDENTIFIER=weir"])
    return (printed?.output ?? "").split(separator: "\n").count { !$0.contains("number=") }
  }

  private var restingCount = -1
  private func isAtRest() -> Bool {
    let now = arrivedCount
    defer { restingCount = now }
    return now == restingCount
  }

  /// The last ledger of the sink that the fault befell, as Weir wrote it to stderr.
  private var lastLedger: [String: Int]? {
    let line = weir.errors.split(separator: "\n").last {
      $0.hasPrefix("sink ") && !$0.hasPrefix("sink stderr")
    }
    guard let line else { return nil }
    var ledger: [String: Int] = [:]
    for word in line.split(separator: " ") {
      let parts = word.split(separator: "=")
      if parts.count == 2, let value = Int(parts[1]) { ledger[String(parts[0])] = value }
    }
    return ledger
  }
}
