internal import Kernel

/// Leaving the terminal (`daemon`, `-D`) and telling the process's id (`pidfile`, `-p`).
enum Background {
  /// Makes the process that goes on without a terminal: its id in the parent, nil in itself.
  static func fork() throws(Errno) -> Int32? {
    if let child = try Process.fork() { return child }
    try Process.beginSession()
    try Process.silence(0...1)
    return nil
  }

  /// Writes the process's id to a file, over what was there.
  static func writeProcessIdentifier(to path: String) throws(Errno) {
    try File.write("\(Process.identifier)\n", to: path, mode: 0o644)
  }
}
