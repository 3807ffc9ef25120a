internal import Kernel
internal import LogRecords
internal import Reactor

/// What the log thread itself has to tell: of its sinks, of what they dropped, and of what
/// `log-limit` left out.
extension LogThread {
  /// Tells of sinks that went or came back, all loggers of the process but those of the sink.
  mutating func reportNotices() {
    for (place, sink) in table.sinks.enumerated() {
      for notice in sink.takeNotices() {
        tell(notice.event(of: sink.ledger.sink), of: place) { !$0 || notice.isForItself }
      }
    }
  }

  /// Tells what sinks dropped: others at once, the loggers of the sink itself when it takes lines.
  mutating func reportDrops() {
    for (place, sink) in table.sinks.enumerated()
    where dropReports[place].isDue(sink.ledger, loop.now) {
      let nanoseconds = Clock.realtimeNanoseconds()
      if let event = dropReports[place].tellOthers(sink.ledger, now: loop.now, nanoseconds) {
        tell(event, of: place) { !$0 }
      }
      guard sink.takesLines else { continue }
      if let event = dropReports[place].tellItself(sink.ledger, now: loop.now, nanoseconds) {
        tell(event, of: place) { $0 }
      }
    }
  }

  /// Tells what was left out of kinds whose time is over, or of all; the loggers of the same proxy
  /// get it, without a limit.
  mutating func reportLimits(all: Bool = false) {
    summaryDeadline = .max
    report(process, all, nil) { _ in }
    for (index, group) in frontends.enumerated() {
      report(group, all, pipeline.settings.names.frontends[index].name) {
        $0.frontend = UInt32(index)
      }
    }
    for (index, group) in backends.enumerated() {
      report(group, all, pipeline.settings.names.backends[index].name) {
        $0.backend = UInt32(index)
      }
    }
  }

  private mutating func report(
    _ group: LoggerGroup, _ all: Bool, _ proxy: String?, _ name: (inout LogEvent) -> Void
  ) {
    guard let limits = group.formats.limits else { return }
    for summary in limits.takeSummaries(now: loop.now, all: all) {
      var event = LogEvent(
        .messagesLimited, severity: summary.severity,
        text: summary.text(proxy: proxy, now: loop.now),
        values: [
          .text(.messageKind, summary.kind), .integer(.leftOut, summary.count),
          .integer(.since, summary.sinceNanoseconds),
        ], nanoseconds: Clock.realtimeNanoseconds())
      name(&event)
      event.sequence = pipeline.sequence.next()
      for index in group.loggers { ship(event, to: index) }
    }
    summaryDeadline = min(summaryDeadline, limits.deadline ?? .max)
  }

  /// Numbers an event of the process and ships it to the process's loggers.
  mutating func tell(_ event: LogEvent) {
    guard !process.loggers.isEmpty else { return }
    var event = event
    event.sequence = pipeline.sequence.next()
    ship(event)
  }

  /// Numbers an event about the sink at a place and ships it to those of the process's loggers that
  /// are wanted: `isWanted` is asked whether to take one with this sink alone, or with others.
  private mutating func tell(_ event: LogEvent, of place: Int, where isWanted: (Bool) -> Bool) {
    let wanted = process.loggers.filter { isWanted(loggers[$0].destination == .sink(place)) }
    guard !wanted.isEmpty else { return }
    var event = event
    event.sequence = pipeline.sequence.next()
    for index in wanted { ship(event, to: index) }
  }
}
