internal import CLinux

extension Environment {
  /// All variables; of a name that occurs twice, the first.
  package static var variables: [String: String] {
    var variables: [String: String] = [:]
    var index = 0
    // SAFETY: the list ends with NULL, and each text is copied before anything else runs.
    while let entry = unsafe weir_environment_at(index) {
      let text = unsafe String(cString: entry)
      index += 1
      guard let sign = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(text[..<sign])
      if variables[name] == nil {
        variables[name] = String(text[text.utf8.index(after: sign)...])
      }
    }
    return variables
  }
}

extension Process {
  /// The path of the program that runs; nil where /proc does not tell.
  package static var executablePath: String? {
    let path = unsafe text(weir_executable_path)
    return path.isEmpty ? nil : path
  }

  /// The kernel's name, release and machine (uname(2)).
  package static var kernelName: String { unsafe text(weir_kernel_name) }

  /// The version of the C library that runs (gnu_get_libc_version(3)).
  package static var standardLibraryVersion: String {
    // SAFETY: the text is a constant of the C library.
    unsafe weir_libc_version().map { unsafe String(cString: $0) } ?? ""
  }

  /// The paths of the shared libraries that are loaded (dl_iterate_phdr(3)), links resolved.
  package static var loadedLibraries: [String] {
    var names: UnsafeMutablePointer<CChar>?
    var size = 0
    guard unsafe weir_loaded_objects(&names, &size) >= 0 else { return [] }
    return unsafe takeTexts(names, size)
  }

  private static func text(_ write: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { room in
      // SAFETY: at most 4096 bytes are written, and as many read as were written.
      let count = unsafe write(room.baseAddress, 4096)
      return unsafe String(decoding: UnsafeRawBufferPointer(room)[..<count], as: UTF8.self)
    }
  }
}
