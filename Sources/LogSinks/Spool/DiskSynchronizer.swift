internal import Kernel
internal import Synchronization

/// Forces files to the disk on threads of their own, so that a slow disk holds up no other sink.
final class DiskSynchronizer: Sendable {
  /// A file on its way to a thread, which closes it.
  private final class Work: Sendable {
    let file: StorageFile
    init(_ file: consuming StorageFile) { self.file = file }
  }

  private let count = Atomic<Int>(0)
  private let failure = Locked<Errno?>(nil)

  init() {}

  /// Whether a file is on its way to the disk.
  var isBusy: Bool { count.load(ordering: .acquiring) > 0 }

  /// Begins to force a file to the disk; what comes of it is told by `takeFailure`. It throws where
  /// there is no descriptor or thread for it.
  func begin(_ file: borrowing StorageFile) throws(Errno) {
    let work = Work(try file.duplicate())
    count.wrappingAdd(1, ordering: .relaxed)
    do throws(Errno) {
      let thread = try Thread(name: "spool") { [self] in finish(work) }
      thread.detach()
    } catch {
      count.wrappingSubtract(1, ordering: .relaxed)
      throw error
    }
  }

  private func finish(_ work: Work) {
    do throws(Errno) { try work.file.synchronize() } catch {
      failure.withLock { $0 = error }
    }
    count.wrappingSubtract(1, ordering: .releasing)
  }

  /// Why a file could not be forced to the disk, since this was last asked.
  func takeFailure() -> Errno? {
    failure.withLock { failure in
      defer { failure = nil }
      return failure
    }
  }
}
