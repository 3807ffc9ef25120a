import ConfigSyntax
import Configuration
import Testing

@Suite("What Weir does not serve is told by its name and place")
struct StatusTests {
  /// A file whose last line has a keyword of its place, with a word or two behind it.
  private func file(_ keyword: Keyword) -> String {
    let words = String(repeating: " 5", count: max(1, keyword.wordCount))
    let bound = keyword.wordCount == 0 ? "" : words
    switch keyword.place {
    case .section: return "\(keyword.name) x"
    case .global: return "global\n\(keyword.name)\(words)"
    case .bind: return timeouts + "frontend f\nbind :1 \(keyword.name)\(bound)"
    case .server: return timeouts + "backend f\nserver s 127.0.0.1:1 \(keyword.name)\(bound)"
    case .balance: return timeouts + "backend f\nbalance \(keyword.name)"
    case .ring: return "ring r\n\(keyword.name)\(words)"
    case .logForward: return "log-forward l\n\(keyword.name)\(words)"
    case .logProfile: return "log-profile l\n\(keyword.name)\(words)"
    case .logBind: return "log-forward l\nbind :1 \(keyword.name)\(bound)"
    case .logServer: return "ring f\nserver s 127.0.0.1:1 \(keyword.name)\(bound)"
    case .proxy:
      let kind =
        keyword.sections.contains(.backend)
        ? "backend f" : keyword.sections.contains(.frontend) ? "frontend f\nbind :1" : "defaults f"
      return timeouts + "\(kind)\n\(keyword.name)\(words)"
    }
  }

  @Test("each keyword that is not served, or gone, is an error that names it, with a remedy")
  func notServed() {
    for keyword in KeywordTable.keywords {
      let remedy: String
      let words: String
      switch keyword.status {
      case .notServed(let text):
        (remedy, words) = (text, "is known to HAProxy 3.5 but not served by this version of Weir")
      case .removed(let text):
        (remedy, words) = (text, "is not supported any more, neither by HAProxy 3.5 nor by Weir")
      default: continue
      }
      let text = file(keyword)
      let alerts = load(text).diagnostics.entries.filter { $0.level == .alert }
      #expect(alerts.count == 1, "\(text): \(alerts.map(\.message))")
      let name = keyword.place == .balance ? "balance \(keyword.name)" : keyword.name
      #expect(alerts.first?.message.hasSuffix("'\(name)' \(words)") == true, "\(text)")
      #expect(alerts.first?.remedy == remedy, "\(text)")
      #expect(alerts.first?.position?.line == text.split(separator: "\n").count, "\(text)")
    }
  }

  @Test("each keyword that is accepted or for HTTP only, and has no effect, is no error")
  func accepted() {
    for keyword in KeywordTable.keywords where keyword.grammar.isEmpty {
      var warns = false
      switch keyword.status {
      case .accepted, .kept: break
      case .httpOnly(let warning):
        warns = warning != nil || ["option httplog", "option httpslog"].contains(keyword.name)
      default: continue
      }
      var text = file(keyword)
      if keyword.name.hasPrefix("option ") { text.removeLast(2) }
      let (snapshot, diagnostics) = load(text)
      #expect(snapshot != nil, "\(text): \(diagnostics.rendered(processIdentifier: 1))")
      #expect(
        diagnostics.hasWarnings == warns, "\(text): \(diagnostics.rendered(processIdentifier: 1))")
    }
  }

  @Test("what is accepted in 'global' without an effect is noted")
  func noted() {
    let found = load("global\n  tune.ring.queues 5\n  cpu-map 1 0\n  ca-base /x")
    #expect(
      messages(found.diagnostics, .notice) == [
        "2: 'tune.ring.queues' is accepted and has no effect in Weir.",
        "3: 'cpu-map' is accepted and has no effect in Weir.",
      ])
  }

  @Test("what is kept is in the snapshot for whoever comes to use it")
  func kept() throws {
    let found = load(
      """
      global
        ssl-default-bind-options ssl-min-ver TLSv1.2
        external-check preserve-env
        no strict-limits
        stats socket /run/w.sock severity-output number
      """)
    let global = try #require(found.snapshot).global
    #expect(
      global.keptStatements == [
        ["ssl-default-bind-options", "ssl-min-ver", "TLSv1.2"], ["external-check", "preserve-env"],
      ])
    #expect(global.statisticsSockets.map(\.severityOutput) == ["number"])
  }

  @Test("'mode http' is an error that says what to do; 'mode tcp' is what Weir serves")
  func mode() {
    #expect(load(timeouts + "listen l\nbind :1\nmode tcp").snapshot != nil)
    let found = load(timeouts + "listen l\nbind :1\nmode http\nhttp-request deny")
    #expect(
      messages(found.diagnostics, .alert)
        == ["7: 'mode http' is known to HAProxy 3.5 but not served by this version of Weir"])
    #expect(messages(found.diagnostics, .warning).isEmpty)
  }

  @Test("a section that is not served is one mistake, whatever its lines say")
  func section() {
    let found = load("peers p\n  server a 1.1.1.1:1\n  foo\nglobal\n  maxconn 5\n  foo")
    #expect(
      messages(found.diagnostics, .alert) == [
        "1: section 'peers' is known to HAProxy 3.5 but not served by this version of Weir",
        "6: unknown keyword 'foo' in 'global' section",
      ])
  }
}
