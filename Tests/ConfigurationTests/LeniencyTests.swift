import Configuration
import ConfigSyntax
import Testing

/// What the loader lets pass, and what it makes of it.
@Suite("Leniency")
struct LeniencyTests {
  @Test("max-spread-checks 0 is no limit")
  func spreadChecks() throws {
    let loaded = load("global\n  max-spread-checks 3s\n  max-spread-checks 0\n" + timeouts)
    #expect(try #require(loaded.snapshot).proxy.checkSpreadLimitMilliseconds == nil)
  }

  @Test("a server whose name is unknown is disabled where that is asked for")
  func unknownHost() throws {
    let text = timeouts + "\nlisten l\n  bind :1\n  server s nowhere.invalid:80 check\n"
    #expect(load(text).snapshot == nil)
    var lookups = testLookups
    lookups.forgivesUnknownHosts = true
    let source = ConfigSource(name: "t.cfg", bytes: Array(text.utf8))
    let loaded = ConfigurationLoader.load([source], lookups: lookups)
    let server = try #require(loaded.snapshot).proxy.backends[0].servers[0]
    #expect(server.isDisabled)
    #expect(
      messages(loaded.diagnostics, .warning).contains {
        $0.contains("could not resolve address 'nowhere.invalid', disabling server.")
      })
  }

  @Test("the servers of a disabled proxy are disabled, and not checked")
  func disabledProxy() throws {
    let loaded = load(
      timeouts + "\nlisten l\n  bind :1\n  disabled\n  server s 127.0.0.1:80 check\n")
    let server = try #require(loaded.snapshot).proxy.backends[0].servers[0]
    #expect(server.isDisabled)
    #expect(server.check == nil)
  }
}
