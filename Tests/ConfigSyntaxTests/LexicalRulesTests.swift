import ConfigSyntax
import Testing

@Suite("Lexical rules")
struct LexicalRulesTests {
  static let environment = [
    "A": "x y", "E": "", "S": " p  q ", "T": "p\tq\nr", "Q": "a'b\"c\\d#e$A", "U": "é",
  ]

  @Test(
    "A line is cut into words as HAProxy cuts it",
    arguments: [
      ("a b\tc", ["a", "b", "c"]),
      ("  a  \t b  ", ["a", "b"]),
      ("a#b c", ["a"]),
      ("a # b", ["a"]),
      ("a\\#b", ["a#b"]),
      ("a\\ b", ["a b"]),
      ("a\\\tb", ["a\tb"]),
      ("a\\\\b", ["a\\b"]),
      ("\\\"a\\'", ["\"a'"]),
      ("a\\nb\\rc\\td", ["a\nb\rc\td"]),
      ("\\x41\\x6a\\x4A", ["AjJ"]),
      ("\\xc3\\xa9", ["é"]),
      ("\\q\\0", ["\\q\\0"]),
      ("\\$A", ["\\$A"]),
      ("$A ${A}", ["$A", "${A}"]),
      ("'a b' 'c\"d' 'e\\n$A#'", ["a b", "c\"d", "e\\n$A#"]),
      ("\"a b\" \"c'd\" \"e#f\"", ["a b", "c'd", "e#f"]),
      ("\"\\\"\\$A\\\\\\n\\x41\\q\\'\"", ["\"$A\\\nA\\q'"]),
      ("a\"b\"'c'd", ["abcd"]),
      ("\"$A\"", ["x y"]),
      ("\"${A}z\"", ["x yz"]),
      ("\"$A-z\"", ["x y-z"]),
      ("\"1$A${A}2\"", ["1x yx y2"]),
      ("a\"$E\"b", ["ab"]),
      ("\"${N-d e}\"", ["d e"]),
      ("\"${E-d}\"a", ["a"]),
      ("\"${N-${A}}\"", ["${A}"]),
      ("\"${N-a[*]}\"", ["a[*]"]),
      ("\"${A[*]}\"", ["x", "y"]),
      ("\"1${A[*]}2\"", ["1x", "y2"]),
      ("a \"${E[*]}\" b", ["a", "b"]),
      ("a \"${N[*]}\"", ["a"]),
      ("a \"${N[*]-b c}\" d", ["a", "b", "c", "d"]),
      ("a\"${S[*]}\"b", ["a", "p", "q", "b"]),
      ("\"${T[*]}\"", ["p", "q", "r"]),
      ("\"$Q\"", ["a'b\"c\\d#e$A"]),
      ("é \"$U\"", ["é", "é"]),
      ("a\u{A0}b", ["a\u{A0}b"]),
    ])
  func cutting(_ text: String, _ expected: [String]) {
    let found = words("k " + text + "\n", environment: Self.environment)
    #expect(found == [["k"] + expected])
  }

  @Test("Empty lines, blanks and comments are no statements")
  func nothing() {
    #expect(words("\n \t\n# a\n  # \"b\n\r\n").isEmpty)
    #expect(messages("\n \t\n# a\n  # \"b\n\r\n").isEmpty)
    #expect(words("").isEmpty)
  }

  @Test("Lines may end with CR LF")
  func carriageReturns() {
    #expect(words("a b\r\nc \\\r\n d\r\n") == [["a", "b"], ["c", "d"]])
  }

