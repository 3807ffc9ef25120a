import Glibc
import Kernel
import Memory
import Testing

@testable import LogSinks

/// A folder for a spool that goes with its test.
final class SpoolFolder {
  let path: String
  var spool: String { path + "/s" }

  init() {
    var template = Array("/tmp/weir-spool-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }

  deinit {
    for name in (try? File.names(inFolder: spool)) ?? [] { unlink(spool + "/" + name) }
    rmdir(spool)
    rmdir(path)
  }

  /// The segments' paths, the oldest first.
  var segments: [String] {
    ((try? File.names(inFolder: spool)) ?? []).filter { $0.hasSuffix(".spool") }
      .map { spool + "/" + $0 }
  }

  /// Changes a file's bytes.
  func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
    var bytes = try File.contents(of: path, limitBytes: 1 << 26)
    body(&bytes)
    let number = open(path, O_WRONLY | O_TRUNC)
    defer { close(number) }
    #expect(write(number, bytes, bytes.count) == bytes.count)
  }
}

extension SpoolStore {
  /// Opens a spool of a test.
  static func open(
    _ folder: SpoolFolder, size: Int = 1 << 20, overflow: SpoolSettings.Overflow = .dropNew,
    sync: SpoolSettings.Synchronization = .never
  ) throws(SpoolError) -> SpoolStore {
    var settings = SpoolSettings(folder: folder.path, size: size)
    settings.overflow = overflow
    settings.synchronization = sync
    return try SpoolStore.opening(settings, path: folder.spool, owner: SpoolStore.Owner())
  }

  mutating func put(_ messages: [String]) throws -> [Stage] {
    let stages = messages.map { stage(Array($0.utf8).span) }
    try commit(now: 0)
    return stages
  }

  /// Reads up to so many messages, and counts what was damaged.
  mutating func get(_ limit: Int = .max) throws -> (
    texts: [String], sequences: [UInt64], damaged: Int
  ) {
    var texts: [String] = []
    var sequences: [UInt64] = []
    let damaged = try read { message, sequence in
      guard texts.count < limit else { return false }
      var bytes: [UInt8] = []
      bytes.append(message)
      texts.append(String(decoding: bytes, as: UTF8.self))
      sequences.append(sequence)
      return true
    }
    return (texts, sequences, damaged)
  }
}

@Suite("A spool's files")
struct SpoolStoreTests {
  private let lines = (1...500).map { "line \($0) " + String(repeating: "x", count: $0 % 70) }

  @Test("What is put in comes out once, in order, numbered, as there is room")
  func inOrder() throws {
    let folder = SpoolFolder()
    var store = try SpoolStore.open(folder)
    _ = try store.put(Array(lines[..<200]))
    #expect(store.unreadCount == 200)
    #expect(try store.get(50).texts == Array(lines[..<50]))
    _ = try store.put(Array(lines[200...]))
    let rest = try store.get()
    #expect(rest.texts == Array(lines[50...]))
    #expect(rest.sequences == (51...500).map { UInt64($0) })
    #expect(rest.damaged == 0 && store.unreadCount == 0)
    #expect(try store.get().texts == [])
  }

  @Test("What is staged is not there before it is committed, and can be taken back")
  func staged() throws {
    let folder = SpoolFolder()
    var store = try SpoolStore.open(folder)
    _ = store.stage(Array("a".utf8).span)
    _ = store.stage(Array("bc".utf8).span)
    #expect(try store.get().texts == [] && store.stagedCount == 2)
    var back: [Int] = []
    store.takeBack { back.append($0.count) }
    #expect(back == [1, 2] && store.stagedCount == 0)
    _ = try store.put(["d"])
    #expect(try store.get().sequences == [1])
  }

  @Test("What was not delivered is there after the program is gone without a word")
  func recovery() throws {
    let folder = SpoolFolder()
    do {
      var store = try SpoolStore.open(folder)
      _ = try store.put(lines)
      _ = try store.get(300)
      store.deliver(upTo: 121)
      try store.tidy(now: 0)
    }
    var again = try SpoolStore.open(folder)
    #expect(again.unreadCount == 380 && again.damagedCount == 0)
    _ = try again.put(["new"])
    let all = try again.get()
    #expect(all.texts == lines[120...] + ["new"])
    #expect(all.sequences == (121...501).map { UInt64($0) })
  }

  @Test("A torn last record is cut off, wherever it was torn")
  func torn() throws {
    for cut in 1...40 {
      let folder = SpoolFolder()
      do {
        var store = try SpoolStore.open(folder)
        _ = try store.put(["one", "two", String(repeating: "3", count: 20)])
      }
      let path = try #require(folder.segments.first)
      try folder.change(path) { $0.removeLast(cut) }
      var again = try SpoolStore.open(folder)
      #expect(again.damagedCount == (cut == 40 ? 0 : 1), "cut \(cut)")
      _ = try again.put(["four"])
      let all = try again.get()
      #expect(all.texts == ["one", "two", "four"] && all.damaged == 0, "cut \(cut)")
    }
  }

