import ConfigSyntax
import LogRecords
import LogSinks

extension Keyword {
  /// The keywords of `ring`.
  static let rings: [Keyword] = [
    ring(
      "backing-file",
      .custom("<path>") { (draft, arguments) throws(Mistake) in
        let path = try arguments.take(orElse: "'backing-file' expects the path of a file.")
        draft.backingFile = Located(path, arguments)
        draft.settings.backingFile = path
      }, "A file that shows the ring's latest messages; what it had becomes `<path>.bak`."),
    ring(
      "description",
      .custom("<text>…") { (draft, arguments) throws(Mistake) in
        var words = [try arguments.take(orElse: "missing ring description text.")]
        while let word = arguments.take() { words.append(word) }
        draft.settings.description = words.joined(separator: " ")
      }, initial: "its name", "A text for people."),
    ring(
      "format",
      .custom("<format>") { (draft, arguments) throws(Mistake) in
        let text = try arguments.take(orElse: "unknown format ''.")
        guard let format = HeaderFormat(rawValue: text) else {
          throw Mistake(
            "unknown format '\(text)'"
              + suggestionWords(
                for: text, among: HeaderFormat.allCases.map(\.rawValue), else: "."),
            at: arguments.last, remedy: formatRemedy)
        }
        draft.settings.format = format
      }, initial: "`local`, or that of a forwarded message",
      "The header of messages whose `log` line names no format."),
    ring(
      "maxlen",
      .custom("<bytes>") { (draft, arguments) throws(Mistake) in
        let length = try arguments.size(in: 1...Int(Int32.max))
        draft.settings.maximumLength = length
      }, initial: "`size`", "The longest message, header included; longer ones are cut."),
    ring(
      "server",
      .custom("<name> <address>[:<port>] [<word of server lines>…]") {
        (draft, arguments) throws(Mistake) in
        draft.servers.append(
          try ServerLine.read(
            &arguments, backend: draft.settings.name, defaults: ServerDraft(), for: .ring))
      }, "A receiver of every message; see the words of `server` lines for logs."),
    ring(
      "size", .custom("<size>", readRingSize), initial: "16384",
      "Bytes that may wait for each receiver; less than 16384 is passed over."),
    ring(
      "spool",
      .custom("<folder> size <size> [sync {never|always|<time>}] [drop-new|drop-old]") {
        (draft, arguments) throws(Mistake) in try readSpool(&draft, &arguments)
      },
      "Keeps what a receiver does not take in files, for when it is back (Weir's own): forced to the disk each `<time>` (1s without the word), and full, new messages are dropped, or old ones."
    ),
    ringTimeout("connect", "Time for a connection to a receiver, TLS and RELP's offers included.") {
      $0.connectTimeoutMilliseconds = $1
    },
    ringTimeout(
      "server", "Time that a receiver may take nothing, or acknowledge nothing, before it is lost."
    ) { $0.serverTimeoutMilliseconds = $1 },
  ]

  /// What to do about a word of `server` or `bind` that means nothing for logs.
  static let logWordRemedy = "Remove the word; logs go their way without it."

  /// The formats of headers, for remedies.
  static let formatRemedy =
    "Use one of \(HeaderFormat.allCases.map(\.rawValue).joined(separator: ", "))."

  /// The least size of a ring (HAProxy's BUFSIZE).
  private static let ringSizeLeast = 16_384
  /// The most that may wait in memory for a receiver.
  private static let ringSizeLimit = 1 << 36
  /// The least size of a spool: some segments of it must fit.
  private static let spoolSizeLeast = 1 << 20

  private static func ring(
    _ name: String, _ grammar: Grammar<RingDraft>, initial: String = "", _ help: String
  ) -> Keyword {
    Keyword(
      name: name, place: .ring, grammar: grammar.text, initial: initial, help: help,
      status: .served, effect: .ring(grammar))
  }

  private static func ringTimeout(
    _ name: String, _ help: String, _ set: @escaping @Sendable (inout RingDraft, Int?) -> Void
  ) -> Keyword {
    ring(
      "timeout \(name)",
      .custom("<time>") { (draft, arguments) throws(Mistake) in
        guard !arguments.isAtEnd else {
          throw Mistake("'timeout \(name)' expects <time> as argument.", at: nil)
        }
        let value = try arguments.time()
        set(&draft, value == 0 ? nil : value)
      }, initial: "the sink's own", help)
  }

  private static let readRingSize: Grammar<RingDraft>.Reader = {
    (draft, arguments) throws(Mistake) in
    guard draft.settings.backingFile == nil else {
      throw Mistake(
        "cannot resize an already mapped file, please specify 'size' before 'backing-file'.",
        at: arguments.next - 1)
    }
    let size = try arguments.size(in: 1...ringSizeLimit)
    guard size >= draft.settings.size else {
      arguments.warn(
        "ignoring new size '\(size)' that is smaller than current size '\(draft.settings.size)'"
          + " for ring '\(draft.settings.name)'.")
      return
    }
    draft.settings.size = size
  }

  private static func readSpool(
    _ draft: inout RingDraft, _ arguments: inout Arguments
  ) throws(Mistake) {
    let expected = "'spool' expects <folder> and 'size' <size>."
    let folder = try arguments.take(orElse: expected)
    let place = arguments.last
    guard folder.utf8.first == UInt8(ascii: "/") else {
      throw Mistake(
        "'spool' expects a folder that begins with '/' (got '\(folder)').", at: place,
        remedy: "A process may change its folder and its root: name the whole path.")
    }
    guard arguments.take() == "size" else {
      throw Mistake(expected, at: arguments.next <= place + 1 ? nil : arguments.last)
    }
    arguments.keyword = "spool size"
    var spool = SpoolSettings(
      folder: folder, size: try arguments.size(in: spoolSizeLeast...ringSizeLimit))
    while let word = arguments.take() {
      switch word {
      case "sync":
        switch arguments.peek {
        case "never": spool.synchronization = .never
        case "always": spool.synchronization = .always
        default:
          arguments.keyword = "spool sync"
          spool.synchronization = .interval(
            milliseconds: try arguments.time(in: 1...Int(Int32.max)))
          continue
        }
        _ = arguments.take()
      case "drop-new": spool.overflow = .dropNew
      case "drop-old": spool.overflow = .dropOld
      default:
        throw Mistake(
          "'spool' only supports 'sync', 'drop-new' and 'drop-old' (got '\(word)')"
            + suggestionWords(for: word, among: ["sync", "drop-new", "drop-old"]),
          at: arguments.last)
      }
    }
    draft.settings.spool = spool
    draft.spool = Located(spool, arguments.line, word: place)
  }
}