  @Test("A backslash at the end of a line joins it with the next one")
  func continuation() {
    #expect(words("a b \\\n  c\\\nd\\\n e\nf\n") == [["a", "b", "cd", "e"], ["f"]])
    #expect(words("a \"b\\\n c\"\n") == [["a", "b c"]])
    #expect(words("a \\\n # comment \\\nb\n") == [["a"], ["b"]])
    #expect(words("a # \\\nb\n") == [["a"], ["b"]])
    #expect(words("a \\\\\nb\n") == [["a", "\\"], ["b"]])
    #expect(messages("a 'b\\\nc'\n").count == 2)
    #expect(messages("a b\\\n") == ["ALERT 1:4 the file ends where a line should go on"])
  }

  @Test("Positions count characters, from one, on the line where a word starts")
  func positions() {
    let line = read("\té \"x y\"  'é'z \\\n  w\n").lines[0]
    #expect(line.words.map(\.position.column) == [2, 4, 11, 3])
    #expect(line.words.map(\.position.line) == [1, 1, 1, 2])
    #expect(line.words.map(\.length) == [1, 5, 4, 1])
    #expect(line.words.map(\.isQuoted) == [false, true, true, false])
    #expect(line.source(ofLine: 2) == "  w")
    #expect(line.source(ofLine: 1) == "\té \"x y\"  'é'z \\")
    #expect(line.number == 1)
    #expect(line.file == "t.cfg")
  }

  @Test("The variables with a dot tell file, line and section")
  func pseudoVariables() {
    let text = "a\nb \"${.FILE}:$.LINE:$.SECTION\"\nc \\\n \"$.LINE\" \"x${.NONE}\"\n"
    #expect(
      read(text, section: "psql").lines.map(\.texts)
        == [["a"], ["b", "t.cfg:2:psql"], ["c", "4", "x"]])
  }

  @Test(
    "What cannot be cut is reported where it starts, and the next line is read",
    arguments: [
      ("k 'a", 3, "unmatched quote at position 3."),
      ("k a\"b'", 4, "unmatched quote at position 4."),
      ("k \\x4", 3, "truncated or invalid hexadecimal sequence at position 3."),
      ("k a\\xg0", 4, "truncated or invalid hexadecimal sequence at position 4."),
      ("k \"${A\"", 4, "unmatched brace in environment variable name at position 4."),
      ("k \"${A.B}\"", 4, "unmatched brace in environment variable name at position 4."),
      ("k \"${A-b\"", 4, "unmatched brace in environment variable name at position 4."),
      ("k \"$1\"", 5, "forbidden first char in environment variable name at position 5."),
      ("k \"${}\"", 6, "forbidden first char in environment variable name at position 6."),
      ("é \"$\"", 5, "forbidden first char in environment variable name at position 5."),
      ("k \\xff", 3, "the escapes of the word at position 3 do not make valid UTF-8 text."),
      ("k a\\x00", 3, "the escapes of the word at position 3 do not make valid UTF-8 text."),
    ])
  func failures(_ text: String, _ column: Int, _ message: String) {
    #expect(messages(text + "\nok\n") == ["ALERT 1:\(column) \(message)"])
    #expect(words(text + "\nok\n") == [["ok"]])
  }

  @Test("An empty word before others is an error, at the end a warning")
  func emptyWords() {
    #expect(words("a \"\" b\nc \"\"\n\"\" d\n") == [["c"]])
    #expect(
      messages("a \"\" b\nc \"\"\n") == [
        "ALERT 1:3 argument number 2 at position 3 is empty and marks the end of the argument list,"
          + " so that what follows it would be ignored.",
        "WARNING 2:3 argument number 2 at position 3 is empty and marks the end of the argument"
          + " list.",
      ])
  }

  @Test("Too many words and too much by variables are errors")
  func limits() {
    let many = String(repeating: "w ", count: 1025)
    #expect(messages(many + "\n").first?.contains("too many words") == true)
    let big = String(repeating: "x", count: 200_000)
    let grown = "k \"" + String(repeating: "$B", count: 10) + "\"\n"
    #expect(
      messages(grown, environment: ["B": big])
        == ["ALERT 1:14 variables make the line longer than 1048576 bytes at position 14."])
  }
}