  @Test("A flipped byte costs the record it is in, and no other")
  func flipped() throws {
    let folder = SpoolFolder()
    let texts = ["first", "second record", "third", String(repeating: "z", count: 40)]
    do {
      var store = try SpoolStore.open(folder)
      _ = try store.put(texts)
    }
    let path = try #require(folder.segments.first)
    let whole = try File.contents(of: path, limitBytes: 1 << 20)
    for place in whole.indices {
      try folder.change(path) { bytes in
        bytes = whole
        bytes[place] ^= 0x5A
      }
      var store = try SpoolStore.open(folder)
      let found = try store.get().texts
      let isHeader = place < SpoolFormat.headerBytes
      #expect(found.count == (isHeader ? 4 : 3), "place \(place)")
      #expect(store.damagedCount == (isHeader ? 0 : 1), "place \(place)")
      #expect(texts.filter { found.contains($0) } == found, "place \(place)")
    }
  }

  @Test("A record damaged after it was taken stock of is counted when it is read")
  func damagedLater() throws {
    let folder = SpoolFolder()
    var store = try SpoolStore.open(folder)
    _ = try store.put(["one", "two", "three"])
    let path = try #require(folder.segments.first)
    let number = Glibc.open(path, O_WRONLY)
    #expect(
      pwrite(number, "X", 1, off_t(SpoolFormat.headerBytes + 23 + SpoolFormat.recordBytes)) == 1)
    close(number)
    let all = try store.get()
    #expect(all.texts == ["one", "three"] && all.damaged == 1)
    _ = try store.put(["four"])
    let more = try store.get()
    #expect(more.texts == ["four"] && more.damaged == 0 && store.unreadCount == 0)
  }

  @Test("What looks like a record within a message is none")
  func forged() throws {
    let folder = SpoolFolder()
    var forged = ByteWriter()
    SpoolFormat.appendRecord(Array("forged".utf8).span, sequence: 2, salt: 0, to: &forged)
    var bytes: [UInt8] = []
    bytes.append(forged.span)
    do {
      var store = try SpoolStore.open(folder)
      #expect(store.stage(bytes.span) == .taken(dropped: 0))
      _ = try store.put(["true"])
    }
    let path = try #require(folder.segments.first)
    try folder.change(path) { $0[SpoolFormat.headerBytes] ^= 1 }
    var again = try SpoolStore.open(folder)
    #expect(try again.get().texts == ["true"])
  }

  @Test("Segments go once all their records are delivered, and a spool that is done leaves none")
  func removal() throws {
    let folder = SpoolFolder()
    var store = try SpoolStore.open(folder, size: 8 << 16)
    for _ in 0..<6 { _ = try store.put((0..<300).map { _ in String(repeating: "y", count: 150) }) }
    #expect(folder.segments.count >= 3)
    let before = folder.segments.count
    _ = try store.get()
    store.deliver(upTo: 900)
    try store.tidy(now: 0)
    #expect(folder.segments.count < before && folder.segments.count > 0)
    store.deliver(upTo: 1801)
    try store.finish(now: 0)
    #expect(folder.segments.isEmpty)
    _ = try store.put(["next"])
    #expect(try store.get().sequences == [1801])
  }

  @Test("At its size it takes nothing new, and goes on when there is room")
  func dropNew() throws {
    let folder = SpoolFolder()
    var store = try SpoolStore.open(folder, size: 1 << 18)
    let line = String(repeating: "n", count: 180)
    var taken = 0
    for _ in 0..<3000 {
      if try store.put([line]) == [.taken(dropped: 0)] { taken += 1 }
    }
    #expect(taken > 1200 && taken < 1311)
    #expect(store.byteCount <= 1 << 18)
    #expect(try store.get().texts.count == taken)
    store.deliver(upTo: UInt64(taken))
    try store.tidy(now: 0)
    #expect(try store.put([line]) == [.taken(dropped: 0)])
  }

