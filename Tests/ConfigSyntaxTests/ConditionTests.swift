import ConfigSyntax
import Testing

@Suite("Conditions")
struct ConditionTests {
  static let environment = ["A": "x y", "PATH": "/bin", "VX": "1"]

  private func evaluate(_ text: String) -> Bool? {
    var reader = ConfigReader(sources: [], environment: Self.environment)
    return reader.evaluateCondition(text)
  }

  @Test(
    "Conditions have HAProxy's values",
    arguments: [
      ("1", true), ("0", false), ("2", true), ("-1", true), ("01", true), ("0x1", true),
      ("00", false), ("99999999999999999999", true), ("!1", false), ("! 1", false), ("!!1", true),
      ("(1)", true), ("( 1 )", true), (" 1 ", true), ("1&&0", false), ("1 || 0", true),
      ("0||0||1", true), ("!(0)", true), ("", false), ("defined(PATH)", true),
      ("defined(NOPE)", false), ("defined()", false), ("defined", false),
      ("defined( PATH )", false), ("feature(EPOLL)", true), ("feature(epoll)", false),
      ("feature(OPENSSL)", false), ("enabled(SPLICE)", true), ("enabled(KQUEUE)", false),
      ("streq(a,a)", true), ("streq(a, a)", false), ("streq( a,a)", false), ("streq(,)", true),
      ("streq(\"a b\",a b)", true), ("strneq(a,b)", true), ("strneq(a,a)", false),
      ("strstr(abcd,bc)", true), ("strstr(abcd,x)", false), ("streq(a,b) && 1", false),
      ("0 && 1 || 1", true), ("1 || 1 && 0", true), ("streq(\"$A\",x y)", true), ("\"$VX\"", true),
      ("streq('\"a,b\"','\"a,b\"')", true), ("streq(a\\\\,b,\\'a,b\\')", true),
      ("openssl_version_atleast(1.0)", false),
      ("version_atleast(3.5)", true), ("version_atleast(3.5.0)", true),
      ("version_atleast(3.5.1)", false), ("version_atleast(3.5-dev7)", true),
      ("version_atleast(2.6.12-1+deb12u4)", true), ("version_atleast(3.6-dev0)", false),
      ("version_before(3.5)", false), ("version_before(3.6-dev0)", true),
      ("version_before(3.5-dev5)", false), ("version_atleast()", true),
    ] as [(String, Bool)])
  func values(_ text: String, _ expected: Bool) {
    #expect(evaluate(text) == expected, "\(text)")
  }

