internal import CLinux
package import Memory

/// A folder that is open: its files are reached also when its path means another, or nothing, such
/// as after chroot(2).
package struct Folder: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// Opens a folder, which is made where it is missing, for its owner alone; the folders above it
  /// must be there (mkdir(2), open(2)).
  package init(_ path: String) throws(Errno) {
    descriptor = Descriptor(owning: try check(unsafe weir_folder_open(path, 0o700)))
  }

  /// The names in it, in the order of their bytes (readdir(3)).
  package func names() throws(Errno) -> [String] {
    var names: UnsafeMutablePointer<CChar>?
    var size = 0
    _ = try check(unsafe weir_folder_list(descriptor.number, &names, &size))
    return unsafe takeTexts(names, size).sorted { left, right in
      left.utf8.lexicographicallyPrecedes(right.utf8)
    }
  }

  /// Opens a regular file of it to read and write (openat(2)); `create` makes it where it is
  /// missing, for its owner alone.
  package func file(_ name: String, create: Bool) throws(Errno) -> StorageFile {
    let number = unsafe weir_folder_file(descriptor.number, name, create ? 1 : 0, 0o600)
    return StorageFile(Descriptor(owning: try check(number)))
  }

  /// Removes a file of it (unlinkat(2)).
  package func remove(_ name: String) throws(Errno) {
    _ = try check(unsafe weir_folder_remove(descriptor.number, name))
  }

  /// Gives it to a user and a group (fchown(2)); nil leaves one as it is.
  package func give(user: UInt32?, group: UInt32?) throws(Errno) {
    _ = try check(weir_storage_give(descriptor.number, user ?? .max, group ?? .max))
  }
}

/// A regular file that is read and written at places.
package struct StorageFile: ~Copyable, Sendable {
  private let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Keeps all others from a lock on it, as long as it is open; where another process has one, it
  /// fails with EAGAIN (flock(2)).
  package func lock() throws(Errno) { _ = try check(weir_storage_lock(descriptor.number)) }

  /// Gives it to a user and a group (fchown(2)); nil leaves one as it is.
  package func give(user: UInt32?, group: UInt32?) throws(Errno) {
    _ = try check(weir_storage_give(descriptor.number, user ?? .max, group ?? .max))
  }

  /// Writes all the bytes at a place (pwrite(2)); where it fails, a part of them may be there.
  package func write(_ bytes: Span<UInt8>, at offset: Int) throws(Errno) {
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      // SAFETY: as many bytes are read as the span has.
      unsafe weir_file_write_at(
        descriptor.number, bytes.baseAddress, bytes.count, UInt64(offset))
    }
    _ = try check(result)
  }

  /// Reads from a place into the room of a buffer, at most so many bytes (pread(2)); their number,
  /// 0 at the end.
  package func read(
    into buffer: inout ByteBuffer, at offset: Int, limit: Int
  ) throws(Errno) -> Int {
    let count = min(limit, buffer.room)
    // SAFETY: the buffer has `room` bytes behind `end`.
    let result = unsafe weir_storage_read_at(
      descriptor.number, buffer.base + buffer.end, count, Int64(offset))
    guard result >= 0 else { throw Errno(Int32(clamping: -result)) }
    buffer.produced(result)
    return result
  }

  /// Its size in bytes (fstat(2)).
  package func size() throws(Errno) -> Int {
    let size = weir_storage_size(descriptor.number)
    guard size >= 0 else { throw Errno(Int32(clamping: -size)) }
    return Int(size)
  }

  /// Cuts it off (ftruncate(2)).
  package func truncate(to size: Int) throws(Errno) {
    _ = try check(weir_file_cut(descriptor.number, UInt64(size)))
  }

  /// Another descriptor of the same file, for another thread (fcntl(2), F_DUPFD_CLOEXEC).
  package func duplicate() throws(Errno) -> StorageFile {
    StorageFile(Descriptor(owning: try check(weir_input_duplicate(descriptor.number))))
  }

  /// Waits until the disk has what was written (fdatasync(2)).
  package func synchronize() throws(Errno) {
    _ = try check(weir_storage_synchronize(descriptor.number))
  }
}
