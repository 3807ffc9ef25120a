internal import CLinux

/// What a process asks of the kernel for itself.
package enum Process {
  /// The process's id (getpid(2)).
  package static var identifier: Int32 { weir_pid() }
  /// The user it acts as (geteuid(2)).
  package static var userIdentifier: UInt32 { weir_effective_user() }
  /// Whether it has root's rights (geteuid(2)).
  package static var isRoot: Bool { weir_effective_user() == 0 }

  /// The system's host name (gethostname(2)); empty where it has none.
  package static var hostName: String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { room in
      // SAFETY: at most 256 bytes are written, and as many read as were written.
      let count = unsafe weir_host_name(room.baseAddress, 256)
      return unsafe String(decoding: UnsafeRawBufferPointer(room)[..<count], as: UTF8.self)
    }
  }

  /// Makes a second process (fork(2)): the child's id in the parent, nil in the child. Only before
  /// the first thread starts.
  package static func fork() throws(Errno) -> Int32? {
    let pid = try check(weir_fork())
    return pid == 0 ? nil : pid
  }

  /// Begins a session of its own, without a terminal (setsid(2)).
  package static func beginSession() throws(Errno) { _ = try check(weir_setsid()) }

  /// Turns these descriptors, of the standard ones 0 to 2, to /dev/null.
  package static func silence(_ descriptors: ClosedRange<Int32>) throws(Errno) {
    _ = try check(weir_null_descriptors(descriptors.lowerBound, descriptors.upperBound))
  }

  /// Sends standard error where standard output goes (dup2(2)): there may be no /dev/null to open
  /// any more, after a change of root.
  package static func joinErrorsToOutput() throws(Errno) { _ = try check(weir_join_errors()) }

  /// Changes the working directory (chdir(2)).
  package static func changeDirectory(to path: String) throws(Errno) {
    _ = try check(unsafe weir_chdir(path))
  }

  /// Changes the root to a directory and goes there (chroot(2)).
  package static func changeRoot(to path: String) throws(Errno) {
    _ = try check(unsafe weir_chroot(path))
    _ = try check(unsafe weir_chdir("/"))
  }

  /// Sends a signal to a process (kill(2)).
  package static func send(signal: Int32, to pid: Int32) throws(Errno) {
    _ = try check(weir_kill(pid, signal))
  }

  /// Leaves all supplementary groups (setgroups(2)).
  package static func leaveGroups() throws(Errno) { _ = try check(weir_drop_groups()) }
  /// Becomes a member of this group alone (setgid(2)).
  package static func become(group: UInt32) throws(Errno) { _ = try check(weir_set_group(group)) }
  /// Becomes this user for good (setuid(2)).
  package static func become(user: UInt32) throws(Errno) { _ = try check(weir_set_user(user)) }

  /// The ids of a user by name (getpwnam(3)); nil where there is none.
  package static func user(named name: String) -> (user: UInt32, group: UInt32)? {
    var user: UInt32 = 0
    var group: UInt32 = 0
    return unsafe weir_user_named(name, &user, &group) == 0 ? (user, group) : nil
  }

  /// The id of a group by name (getgrnam(3)); nil where there is none.
  package static func group(named name: String) -> UInt32? {
    var group: UInt32 = 0
    return unsafe weir_group_named(name, &group) == 0 ? group : nil
  }

  /// The limits on open descriptors (getrlimit(2), RLIMIT_NOFILE).
  package static func descriptorLimits() throws(Errno) -> (soft: UInt64, hard: UInt64) {
    var soft: UInt64 = 0
    var hard: UInt64 = 0
    _ = try check(unsafe weir_descriptor_limit(&soft, &hard))
    return (soft, hard)
  }

  /// Sets the limits on open descriptors (setrlimit(2)); only root may raise the hard one.
  package static func setDescriptorLimits(soft: UInt64, hard: UInt64) throws(Errno) {
    _ = try check(weir_set_descriptor_limit(soft, hard))
  }

  /// Sets the most memory that the process may allocate, in megabytes (setrlimit(2), RLIMIT_DATA).
  package static func limitMemory(megabytes: UInt64) throws(Errno) {
    let (bytes, isTooMany) = megabytes.multipliedReportingOverflow(by: 1 << 20)
    _ = try check(weir_set_memory_limit(isTooMany ? .max : bytes))
  }

  /// Takes the handlers of crashes away that the language's runtime has set: they may hang, and a
  /// process that systemd's watchdog aborts is to end.
  package static func dieByFaults() { weir_default_faults() }

  /// Lets a write to a closed pipe fail with EPIPE rather than end the process.
  package static func ignoreBrokenPipes() { weir_ignore_broken_pipes() }

  /// Ends the process by a signal, as if it had not been caught.
  package static func die(by signal: Int32) { weir_die_by(signal) }
}

/// Files and sockets by path.
package enum File {
  /// What a path names.
  package enum Kind: Int32, Sendable { case directory = 1, regular, fifo, socket, other }

  /// What a path names (stat(2)).
  package static func kind(of path: String) throws(Errno) -> Kind {
    Kind(rawValue: try check(unsafe weir_kind_of_file(path))) ?? .other
  }

  /// Writes a file whole, over what was there.
  package static func write(_ text: String, to path: String, mode: UInt32) throws(Errno) {
    var text = text
    let result = text.withUTF8 { bytes in
      // SAFETY: as many bytes are read as the buffer has.
      unsafe weir_write_file(path, bytes.baseAddress, bytes.count, mode)
    }
    _ = try check(result)
  }

  /// Removes a name (unlink(2)).
  package static func remove(_ path: String) throws(Errno) {
    _ = try check(unsafe weir_unlink(path))
  }
  /// Gives a file another name, over whatever had it (rename(2)).
  package static func rename(_ from: String, to: String) throws(Errno) {
    _ = try check(unsafe weir_rename(from, to))
  }
  /// Sets the permission bits (chmod(2)).
  package static func setMode(_ mode: UInt32, of path: String) throws(Errno) {
    _ = try check(unsafe weir_chmod(path, mode))
  }
  /// Sets owner and group (chown(2)); nil leaves one as it is.
  package static func setOwner(user: UInt32?, group: UInt32?, of path: String) throws(Errno) {
    _ = try check(unsafe weir_chown(path, user ?? .max, group ?? .max))
  }
}
