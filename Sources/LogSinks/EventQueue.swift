internal import Kernel
internal import LogRecords

/// Events on their way to the log thread, from any thread. The queue is bounded; what does not fit
/// is counted by who would have got it.
final class EventQueue: Sendable {
  /// The most events that wait.
  static let limit = 1024

  /// Who gets an event, and how severe it is: all that is kept of one that was lost.
  struct Class: Hashable, Sendable {
    var frontend: UInt32?
    var backend: UInt32?
    var severity: Severity
  }

  private struct State: Sendable {
    var waiting: [LogEvent] = []
    var lost: [Class: UInt64] = [:]
  }

  private let state = Locked(State())

  init() {}

  /// Adds an event, or counts it as lost.
  func append(_ event: LogEvent) {
    state.withLock { state in
      if state.waiting.count < Self.limit {
        state.waiting.append(event)
      } else {
        let key = Class(
          frontend: event.frontend, backend: event.backend, severity: event.severity)
        state.lost[key, default: 0] &+= 1
      }
    }
  }

  /// Whether nothing waits and nothing was lost since the last `take`.
  var isEmpty: Bool { state.withLock { $0.waiting.isEmpty && $0.lost.isEmpty } }

  /// Takes all.
  func take() -> (events: [LogEvent], lost: [Class: UInt64]) {
    state.withLock { state in
      let taken = (state.waiting, state.lost)
      if !state.waiting.isEmpty { state.waiting = [] }
      if !state.lost.isEmpty { state.lost = [:] }
      return taken
    }
  }
}
