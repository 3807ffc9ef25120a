internal import Kernel

/// Why a spool cannot be used.
enum SpoolError: Error, Hashable {
  /// The system refused to make, open or read something in its folder.
  case system(Errno, file: String)
  /// Another process, or another receiver of this one, has it.
  case taken
  /// It was written by another version of Weir.
  case otherVersion(file: String)

  /// The name for a ledger's `last_error`.
  var name: String {
    switch self {
    case .system(let error, _): error.name
    case .taken: "SPOOL_TAKEN"
    case .otherVersion: "SPOOL_VERSION"
    }
  }

  /// In words, with what to do.
  func words(folder: String) -> String {
    switch self {
    case .system(let error, let file):
      "\(folder)\(file.isEmpty ? "" : "/" + file): \(error.words); \(Self.remedy(for: error))"
    case .taken: "\(folder) is in use by another process; give each its own folder"
    case .otherVersion(let file):
      "\(folder)/\(file) was written by another version of Weir; let that one deliver it, or move"
        + " it away"
    }
  }

  /// What mends a disk that answers so.
  private static func remedy(for error: Errno) -> String {
    switch error {
    case .noEntry, Errno(20): "make the folder that the spool is to be in"
    case Errno(1), .permissionDenied: "let Weir's user write in that folder"
    case Errno(30): "give 'spool' a folder that can be written to"
    case .noSpace, .quota: "make room on that disk"
    default: "see to that disk"
    }
  }
}
