package import LogRecords
internal import Kernel
internal import Memory
internal import Metrics
internal import Synchronization

/// Wakes the log thread, if it sleeps.
package final class LogAlarm: Sendable {
  private let isSleeping = Atomic<Bool>(false)
  let event: EventDescriptor

  init() throws(Errno) { event = try EventDescriptor() }

  /// Wakes the thread. While it is awake this is a fence and a load.
  ///
  /// The fence here and the one in `prepareSleep` make sure that one of both threads sees what the
  /// other did: the writer that the thread sleeps, or the thread that something was written.
  func ring() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    guard isSleeping.load(ordering: .relaxed),
      isSleeping.exchange(false, ordering: .acquiringAndReleasing)
    else { return }
    event.signal()
  }

  /// Wakes the thread, even if it is about to sleep.
  func ringAlways() { event.signal() }

  /// Says that the thread will sleep; it looks once more for work after this.
  func prepareSleep() {
    isSleeping.store(true, ordering: .relaxed)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
  }

  /// Says that the thread is awake.
  func wakeUp() { isSleeping.store(false, ordering: .relaxed) }
}

/// The end of a worker's ring that records go into.
///
/// A worker writes without a lock, an allocation or a wait, and without a system call unless the
/// log thread sleeps. One thread may write at a time.
package final class RecordWriter: Sendable {
  /// What one frontend lost to a full ring, by severity.
  final class Drops: Sendable {
    let bySeverity: InlineArray<8, Counter> = InlineArray { _ in Counter() }
  }

  let ring: SingleProducerRing<ConnectionRecord>
  let drops: [Drops]
  /// Counts every record lost to a full ring.
  let dropCount = Counter()
  private let alarm: LogAlarm
  private let sequence: RecordSequence

  init(capacity: Int, frontends: Int, alarm: LogAlarm, sequence: RecordSequence) {
    ring = SingleProducerRing(capacity: capacity, blank: ConnectionRecord())
    drops = (0..<frontends).map { _ in Drops() }
    self.alarm = alarm
    self.sequence = sequence
  }

  /// Gives the record its number and hands it to the log thread; false where the ring is full and
  /// the record is lost, which is counted. The number is given before, so that what is lost leaves
  /// a gap.
  @discardableResult
  package func write(_ record: inout ConnectionRecord) -> Bool {
    record.sequence = sequence.next()
    let isWritten = ring.push(copyOf: &record)
    if !isWritten {
      let frontend = Int(record.frontend)
      if frontend < drops.count {
        drops[frontend].bySeverity[Int(record.severity.rawValue)].add()
        dropCount.add()
      }
    }
    alarm.ring()
    return isWritten
  }

  /// Hands on a copy of a record.
  @discardableResult
  package func write(_ record: borrowing ConnectionRecord) -> Bool {
    var record = copy record
    return write(&record)
  }
}

/// The numbers of the records and events of a process, from 1, each given once.
package final class RecordSequence: Sendable {
  private let counter = Counter()
  init() {}
  func next() -> UInt64 { counter.next() }
  /// The last number given.
  package var last: UInt64 { counter.value }
}
