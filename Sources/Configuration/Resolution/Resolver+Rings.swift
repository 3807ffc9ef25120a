import ConfigSyntax
import LogSinks
import Proxy
import TLS

extension Resolver {
  /// The sections `ring`, with the addresses of their receivers.
  mutating func resolveRings() {
    var spools: [String: Located<SpoolSettings>] = [:]
    for draft in logs.rings {
      var ring = draft.settings
      if let length = ring.maximumLength, length > ring.size {
        diagnostics.report(
          .warning,
          "ring '\(ring.name)' event max length '\(length)' exceeds size, forced to size"
            + " '\(ring.size)'.")
        ring.maximumLength = ring.size
      }
      requireBackingFolder(draft)
      if let spool = draft.spool {
        if let other = spools[spool.value.folder] {
          diagnostics.report(
            .alert,
            "ring '\(ring.name)' : folder '\(spool.value.folder)' is the spool of another ring"
              + " (\(place(of: other.line))).", at: spool, remedy: "Give each ring its own folder.")
        }
        spools[spool.value.folder] = spool
      }
      refuseDoubles(draft.servers, "backend '\(ring.name)'")
      for server in draft.servers {
        guard var receiver = makeReceiver(server, section: ring.name) else { continue }
        receiver.connectTimeoutMilliseconds = draft.connectTimeoutMilliseconds
        receiver.serverTimeoutMilliseconds = draft.serverTimeoutMilliseconds
        ring.servers.append(receiver)
      }
      snapshot.rings.append(ring)
    }
  }

  /// The folder of a backing file must be there; the file itself is made at start.
  private mutating func requireBackingFolder(_ draft: RingDraft) {
    guard let file = draft.backingFile else { return }
    let folder =
      file.value.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(file.value[..<$0]) } ?? "."
    guard let reason = lookups.missingFolder(folder.isEmpty ? "/" : folder) else { return }
    diagnostics.report(
      .alert,
      "cannot open backing-file '\(file.value)' for ring '\(draft.settings.name)': \(reason).",
      at: file, remedy: "Make the folder '\(folder)', or name another.")
  }

  /// A receiver of logs; nil, with a report, where its address is not known.
  mutating func makeReceiver(_ draft: ServerDraft, section: String) -> LogServerSettings? {
    guard let line = draft.line, let text = draft.address else { return nil }
    let words = draft.receiver
    let head = "'server \(section)/\(draft.settings.name)' : "
    let standard =
      words.framing == .relp
      ? Self.acknowledgedPort : words.speaksTLS ? Self.secureSyslogPort : Self.syslogPort
    let port = text.singlePort == 0 ? standard : text.singlePort
    if case .offset = text.port {
      diagnostics.report(
        Mistake("\(head)port offset not permitted here in '\(text.text)'", at: 2), line)
    }
    let place = Located(text, line, word: 2)
    guard let address = socketAddress(place, port: port, head: head) else { return nil }
    var receiver = LogServerSettings(name: draft.settings.name, address: address)
    receiver.isDatagram = words.isDatagram
    receiver.framing = words.framing
    receiver.userTimeoutMilliseconds = draft.settings.userTimeoutMilliseconds
    receiver.isBackup = draft.settings.isBackup
    if words.isDatagram, words.speaksTLS || words.framing != .legacy {
      diagnostics.report(
        Mistake(
          "\(head)'\(words.speaksTLS ? "ssl" : "log-proto")' needs a stream, and '\(text.text)' is"
            + " for datagrams.", at: 2, remedy: "Write the address with 'tcp@'."), line)
    }
    if words.speaksTLS {
      let before = diagnostics.alertCount
      let tls = makeTLS(words, text, head: head, line)
      receiver.tls = tls
      // The files can be read: whether they are of use, TLS itself tells.
      if diagnostics.alertCount == before, let error = lookups.refusesClient(tls) {
        diagnostics.report(
          Mistake("\(head)\(error.message).", at: 1, remedy: error.remedy), line)
      }
    }
    return receiver
  }

  /// How a receiver speaks TLS; its files must be readable.
  private mutating func makeTLS(
    _ words: LogReceiverDraft, _ address: AddressText, head: String, _ line: Line
  ) -> TLSClientSettings {
    var tls = TLSClientSettings()
    tls.verification = words.verification ?? defaultVerification
    if let file = words.authorityFile, file.value != Self.systemAuthorities {
      let path = prefixed(file.value, by: "ca-base")
      tls.authorityFile = path
      if let reason = lookups.unreadable(path) {
        diagnostics.report(
          .alert, "\(head)Couldn't open the ca-file '\(path)' (\(reason)).", at: file,
          remedy: Self.fileRemedy)
      }
    } else if words.authorityFile == nil, tls.verification == .required {
      diagnostics.report(
        Mistake(
          "\(head)verify is enabled by default but no CA file specified. If you're running on a LAN"
            + " where you're certain to trust the server's certificate, please set an explicit"
            + " 'verify none' statement on the 'server' line, or use 'ssl-server-verify none' in the"
            + " global section to disable server-side verifications by default.", at: 1,
          remedy: "Name the authorities with 'ca-file FILE', or the system's with"
            + " 'ca-file @system-ca'."), line)
    }
    if let file = words.certificateFile {
      let path = prefixed(file.value, by: "crt-base")
      tls.certificateFile = path
      requireCertificate(path, file, head: head)
    }
    tls.serverName = words.serverName
    tls.verifiedHost = words.verifiedHost ?? words.serverName
    if tls.verifiedHost == nil, case .name(let name, _) = address.host { tls.verifiedHost = name }
    return tls
  }

  /// Says so where a file with a certificate cannot be read.
  mutating func requireCertificate(_ path: String, _ place: Located<String>, head: String) {
    guard let reason = lookups.unreadable(path) else { return }
    diagnostics.report(
      .alert, "\(head)unable to stat SSL certificate from file '\(path)' : \(reason).", at: place,
      remedy: Self.fileRemedy)
  }

  /// HAProxy's name for the authorities that the system trusts.
  private static let systemAuthorities = "@system-ca"
  static let fileRemedy =
    "Check the path; the file must be readable by the user that starts Weir."

  /// What `verify` is on lines that leave it open (`ssl-server-verify` of `global`).
  private var defaultVerification: TLSVerification {
    keptWord("ssl-server-verify") == "none" ? .none : .required
  }

  /// A path behind what `ca-base` or `crt-base` of `global` says.
  func prefixed(_ path: String, by keyword: String) -> String {
    guard path.utf8.first != UInt8(ascii: "/"), let base = keptWord(keyword) else { return path }
    return "\(base)/\(path)"
  }

  /// The word behind a keyword of `global` that is kept.
  private func keptWord(_ keyword: String) -> String? {
    let statement = global.settings.keptStatements.last { $0.first == keyword }
    return statement.flatMap { $0.count > 1 ? $0[1] : nil }
  }
}
