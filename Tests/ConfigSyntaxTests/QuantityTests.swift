import ConfigSyntax
import Testing

@Suite("Times and sizes")
struct QuantityTests {
  @Test(
    "Times are read in all units and rounded up",
    arguments: [
      ("0", 0), ("10", 10), ("1us", 1), ("1000us", 1), ("1001us", 2), ("5ms", 5), ("5s", 5000),
      ("2m", 120_000), ("3h", 10_800_000), ("24d", 2_073_600_000), ("2147483647", 2_147_483_647),
      ("007", 7),
    ])
  func times(_ text: String, _ expected: Int) throws {
    #expect(try Time.parse(text) == expected)
  }

  @Test("The unit of a bare number and of the answer can be chosen")
  func units() throws {
    #expect(try Time.parse("2", defaultUnit: .s) == 2000)
    #expect(try Time.parse("2", defaultUnit: .s, in: .s) == 2)
    #expect(try Time.parse("1500ms", in: .s) == 2)
    #expect(try Time.parse("1ms", in: .us) == 1000)
  }

  @Test(
    "Times that cannot be read are refused in HAProxy's words",
    arguments: [
      ("", "'timeout client' expects an integer value (in milliseconds)"),
      ("10x", "unexpected character 'x' in 'timeout client'"),
      ("10sx", "unexpected character 'x' in 'timeout client'"),
      ("10mss", "unexpected character 's' in 'timeout client'"),
      ("-1", "unexpected character '-' in 'timeout client'"),
      ("abc", "unexpected character 'a' in 'timeout client'"),
      ("1.5s", "unexpected character '.' in 'timeout client'"),
      ("1S", "unexpected character 'S' in 'timeout client'"),
      (
        "2147483648",
        "timer overflow in argument '2147483648' to 'timeout client' (maximum value is 2147483647"
          + " ms or ~24.8 days)"
      ),
      (
        "100d",
        "timer overflow in argument '100d' to 'timeout client' (maximum value is 2147483647 ms or"
          + " ~24.8 days)"
      ),
      (
        "99999999999999999999999",
        "timer overflow in argument '99999999999999999999999' to 'timeout client' (maximum value is"
          + " 2147483647 ms or ~24.8 days)"
      ),
    ])
  func badTimes(_ text: String, _ message: String) {
    do throws(QuantityError) {
      let value = try Time.parse(text)
      Issue.record("\(text) is \(value)")
    } catch {
      #expect(Time.message(for: error, text: text, of: "timeout client") == message)
    }
  }

  @Test("Sizes are read in powers of 1024, up to a limit")
  func sizes() throws {
    #expect(try Size.parse("10") == 10)
    #expect(try Size.parse("2k") == 2048)
    #expect(try Size.parse("3m") == 3_145_728)
    #expect(try Size.parse("1G") == 1_073_741_824)
    #expect(throws: QuantityError.missing) { try Size.parse("") }
    #expect(throws: QuantityError.unexpectedCharacter("x")) { try Size.parse("1x") }
    #expect(throws: QuantityError.unexpectedCharacter("b")) { try Size.parse("1kb") }
    #expect(throws: QuantityError.overflow(maximum: 2047)) { try Size.parse("2k", maximum: 2047) }
    #expect(throws: QuantityError.overflow(maximum: Int.max)) {
      try Size.parse("9223372036854775807g")
    }
  }

  @Test(
    "The nearest word is the one that was meant",
    arguments: [
      ("maxcon", "maxconn"), ("timout", "timeout"), ("bnd", "bind"), ("chek", "check"),
      ("nam", "name"), ("mdoe", "mode"), ("zzz", nil), ("blaance", "balance"), ("x", nil),
      ("", nil), ("default_backed", "default_backend"),
    ] as [(String, String?)])
  func nearest(_ word: String, _ expected: String?) {
    let known = [
      "maxconn", "timeout", "bind", "check", "name", "mode", "balance", "backend",
      "default_backend",
    ]
    #expect(nearestWord(to: word, among: known) == expected)
    #expect(
      suggestion(for: word, among: known)
        == (expected.map { "; did you mean '\($0)' maybe ?" } ?? ""))
  }
}
