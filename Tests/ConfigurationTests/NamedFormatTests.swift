import ConfigSyntax
import Configuration
import LogRecords
import Testing

@Suite("Log formats by their names")
struct NamedFormatTests {
  private func frontend(_ line: String, global: String = "") -> (
    program: FormatProgram?, diagnostics: Diagnostics
  ) {
    let found = load(
      "global\n log stdout local0\n \(global)\n" + timeouts
        + " log global\nfrontend f\n bind :1\n \(line)")
    return (found.snapshot?.frontendLogs[0].format, found.diagnostics)
  }

  @Test(
    "'option tcplog NAME' and 'log-format @NAME' are the same format",
    arguments: [
      "ecs", "otel", "logfmt", "cee", "csv", "human", "tcplog",
    ])
  func builtIn(name: String) throws {
    let wanted = try NamedFormat.find(name, folders: []).compile()
    #expect(frontend("option tcplog \(name)").program == wanted)
    #expect(frontend("log-format @\(name)").program == wanted)
  }

  @Test("'log-format-dir' has formats of its own, and may stand behind the proxies")
  func folder() {
    let own = frontend("log-format @mine", global: "log-format-dir /var/formats").program
    #expect(own?.needs == [])
    let text = timeouts + "frontend f\n bind :1\n log stdout local0\n log-format @mine\n"
    #expect(load(text + "global\n log-format-dir /var/formats").snapshot != nil)
    #expect(load(text).snapshot == nil)
  }

  @Test("a text that begins with '@' and is no name is a text", arguments: ["@cee: %ci", "@ %ci"])
  func text(text: String) {
    #expect(frontend("log-format \"\(text)\"").program?.source == text)
  }

  @Test("an unknown name is told with the nearest and a list")
  func unknown() throws {
    let diagnostics = frontend("option tcplog otl").diagnostics
    let alert = try #require(diagnostics.entries.first { $0.level == .alert })
    #expect(alert.message.contains("no log format is named 'otl'; did you mean 'otel' maybe ?"))
    #expect(alert.remedy?.contains("logfmt") == true)
    #expect(alert.position?.line == 11)
  }

  @Test("a mistake in a file is told with its place in that file")
  func mistake() throws {
    let diagnostics =
      frontend("log-format @bad", global: "log-format-dir /var/formats").diagnostics
    let alert = try #require(diagnostics.entries.first { $0.level == .alert })
    #expect(alert.message.contains("/var/formats/bad:1:"), "\(alert.message)")
  }
}
