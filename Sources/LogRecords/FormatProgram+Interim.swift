extension FormatProgram {
  /// The word that lines of open connections begin with.
  package static let interimWord = "interim "

  /// This format for a connection that is still open.
  ///
  /// Whatever reads lines of the shape that `option tcplog` begins with (halog, lnav, grok) takes
  /// each for a connection that ended, so lines of that shape get a word before them: halog
  /// looks for the date in its place, finds none, and passes over the line. Other formats are not
  /// changed: what they are read by can look at `%OG` or the event, and JSON stays JSON.
  package var interim: FormatProgram {
    guard beginsAsTCPLog else { return self }
    var copy = self
    let start = Int32(copy.literals.count)
    copy.literals += Array(Self.interimWord.utf8)
    copy.items.insert(.literal(start: start, end: Int32(copy.literals.count)), at: 0)
    for index in copy.labels.indices { copy.labels[index].item += 1 }
    return copy
  }

  /// Whether it begins with `%ci:%cp [%`: an address, a port, and a date in brackets.
  private var beginsAsTCPLog: Bool {
    guard encoding == .text, items.count > 4, case .alias(.clientAddress, _) = items[0],
      case .alias(.clientPort, _) = items[2], case .alias(let date, _) = items[4]
    else { return false }
    return text(of: items[1]) == ":" && text(of: items[3]) == " [" && date.description.kind == .date
  }

  private func text(of item: Item) -> String? {
    switch item {
    case .byte(let byte): String(decoding: [byte], as: UTF8.self)
    case .literal(let start, let end):
      String(decoding: literals[Int(start)..<Int(end)], as: UTF8.self)
    default: nil
    }
  }
}