  @Test(
    "Conditions that make no sense are reported in HAProxy's words",
    arguments: [
      ("foo", "unparsable conditional expression 'foo'"),
      ("1x", "unexpected character 'x' at the end of conditional expression '1x'"),
      ("()", "unparsable conditional expression ')'"),
      ("1)", "unexpected character ')' at the end of conditional expression '1)'"),
      ("0 && foo", "unparsable conditional expression 'foo'"),
      ("1 || foo", "unparsable conditional expression 'foo'"),
      ("1 |", "unexpected character '|' at the end of conditional expression '1 |'"),
      ("(0 || 1", "expected ')' after conditional expression '(0 || 1'"),
      (
        "defined(",
        "expected ')' in argument 1 of predicate 'defined' used in conditional expression"
      ),
      (
        "streq(a)",
        "missing arguments (got 1/2), type 'string' expected in argument 1 of predicate 'streq'"
          + " used in conditional expression"
      ),
      (
        "streq(a,b,c)",
        "expected ')' before ',c)' in argument 2 of predicate 'streq' used in conditional"
          + " expression"
      ),
      (
        "fetaure(X)",
        "unparsable conditional expression 'fetaure(X)'; did you mean 'feature' maybe ?"
      ),
    ])
  func mistakes(_ text: String, _ message: String) {
    var reader = ConfigReader(sources: [], environment: Self.environment)
    #expect(reader.evaluateCondition(text) == nil)
    #expect(
      reader.diagnostics.entries.map(\.message) == ["Failed to evaluate condition: " + message])
  }

  @Test("Deep nesting is refused, not followed")
  func depth() {
    #expect(
      evaluate(String(repeating: "(", count: 60) + "1" + String(repeating: ")", count: 60)) == true)
    #expect(evaluate(String(repeating: "(", count: 50_000)) == nil)
    #expect(evaluate(String(repeating: "!", count: 50_000) + "1") == nil)
  }

  @Test("Blocks let through the lines of the first true condition")
  func blocks() {
    let text = """
      a
      .if 0
        b
      .elif "$VX" # comment
        c
        .if 0
          d
          .if garbage
          .endif
        .else
          e
        .endif
      .elif garbage
        f
      .else
        g
      .endif
      .if 1
        h
      .elif garbage
      .endif
      .if
        i
      .else
        j
      .endif

      """
    #expect(
      words(text, environment: Self.environment) == [["a"], ["c"], ["e"], ["h"], ["j"]])
    #expect(messages(text, environment: Self.environment).isEmpty)
  }

  @Test("Variables that a file sets while it is read are seen by the lines that follow")
  func environmentKeywords() {
    var reader = ConfigReader(
      sources: [
        ConfigSource(
          name: "t", text: "one\n.if defined(F)\ntwo \"$F\"\n.endif\nthree \"${F-un}\"\n")
      ], environment: ["G": "g", "H": "h"])
    _ = reader.next()
    reader.setEnvironment("F", "1")
    reader.presetEnvironment("F", "2")
    reader.presetEnvironment("P", "p")
    #expect(reader.next()?.texts == ["two", "1"])
    reader.unsetEnvironment(["F"])
    #expect(reader.next()?.texts == ["three", "un"])
    reader.resetEnvironment(keeping: ["P", "H"])
    #expect(reader.environment == ["P": "p", "H": "h"])
  }

  @Test(
    "Mistakes with directives are reported",
    arguments: [
      (".elif 1\n", ["ALERT 1:1 lone '.elif' with no matching '.if'."]),
      (".else\n", ["ALERT 1:1 lone '.else' with no matching '.if'."]),
      (".endif\n", ["ALERT 1:1 lone '.endif' with no matching '.if'."]),
      (".if 1\n.else\n.else\n.endif\n", ["ALERT 3:1 '.else' after '.else' is not permitted."]),
      (".if 1\n.else\n.elif 1\n.endif\n", ["ALERT 3:1 '.elif' after '.else' is not permitted."]),
      (
        ".if 1\n.else x\n.endif y\n",
        [
          "ALERT 2:7 Unexpected argument 'x' for '.else'.",
          "ALERT 3:8 Unexpected argument 'y' for '.endif'.",
        ]
      ),
      (
        ".if 1\n .if 1\n",
        [
          "ALERT 2:2 non-terminated '.if' block.", "ALERT 1:1 non-terminated '.if' block.",
        ]
      ),
      (".foo\n", ["ALERT 1:1 unknown directive '.foo'."]),
      (".eslif\n", ["ALERT 1:1 unknown directive '.eslif'; did you mean '.elif' maybe ?"]),
      (".if 0\n.foo\n.endif\n", []),
      (
        ".if 1 x\n.endif\n",
        [
          "ALERT 1:7 unexpected character 'x' at the end of conditional expression '1 x' in '.if' at"
            + " position 3."
        ]
      ),
    ])
  func directiveMistakes(_ text: String, _ expected: [String]) {
    #expect(messages(text) == expected)
  }

  @Test("A block that one file opens does not reach into the next")
  func blocksEndWithTheirFile() {
    let (lines, diagnostics) = read([
      ConfigSource(name: "a", text: ".if 0\nx\n"), ConfigSource(name: "b", text: "y\n"),
    ])
    #expect(lines.map(\.texts) == [["y"]])
    #expect(diagnostics.alertCount == 1)
  }

  @Test("Messages of a file have its level and place")
  func fileMessages() {
    let text =
      ".notice \"a b\"\n.warning c\n.alert d\n.diag e\n.notice\n.notice f g\n.if 0\n.alert h\n.endif\n"
    #expect(
      messages(text) == [
        "NOTICE 1:1 'a b'.", "WARNING 2:1 'c'.", "ALERT 3:1 'd'.", "DIAG 4:1 'e'.",
        "NOTICE 5:1 ''.",
        "ALERT 6:11 Unexpected argument 'g' for '.notice'. Use quotes if the message should contain"
          + " spaces.",
      ])
  }

  @Test("Nesting beyond the limit is one error, and still balanced")
  func nesting() {
    let text =
      String(repeating: ".if 1\n", count: 200) + "a\n" + String(repeating: ".endif\n", count: 200)
      + "b\n"
    #expect(words(text) == [["b"]])
    #expect(messages(text) == ["ALERT 65:1 too many nested '.if', limit is 64."])
  }
}
