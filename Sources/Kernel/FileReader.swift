internal import CLinux

/// Why a file could not be read.
package enum FileError: Error, Hashable, Sendable {
  /// The kernel refused.
  case system(Errno)
  /// The path names something that is not read as a file.
  case notAFile(File.Kind)
  /// The file is larger than the limit, in bytes.
  case tooLarge(limit: Int)
}

extension File {
  /// Reads a file whole, up to a limit (open(2), read(2)).
  ///
  /// It never waits: what could make it wait, such as a FIFO, is refused. A character device is
  /// read (/dev/null), as far as it answers at once.
  package static func contents(
    of path: String, limitBytes: Int
  ) throws(FileError) -> [UInt8] {
    var kind: Int32 = 0
    let number = unsafe weir_file_open(path, &kind)
    guard number >= 0 else {
      if Errno(-number) == .invalid, kind != 0, kind != 2, kind != 6 {
        throw .notAFile(Kind(rawValue: kind) ?? .other)
      }
      throw .system(Errno(-number))
    }
    let descriptor = Descriptor(owning: number)
    var contents: [UInt8] = []
    while true {
      var failure: FileError?
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: chunkBytes) { room, count in
        // SAFETY: at most `chunkBytes` bytes are written, and as many counted as were written.
        let read = unsafe weir_file_read(descriptor.number, room.baseAddress, chunkBytes)
        count = max(0, read)
        if read < 0 { failure = .system(Errno(Int32(clamping: -read))) }
      }
      if let failure { throw failure }
      if chunk.isEmpty { return contents }
      guard contents.count + chunk.count <= limitBytes else {
        throw .tooLarge(limit: limitBytes)
      }
      contents += chunk
    }
  }

  /// The names in a folder, in the order of their bytes (opendir(3), readdir(3)).
  package static func names(inFolder path: String) throws(Errno) -> [String] {
    var names: UnsafeMutablePointer<CChar>?
    var size = 0
    _ = try check(unsafe weir_folder_names(path, &names, &size))
    return unsafe takeTexts(names, size).sorted { left, right in
      left.utf8.lexicographicallyPrecedes(right.utf8)
    }
  }

  /// What a symbolic link says (readlink(2)); nil where the path is none.
  package static func linkTarget(_ path: String) -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { room in
      // SAFETY: at most 4096 bytes are written, and as many read as were written.
      let count = unsafe weir_link_target(path, room.baseAddress, 4096)
      guard count >= 0 else { return nil }
      return unsafe String(decoding: UnsafeRawBufferPointer(room)[..<count], as: UTF8.self)
    }
  }

  /// How many bytes are read at a time.
  private static let chunkBytes = 65_536
}

/// Copies a list of texts, each ended by a NUL, and frees it.
@unsafe
func takeTexts(_ names: UnsafeMutablePointer<CChar>?, _ size: Int) -> [String] {
  // SAFETY: `names` has `size` bytes, and is freed after they were copied.
  defer { unsafe weir_free(names) }
  let bytes = unsafe UnsafeRawBufferPointer(start: names, count: size)
  return unsafe bytes.split(separator: 0).map { unsafe String(decoding: $0, as: UTF8.self) }
}