  @Test("At its size it drops the oldest that nobody had read, a segment at a time")
  func dropOld() throws {
    let folder = SpoolFolder()
    var store = try SpoolStore.open(folder, size: 1 << 18, overflow: .dropOld)
    let line = String(repeating: "o", count: 180)
    _ = try store.put([line])
    #expect(try store.get().texts.count == 1)
    var dropped = 0
    for _ in 0..<3000 {
      for stage in try store.put([line]) {
        guard case .taken(let count) = stage else {
          Issue.record("not taken")
          continue
        }
        dropped += count
      }
    }
    let left = try store.get()
    #expect(dropped > 0 && left.texts.count + dropped == 3000)
    #expect(
      left.sequences
        == (0..<left.sequences.count).map { UInt64(3001 - left.sequences.count + 1 + $0) })
    #expect(left.damaged == 0)
  }

  @Test("A folder in use is told, and free again once its user is gone")
  func lock() throws {
    let folder = SpoolFolder()
    do {
      let first = try SpoolStore.open(folder)
      #expect(throws: SpoolError.taken) { _ = try SpoolStore.open(folder) }
      #expect(first.unreadCount == 0)
    }
    let second = try SpoolStore.open(folder)
    #expect(second.unreadCount == 0)
  }

  @Test("A folder that cannot be made, and files of another version, are told")
  func unusable() throws {
    let folder = SpoolFolder()
    let settings = SpoolSettings(folder: "/proc/none", size: 1000)
    #expect(throws: SpoolError.system(.noEntry, file: "")) {
      _ = try SpoolStore.opening(settings, path: "/proc/none/x", owner: SpoolStore.Owner())
    }
    do {
      var store = try SpoolStore.open(folder)
      _ = try store.put(["a"])
    }
    let path = try #require(folder.segments.first)
    try folder.change(path) { bytes in
      bytes[8] = 2
      let sum = Checksum.crc32c(bytes.span.extracting(..<24))
      for index in 0..<4 { bytes[24 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
    }
    let name = try #require(path.split(separator: "/").last)
    #expect(throws: SpoolError.otherVersion(file: String(name))) {
      _ = try SpoolStore.open(folder)
    }
  }

  @Test("A disk that takes nothing refuses the batch, which is whole afterwards or not there")
  func fullDisk() throws {
    let folder = SpoolFolder()
    var store = try SpoolStore.open(folder, size: 1 << 26)
    _ = try store.put(["before"])
    // The limit of a file's size stands in for a full disk.
    signal(SIGXFSZ, SIG_IGN)
    var old = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    var small = rlimit(rlim_cur: 1_000_000, rlim_max: old.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
    for _ in 0..<2000 { _ = store.stage(Array(repeating: 0x78, count: 600).span) }
    #expect(throws: SpoolError.self) { try store.commit(now: 0) }
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    var count = 0
    store.takeBack { _ in count += 1 }
    #expect(count == 2000)
    _ = try store.put(["after"])
    #expect(try store.get().texts == ["before", "after"])
  }

  @Test("A long message has a limit, and every byte may be in a message")
  func messages() throws {
    let folder = SpoolFolder()
    var store = try SpoolStore.open(folder)
    let longest = [UInt8](repeating: 0xD7, count: SpoolFormat.messageLimit)
    #expect(store.stage((longest + [1]).span) == .tooLong)
    #expect(store.stage(longest.span) == .taken(dropped: 0))
    #expect(store.stage([UInt8]().span) == .taken(dropped: 0))
    #expect(store.stage(Array(UInt8.min ... .max).span) == .taken(dropped: 0))
    try store.commit(now: 0)
    var found: [[UInt8]] = []
    _ = try store.read { message, _ in
      var bytes: [UInt8] = []
      bytes.append(message)
      found.append(bytes)
      return true
    }
    #expect(found == [longest, [], Array(UInt8.min ... .max)])
  }

  @Test("What was written is forced to the disk when it is due")
  func synchronization() throws {
    let folder = SpoolFolder()
    var store = try SpoolStore.open(folder, sync: .interval(milliseconds: 100))
    #expect(store.deadline == nil)
    _ = store.stage(Array("a".utf8).span)
    try store.commit(now: 1_000_000)
    #expect(store.deadline == 1_100_000)
    try store.tidy(now: 1_050_000)
    #expect(store.deadline == 1_100_000)
    try store.tidy(now: 1_100_000)
    #expect(store.deadline == nil)
    _ = try store.put(["b"])
    #expect(store.deadline == 100_000)
  }

  @Test("The cursor is one of its two places, whichever is whole and newer; without one all is new")
  func cursor() throws {
    let folder = SpoolFolder()
    do {
      var store = try SpoolStore.open(folder)
      _ = try store.put(["a", "b", "c", "d"])
      _ = try store.get()
      for next in [2, 3] as [UInt64] {
        store.deliver(upTo: next)
        try store.tidy(now: 0)
      }
    }
    let path = folder.spool + "/cursor"
    let whole = try File.contents(of: path, limitBytes: 100)
    for (places, expected) in [([], 2), ([0], 3), ([24], 2), ([0, 24], 4)] as [([Int], Int)] {
      try folder.change(path) { bytes in
        bytes = whole
        for place in places { bytes[place + 14] ^= 1 }
      }
      let store = try SpoolStore.open(folder)
      #expect(store.unreadCount == expected, "damaged at \(places)")
    }
  }

  @Test("CRC-32C is that of RFC 3720")
  func checksum() {
    #expect(Checksum.crc32c(Array("123456789".utf8).span) == 0xE306_9283)
    #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32).span) == 0x8A91_36AA)
    let bytes = Array("12345678901234567890".utf8)
    let half = Checksum.crc32c(bytes.span.extracting(..<7))
    #expect(
      Checksum.crc32c(bytes.span.extracting(7...), after: half) == Checksum.crc32c(bytes.span))
  }
}
