internal import LogRecords
internal import Metrics

extension LogReport {
  /// The report for machines: one JSON object, whose form docs/reading-logs.md tells.
  package var json: String {
    let a = aggregate
    var object = JSONText()
    object.add("schema", 1)
    object.add("sources", list(source.names.map(JSONText.quoted)))
    object.add("bytes_read", a.bytes)
    object.add("lines", a.lines)
    object.add("seconds", raw: seconds(source.elapsedMicroseconds))
    object.add("ended", a.ended)
    object.add("errors", a.errors)
    object.add("unfinished", a.unfinished)
    object.add("refused", a.refused)
    object.add("filtered", a.filtered)
    object.add("messages", a.messages)
    object.add("unparsed", a.unknown)
    object.add("retried", a.retried)
    object.add("redispatched", a.redispatched)
    object.add("bytes_to_clients", a.bytesOut)
    if let bytes = a.bytesIn { object.add("bytes_from_clients", bytes) }
    if let first = a.firstAccepted { object.add("first_accepted_us", UInt64(clamping: first)) }
    if let last = a.lastAccepted { object.add("last_accepted_us", UInt64(clamping: last)) }
    object.add("states", list(a.stateCounts.map(state)))
    object.add("queue_us", histogram(a.queues))
    object.add("connect_us", histogram(a.connects))
    object.add("total_us", histogram(a.totals))
    object.add("bytes_to_client", histogram(a.sizes))
    object.add("servers", table(a.servers, hasTimes: true))
    object.add("clients", table(a.clients, hasTimes: false))
    object.add("frontends", table(a.frontends, hasTimes: false))
    object.add("rates", rates)
    object.add("slowest", list(a.slowest.map(slow)))
    object.add("runs", list(a.sequences.sorted { $0.key < $1.key }.map { run($0.key, $0.value) }))
    object.add("unnumbered", a.unnumbered)
    if !a.unparsed.isEmpty { object.add("unparsed_lines", list(a.unparsed.map(unparsedLine))) }
    return object.text + "\n"
  }

  private func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }

  private func seconds(_ microseconds: UInt64) -> String {
    "\(microseconds / 1_000_000)." + String(1_000_000 + microseconds % 1_000_000).dropFirst()
  }

  private func state(_ letters: String, _ count: UInt64) -> String {
    var object = JSONText()
    object.add("state", JSONText.quoted(letters))
    if let state = TerminationExplanation.state(letters) {
      object.add("reason", JSONText.quoted(state.reason))
    }
    object.add("count", count)
    return object.text
  }

  private func histogram(_ histogram: LogLinearHistogram) -> String {
    var object = JSONText()
    object.add("count", histogram.count)
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1)] {
      if let value = histogram.quantile(share) { object.add(name, value) }
    }
    if histogram.count > 0 { object.add("sum", histogram.sum) }
    return object.text
  }

  private func table(_ tallies: TallyTable, hasTimes: Bool) -> String {
    var object = JSONText()
    object.add("names", UInt64(tallies.count))
    object.add("count_error", tallies.error)
    object.add(
      "top",
      list(
        tallies.top(top).map { entry in
          var item = JSONText()
          item.add("name", JSONText.quoted(entry.name))
          item.add("count", entry.tally.connections)
          item.add("errors", entry.tally.errors)
          item.add("bytes_to_clients", entry.tally.bytesOut)
          if hasTimes {
            item.add("connect_us", histogram(entry.connects))
            item.add("total_us", histogram(entry.totals))
          }
          return item.text
        }))
    return object.text
  }

  private var rates: String {
    let (begin, width, buckets) = aggregate.rates.fitted(to: 1024)
    var object = JSONText()
    object.add("begin_ms", UInt64(clamping: begin))
    object.add("width_ms", UInt64(clamping: width))
    object.add("count", list(buckets.map { String($0.connections) }))
    object.add("errors", list(buckets.map { String($0.errors) }))
    object.add("bytes_to_clients", list(buckets.map { String($0.bytesOut) }))
    return object.text
  }

  private func slow(_ one: LogAggregate.SlowConnection) -> String {
    var object = JSONText()
    object.add("total_us", one.totalMicroseconds)
    if let time = one.queueMicroseconds { object.add("queue_us", time) }
    if let time = one.connectMicroseconds { object.add("connect_us", time) }
    if let time = one.acceptedMicroseconds { object.add("accepted_us", UInt64(clamping: time)) }
    if let bytes = one.bytesOut { object.add("bytes_to_client", bytes) }
    object.add("state", JSONText.quoted(one.state))
    object.add("client", JSONText.quoted(one.client))
    object.add("frontend", JSONText.quoted(one.frontend))
    object.add("server", JSONText.quoted(one.server))
    return object.text
  }

  private func run(_ boot: String, _ check: SequenceCheck) -> String {
    var object = JSONText()
    object.add("boot_id", JSONText.quoted(boot))
    if let first = check.first { object.add("first", first) }
    if let last = check.last { object.add("last", last) }
    object.add("missing", check.missing)
    object.add("gaps", check.gapCount)
    object.add("twice", check.doubles)
    let gaps = check.gaps(1000).map { "[\($0.lowerBound),\($0.upperBound)]" }
    object.add("gap_ranges", list(gaps))
    return object.text
  }

  private func unparsedLine(_ line: LogAggregate.UnparsedLine) -> String {
    var object = JSONText()
    let part = source.parts.indices.contains(line.part) ? source.parts[line.part] : ("-", 0)
    object.add("source", JSONText.quoted(part.0))
    object.add("line", part.1 + line.line + 1)
    object.add("text", JSONText.quoted(line.text))
    return object.text
  }
}

/// An object of JSON under way.
struct JSONText {
  private var body = ""

  /// The object.
  var text: String { "{" + body + "}" }

  mutating func add(_ name: String, _ number: UInt64) { add(name, raw: String(number)) }
  mutating func add(_ name: String, _ value: String) { add(name, raw: value) }
  mutating func add(_ name: String, raw value: String) {
    if !body.isEmpty { body += "," }
    body += "\"\(name)\":\(value)"
  }

  /// A text as JSON writes it (RFC 8259, 7).
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
