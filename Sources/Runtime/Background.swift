internal import Kernel

/// Leaving the terminal (`daemon`, `-D`) and telling the process's id (`pidfile`, `-p`).
enum Background {
  /// What a fork gave.
  enum Side { case parent, child }

  /// Makes the process that goes on without a terminal. The parent has nothing more to do.
  static func fork() throws(Errno) -> Side {
    if try Process.fork() != nil { return .parent }
    try Process.beginSession()
    return .child
  }

  /// Writes the process's id to a file, over what was there.
  static func writeProcessIdentifier(to path: String) throws(Errno) {
    try File.write("\(Process.identifier)\n", to: path, mode: 0o644)
  }
}
