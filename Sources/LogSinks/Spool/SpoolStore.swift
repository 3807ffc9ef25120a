internal import Kernel
internal import Memory

/// A write-ahead log of messages in a folder: segments to which records are added at the end and
/// from which they are read in order, and a cursor that says what is delivered.
///
/// It lives on the log thread. Messages are staged as they come and written by `commit`, some
/// hundred in one write; what is committed is read again from the files, as the queue has room.
struct SpoolStore: ~Copyable {
  /// Staged bytes at which `commit` should be called.
  static let stageLimit = 1 << 18
  /// The largest and the smallest segment, and how many there are when the spool is full.
  static let segmentRange = 1 << 16...1 << 26
  static let segmentCount = 8

  /// A segment's file and what is known of it.
  struct Segment {
    let name: SpoolFormat.SegmentName
    /// Bytes that are in use.
    var size: Int
    /// The number behind its last record.
    var end: UInt64
    /// Records that are there, whole, and were not read yet.
    var unread: Int
  }

  /// Who the files are to belong to: the process may become another user after it opened them.
  struct Owner: Hashable {
    var user: UInt32?
    var group: UInt32?
    /// Whether they are to change hands.
    var isGiven: Bool { user != nil || group != nil }
  }

  /// What became of a message.
  enum Stage: Equatable {
    /// It is staged; so many older ones were dropped to make room.
    case taken(dropped: Int)
    /// There is no room, and what comes is dropped.
    case full
    /// It is longer than a record may be.
    case tooLong
  }

  let settings: SpoolSettings
  let folder: Folder
  let owner: Owner
  private let lock: StorageFile
  let cursorFile: StorageFile
  var cursor: SpoolCursor
  /// The segments, the oldest first; the last one is written to while `writer` is there.
  var segments: [Segment] = []
  var writer: StorageFile?
  /// What is staged, as it goes to the file, and the numbers of records in it.
  var staged = ByteWriter(capacity: 1 << 16)
  var stagedCount = 0
  /// The number of the next record.
  var nextSequence: UInt64 = 1
  /// The place in `segments` that is read, and how far.
  var readIndex = 0
  var reader: StorageFile?
  var window = SegmentWindow(.init(first: 1, salt: 0))
  /// How often the disk refused to be read at this place.
  var readFailures = 0
  /// Bytes of all segments.
  private(set) var fileBytes = 0
  private var cursorRoom = ByteWriter(capacity: 64)
  private var unsynchronizedSince: Int64?
  private let synchronizer = DiskSynchronizer()
  /// Records found damaged when the spool was opened.
  var damagedCount: UInt64 = 0

  /// Opens a spool and takes stock of what is there.
  static func opening(
    _ settings: SpoolSettings, path: String, owner: Owner
  ) throws(SpoolError) -> SpoolStore {
    let folder = try openFolder(path, owner)
    let lock = try open("lock", in: folder, owner)
    do throws(Errno) { try lock.lock() } catch {
      throw error == .again ? .taken : .system(error, file: "lock")
    }
    let cursorFile = try open(SpoolCursor.fileName, in: folder, owner)
    var bytes = ByteBuffer(capacity: 64)
    do throws(Errno) { _ = try cursorFile.read(into: &bytes, at: 0, limit: 64) } catch {
      throw .system(error, file: SpoolCursor.fileName)
    }
    var store = SpoolStore(
      settings, owner, folder: folder, lock: lock, cursorFile: cursorFile,
      cursor: SpoolCursor(bytes.bytes))
    try store.takeStock()
    return store
  }

  private init(
    _ settings: SpoolSettings, _ owner: Owner, folder: consuming Folder,
    lock: consuming StorageFile, cursorFile: consuming StorageFile, cursor: SpoolCursor
  ) {
    self.settings = settings
    self.owner = owner
    self.folder = folder
    self.lock = lock
    self.cursorFile = cursorFile
    self.cursor = cursor
  }

  private static func openFolder(_ path: String, _ owner: Owner) throws(SpoolError) -> Folder {
    do throws(Errno) {
      let folder = try Folder(path)
      if owner.isGiven { try folder.give(user: owner.user, group: owner.group) }
      return folder
    } catch { throw .system(error, file: "") }
  }

  static func open(
    _ name: String, in folder: borrowing Folder, _ owner: Owner
  ) throws(SpoolError) -> StorageFile {
    do throws(Errno) {
      let file = try folder.file(name, create: true)
      if owner.isGiven { try file.give(user: owner.user, group: owner.group) }
      return file
    } catch { throw .system(error, file: name) }
  }

  /// Records on the disk that were not read yet.
  var unreadCount: Int { segments[readIndex...].reduce(0) { $0 + $1.unread } }

  /// The number of the oldest record that is in a file, or of the next one.
  var oldestSequence: UInt64 { segments.first?.name.first ?? nextSequence }

  /// Bytes that `commit` will write.
  var stagedBytes: Int { staged.count }

  /// Bytes of all files, and of what is staged.
  var byteCount: Int { fileBytes + staged.count }

  private var segmentLimit: Int {
    min(
      max(settings.size / Self.segmentCount, Self.segmentRange.lowerBound),
      Self.segmentRange.upperBound)
  }

  /// Takes a message; it is not in a file before `commit`.
  mutating func stage(_ message: Span<UInt8>) -> Stage {
    guard message.count <= SpoolFormat.messageLimit else { return .tooLong }
    let size = SpoolFormat.recordBytes + message.count
    var dropped = 0
    while byteCount + size > settings.size {
      guard settings.overflow == .dropOld, let count = dropOldest() else { return .full }
      dropped += count
    }
    if stagedCount == 0 { beginSegmentWhereDue() }
    guard let salt = segments.last?.name.salt else { return .full }
    SpoolFormat.appendRecord(
      message, sequence: nextSequence + UInt64(stagedCount), salt: salt, to: &staged)
    stagedCount += 1
    return .taken(dropped: dropped)
  }

