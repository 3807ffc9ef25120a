internal import LogRecords
internal import Metrics

/// What `weir logs` tells of an aggregate.
package struct LogReport: Sendable {
  /// What was read, for the report's first line.
  package struct Source: Sendable {
    /// Names of what was read.
    package var names: [String]
    /// How long reading took, in µs.
    package var elapsedMicroseconds: UInt64
    /// How many lines stand before each part of the input, and what the part belongs to.
    package var parts: [(name: String, firstLine: UInt64)]

    /// A source.
    package init(
      names: [String], elapsedMicroseconds: UInt64, parts: [(name: String, firstLine: UInt64)]
    ) {
      self.names = names
      self.elapsedMicroseconds = elapsedMicroseconds
      self.parts = parts
    }
  }

  let aggregate: LogAggregate
  let source: Source
  /// How many servers, clients and frontends are told.
  let top: Int
  /// Whether missing and double numbers are all that is asked for.
  let verifies: Bool

  /// A report of an aggregate that was settled.
  package init(_ aggregate: LogAggregate, source: Source, top: Int, verifies: Bool) {
    self.aggregate = aggregate
    self.source = source
    self.top = top
    self.verifies = verifies
  }

  /// What numbers tell of a log's completeness.
  package enum Completeness: Sendable {
    /// There are numbers, and none is missing.
    case whole
    /// Numbers are missing or came twice.
    case damaged
    /// There are no numbers to tell it by.
    case unknown
  }

  /// What numbers tell of the log's completeness.
  package var completeness: Completeness {
    let checks = aggregate.sequences.values
    guard !checks.isEmpty else { return .unknown }
    return checks.contains { $0.missing > 0 || $0.doubles > 0 } ? .damaged : .whole
  }

  /// The report for people.
  package func text(_ style: TextStyle) -> String {
    var text = heading(style)
    if !verifies, aggregate.ended > 0 {
      text += states(style)
      text += times(style)
      text += servers(style)
      text += table("Clients", "client", aggregate.clients, style)
      if aggregate.frontends.count > 1 {
        text += table("Frontends", "frontend", aggregate.frontends, style)
      }
      let plot = RatePlot.text(aggregate.rates, style)
      if !plot.isEmpty { text += title("Connections a second", style) + plot }
      text += slowest(style)
    }
    text += numbers(style)
    text += unparsed(style)
    return text
  }

  private func title(_ text: String, _ style: TextStyle) -> String {
    "\n" + style.paint(text, .heading) + "\n"
  }

  private func heading(_ style: TextStyle) -> String {
    let a = aggregate
    let names = source.names
    let seconds = Double(max(source.elapsedMicroseconds, 1)) / 1e6
    let name = names.count == 1 ? names[0] : "\(names.count) files"
    let speed = Wording.bytes(UInt64(Double(a.bytes) / seconds))
    let took = Wording.time(source.elapsedMicroseconds, isUTF8: style.isUTF8)
    var text = style.paint(
      "\(name): \(Wording.bytes(a.bytes)), \(Wording.count(a.lines, "line")) in \(took), \(speed)/s",
      .dim)
    text += "\n\n"
    var rows: [(String, String)] = []
    rows.append(("Connections", connections(style)))
    if let first = a.firstAccepted, let last = a.lastAccepted {
      let span = UInt64(max(0, last - first))
      let begin = Wording.date(first)
      let end = Wording.date(last)
      let isSameDay = begin.prefix(10) == end.prefix(10)
      var words = "\(begin) to \(isSameDay ? String(end.dropFirst(11)) : end)"
      words += " (\(Wording.time(span, isUTF8: style.isUTF8)))"
      if span >= 1_000_000 {
        words += ", \(Wording.short(Double(a.ended) / (Double(span) / 1e6)))/s on average"
      }
      rows.append(("Accepted", words))
    }
    if a.ended > 0 {
      rows.append(("Not in order", disorder(style)))
      var words = "\(Wording.bytes(a.bytesOut)) to clients"
      if let received = a.bytesIn { words += ", \(Wording.bytes(received)) from clients" }
      rows.append(("Bytes", words))
    }
    var others: [String] = []
    if a.filtered > 0 {
      others.append("\(Wording.count(a.filtered, "record")) held back by filters")
    }
    if a.messages > 0 { others.append("\(Wording.count(a.messages, "message")) of the proxy") }
    if a.unknown > 0 {
      let words = "\(Wording.count(a.unknown, "line")) not understood"
      others.append(
        style.paint(words, .caution) + (a.unparsed.isEmpty ? " (--show-unparsed shows some)" : ""))
    }
    if !others.isEmpty { rows.append(("Beside", others.joined(separator: ", "))) }
    if a.unknown > a.lines / 2 {
      rows.append(("", "Is this a log of connections? Most of its lines are of no known format."))
    }
    for (label, words) in rows {
      text += "  " + style.paint(label, .dim)
      text += String(repeating: " ", count: max(1, 14 - label.count)) + words + "\n"
    }
    return text
  }

  private func connections(_ style: TextStyle) -> String {
    let a = aggregate
    var words = [style.paint("\(Wording.count(a.ended)) ended", .heading)]
    if a.unfinished > 0 { words.append("\(Wording.count(a.unfinished)) told of before their end") }
    if a.refused > 0 { words.append("\(Wording.count(a.refused)) failed before they began") }
    return words.joined(separator: ", ")
  }

  private func disorder(_ style: TextStyle) -> String {
    let a = aggregate
    let words = "\(Wording.count(a.errors)) (\(Wording.share(a.errors, of: a.ended)))"
    var text = a.errors > 0 ? style.paint(words, .bad) : "none"
    if a.retried > 0 { text += ", \(Wording.count(a.retried)) tried again" }
    if a.redispatched > 0 { text += ", \(Wording.count(a.redispatched)) sent to another server" }
    return text
  }

  private func states(_ style: TextStyle) -> String {
    var table = TextTable([
      .init(title: "connections", isRight: true), .init(title: "share", isRight: true),
      .init(title: "state"), .init(title: "reason"),
      .init(title: "what happened", limit: max(20, style.columns - 58)),
    ])
    for (letters, count) in aggregate.stateCounts {
      let state = TerminationExplanation.state(letters)
      let colour: TextStyle.Colour? = state.map { $0.isError ? .bad : .good }
      table.add([
        .init(Wording.count(count)), .init(Wording.share(count, of: aggregate.ended)),
        .init(letters, colour), .init(state?.reason ?? "unknown"),
        .init(state?.sentence ?? "These letters are not among those of mode tcp."),
      ])
    }
    return title("How they ended", style) + table.text(style)
  }

  private func times(_ style: TextStyle) -> String {
    var table = TextTable(
      [.init(title: "")]
        + ["p50", "p90", "p99", "max"].map { .init(title: $0, isRight: true) }
        + [.init(title: "connections", isRight: true)])
    func add(_ name: String, _ histogram: LogLinearHistogram, _ word: (UInt64) -> String) {
      guard histogram.count > 0 else { return }
      let values = [0.5, 0.9, 0.99, 1].map { histogram.quantile($0).map(word) ?? "" }
      table.add(
        [.init(name)] + values.map { .init($0) } + [.init(Wording.count(histogram.count), .dim)])
    }
    func time(_ value: UInt64) -> String { Wording.time(value, isUTF8: style.isUTF8) }
    add("queue", aggregate.queues, time)
    add("connect", aggregate.connects, time)
    add("total", aggregate.totals, time)
    add("bytes to client", aggregate.sizes, Wording.bytes)
    return title("Times and sizes", style) + table.text(style)
  }

  private func headline(_ name: String, _ table: TallyTable) -> String {
    var text = name
    if table.count > top { text += " (the first \(top) of \(Wording.count(UInt64(table.count))))" }
    if table.error > 0 { text += ", each count up to \(Wording.count(table.error)) too low" }
    return text
  }

  private func servers(_ style: TextStyle) -> String {
    var table = TextTable([
      .init(title: "server", limit: max(24, style.columns - 78)),
      .init(title: "connections", isRight: true), .init(title: "share", isRight: true),
      .init(title: "not in order", isRight: true), .init(title: "bytes out", isRight: true),
      .init(title: "connect p99", isRight: true), .init(title: "total p50", isRight: true),
      .init(title: "p99", isRight: true),
    ])
    func time(_ histogram: LogLinearHistogram, _ share: Double) -> TextTable.Cell {
      .init(histogram.quantile(share).map { Wording.time($0, isUTF8: style.isUTF8) } ?? "")
    }
    for entry in aggregate.servers.top(top) {
      table.add([
        .init(entry.name), .init(Wording.count(entry.tally.connections)),
        .init(Wording.share(entry.tally.connections, of: aggregate.ended)),
        errors(entry.tally), .init(Wording.bytes(entry.tally.bytesOut)),
        time(entry.connects, 0.99), time(entry.totals, 0.5), time(entry.totals, 0.99),
      ])
    }
    return title(headline("Servers", aggregate.servers), style) + table.text(style)
  }

  private func errors(_ tally: Tally) -> TextTable.Cell {
    tally.errors > 0
      ? .init(Wording.share(tally.errors, of: tally.connections), .bad) : .init("0 %")
  }

  private func table(
    _ name: String, _ column: String, _ tallies: TallyTable, _ style: TextStyle
  ) -> String {
    var table = TextTable([
      .init(title: column, limit: max(24, style.columns - 50)),
      .init(title: "connections", isRight: true), .init(title: "share", isRight: true),
      .init(title: "not in order", isRight: true), .init(title: "bytes out", isRight: true),
    ])
    for entry in tallies.top(top) {
      table.add([
        .init(entry.name), .init(Wording.count(entry.tally.connections)),
        .init(Wording.share(entry.tally.connections, of: aggregate.ended)),
        errors(entry.tally), .init(Wording.bytes(entry.tally.bytesOut)),
      ])
    }
    return title(headline(name, tallies), style) + table.text(style)
  }

  private func slowest(_ style: TextStyle) -> String {
    guard !aggregate.slowest.isEmpty else { return "" }
    var table = TextTable([
      .init(title: "total", isRight: true), .init(title: "queue", isRight: true),
      .init(title: "connect", isRight: true), .init(title: "bytes out", isRight: true),
      .init(title: "state"), .init(title: "server", limit: 30), .init(title: "client"),
      .init(title: "accepted"),
    ])
    func time(_ value: UInt64?) -> TextTable.Cell {
      .init(value.map { Wording.time($0, isUTF8: style.isUTF8) } ?? "")
    }
    for one in aggregate.slowest {
      let isBad = TerminationExplanation.state(one.state)?.isError ?? true
      table.add([
        time(one.totalMicroseconds), time(one.queueMicroseconds), time(one.connectMicroseconds),
        .init(one.bytesOut.map(Wording.bytes) ?? ""), .init(one.state, isBad ? .bad : .good),
        .init(one.server), .init(one.client),
        .init(one.acceptedMicroseconds.map { Wording.date($0, milliseconds: true) } ?? ""),
      ])
    }
    return title("The slowest connections", style) + table.text(style)
  }

  /// Whether records are missing, as far as numbers tell.
  private func numbers(_ style: TextStyle) -> String {
    let a = aggregate
    guard !a.sequences.isEmpty else {
      guard verifies else { return "" }
      return title("Completeness", style)
        + "  These lines bear no numbers, so that nobody can tell whether some are missing.\n"
        + "  Structured formats bear them: 'option tcplog otel' (or ecs, cee, logfmt, csv), 'log journald'.\n"
    }
    var text = title("Completeness", style)
    for (boot, check) in a.sequences.sorted(by: { $0.key < $1.key }) {
      guard let first = check.first, let last = check.last else { continue }
      let range = "numbers \(Wording.count(first)) to \(Wording.count(last))"
      text += "  run \(boot): \(range): "
      if check.missing == 0 && check.doubles == 0 {
        text += style.paint("none missing, none twice", .good) + "\n"
        continue
      }
      text += style.paint(
        "\(Wording.count(check.missing)) missing in \(Wording.count(check.gapCount, "gap")), "
          + "\(Wording.count(check.doubles)) twice", .bad)
      text += "\n"
      let gaps = check.gaps(verifies ? 1000 : 10)
      for gap in gaps {
        text += "    missing \(gap.lowerBound)"
        if gap.upperBound > gap.lowerBound { text += " to \(gap.upperBound)" }
        text += "\n"
      }
      if check.gapCount > UInt64(gaps.count) {
        text += "    and \(Wording.count(check.gapCount - UInt64(gaps.count), "gap")) more\n"
      }
      if !check.someDoubles.isEmpty {
        let numbers = check.someDoubles.map(String.init).joined(separator: ", ")
        text += "    twice \(numbers)"
        text += check.doubles > UInt64(check.someDoubles.count) ? ", and more\n" : "\n"
      }
    }
    if a.unnumbered > 0 {
      text += "  \(Wording.count(a.unnumbered, "record")) without a number\n"
    }
    return text
  }

  private func unparsed(_ style: TextStyle) -> String {
    guard !aggregate.unparsed.isEmpty else { return "" }
    var text = title("Lines not understood", style)
    for line in aggregate.unparsed {
      let part = source.parts.indices.contains(line.part) ? source.parts[line.part] : ("-", 0)
      let shown = line.text.unicodeScalars.map {
        $0.value < 32 || $0.value == 127 ? "?" : String($0)
      }
      text += "  \(part.0):\(part.1 + line.line + 1): \(shown.joined())\n"
    }
    return text
  }
}