  /// Writes what is staged; where that fails it is staged still, and `takeBack` gives it up.
  mutating func commit(now: Int64) throws(SpoolError) {
    guard stagedCount > 0 else { return }
    try openWriter()
    let last = segments.count - 1
    do throws(Errno) {
      try writer?.write(staged.span, at: segments[last].size)
    } catch {
      // What a part of the batch left behind would be a torn record in the middle of a file.
      do throws(Errno) { try writer?.truncate(to: segments[last].size) } catch { writer = nil }
      throw .system(error, file: segments[last].name.text)
    }
    segments[last].size += staged.count
    fileBytes += staged.count
    segments[last].end += UInt64(stagedCount)
    segments[last].unread += stagedCount
    nextSequence += UInt64(stagedCount)
    staged.removeAll()
    stagedCount = 0
    if unsynchronizedSince == nil { unsynchronizedSince = now }
    if settings.synchronization == .always { try synchronize() }
  }

  /// Gives up what is staged, and hands each message over.
  mutating func takeBack(_ each: (Span<UInt8>) -> Void) {
    forEachStaged(each)
    staged.removeAll()
    stagedCount = 0
  }

  private borrowing func forEachStaged(_ each: (Span<UInt8>) -> Void) {
    let bytes = staged.span
    var place = 0
    while place < bytes.count {
      let start = place + SpoolFormat.recordBytes
      let end = start + Int(bytes.littleEndian32(at: place + 4))
      each(bytes.extracting(start..<end))
      place = end
    }
  }

  /// What is delivered: all records before this one.
  mutating func deliver(upTo sequence: UInt64) { cursor.advance(to: sequence) }

  /// Saves what is delivered, removes segments that nobody needs any more, and forces to the disk
  /// what is due.
  mutating func tidy(now: Int64) throws(SpoolError) {
    do throws(Errno) { try cursor.save(to: cursorFile, with: &cursorRoom) } catch {
      throw .system(error, file: SpoolCursor.fileName)
    }
    while segments.count > 1, readIndex > 0, segments[0].end <= cursor.next { removeOldest() }
    if case .interval(let milliseconds) = settings.synchronization, let since = unsynchronizedSince,
      now - since >= Int64(milliseconds) * 1000
    {
      // A disk that is still busy with the last time is asked again a period later.
      if synchronizer.isBusy { unsynchronizedSince = now } else { try beginToSynchronize() }
    }
  }

  /// Lets another thread wait for the disk; an earlier failure comes to light here.
  private mutating func beginToSynchronize() throws(SpoolError) {
    unsynchronizedSince = nil
    do throws(Errno) {
      if let failure = synchronizer.takeFailure() { throw failure }
      switch writer {
      case .some(let file): try synchronizer.begin(file)
      case nil: break
      }
    } catch {
      throw .system(error, file: segments.last?.name.text ?? "")
    }
  }

  /// When `tidy` is due without anything else to do; nil where it is not.
  var deadline: Int64? {
    guard case .interval(let milliseconds) = settings.synchronization else { return nil }
    return unsynchronizedSince.map { $0 + Int64(milliseconds) * 1000 }
  }

  /// Leaves a folder that holds nothing where everything was delivered.
  mutating func finish(now: Int64) throws(SpoolError) {
    try tidy(now: now)
    if settings.synchronization != .never, unsynchronizedSince != nil { try synchronize() }
    if unreadCount == 0, nextSequence <= cursor.next {
      writer = nil
      while !segments.isEmpty { removeOldest() }
    }
  }

  private mutating func synchronize() throws(SpoolError) {
    unsynchronizedSince = nil
    do throws(Errno) { try writer?.synchronize() } catch {
      throw .system(error, file: segments.last?.name.text ?? "")
    }
  }

  /// A segment that is full, or whose numbers do not go on, is left for a new one.
  mutating func beginSegmentWhereDue(anyway: Bool = false) {
    if !anyway, let last = segments.last, last.size < segmentLimit, last.end == nextSequence {
      return
    }
    switch settings.synchronization {
    case .never: break
    case .always: try? synchronize()
    case .interval: try? beginToSynchronize()
    }
    writer = nil
    let name = SpoolFormat.SegmentName(first: nextSequence, salt: .random(in: 1 ... .max))
    add(Segment(name: name, size: SpoolFormat.headerBytes, end: nextSequence, unread: 0))
  }

  /// Adds a segment at the end.
  mutating func add(_ segment: Segment) {
    segments.append(segment)
    fileBytes += segment.size
  }

  private mutating func openWriter() throws(SpoolError) {
    guard writer == nil, let last = segments.last else { return }
    let file = try Self.open(last.name.text, in: folder, owner)
    var header = ByteWriter(capacity: SpoolFormat.headerBytes)
    SpoolFormat.appendHeader(last.name, to: &header)
    do throws(Errno) { try file.write(header.span, at: 0) } catch {
      throw .system(error, file: last.name.text)
    }
    writer = consume file
  }

  /// Drops the oldest segment, unless it is the one that is written to; how many records nobody had
  /// read yet went with it.
  private mutating func dropOldest() -> Int? {
    guard segments.count > 1 else { return nil }
    let unread = segments[0].unread
    removeOldest()
    return unread
  }

  mutating func removeOldest() {
    // A file that cannot be removed is found again at the next start, behind the cursor.
    do throws(Errno) { try folder.remove(segments[0].name.text) } catch {}
    fileBytes -= segments.removeFirst().size
    if readIndex > 0 { readIndex -= 1 } else { reader = nil }
  }
}
