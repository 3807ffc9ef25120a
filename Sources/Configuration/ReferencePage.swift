/// The page docs/configuration.md, made of the table of keywords.
package enum ReferencePage {
  /// The whole page.
  package static let text: String = {
    var page = introduction
    page += heading("Sections", sectionsIntroduction)
    page += table(of: served(.section), hasSections: false)
    page += heading("`global`", "")
    page += table(of: served(.global), hasSections: false)
    page += heading(
      "Proxies",
      """
      The last column says where a keyword may stand: **d**efaults, **f**rontend, **l**isten,
      **b**ackend. A keyword of the other side is passed over with a warning. Keywords with \(reversal)
      may stand behind `no` (off) and, but for `log`, behind `default` (as without the line).


      """)
    page += table(
      of: served(.proxy).filter { !$0.name.hasPrefix("option ") && !$0.name.hasPrefix("timeout ") },
      hasSections: true)
    page += heading("Options", "")
    page += table(of: served(.proxy).filter { $0.name.hasPrefix("option ") }, hasSections: true)
    page += heading("Timeouts", "")
    page += table(of: served(.proxy).filter { $0.name.hasPrefix("timeout ") }, hasSections: true)
    page += heading("Algorithms of `balance`", "")
    page += table(of: served(.balance), hasSections: false)
    page += heading("Words of `bind` lines", "")
    page += table(of: served(.bind), hasSections: false)
    page += heading(
      "Words of `server` and `default-server` lines",
      "Words with \(reversal) have a counterpart with `no-` before them.\n\n")
    page += table(of: served(.server), hasSections: false)
    page += heading("`ring`", ringIntroduction)
    page += table(of: served(.ring), hasSections: false)
    page += heading(
      "Words of `server` lines for logs",
      """
      In a `ring`, and in a backend of `mode log`, beside `backup`, `tcp-ut`, and, in a backend, the
      words of checks. Without a port, 514, with `ssl` 6514, with `log-proto relp` 2514 is called.


      """)
    page += table(of: served(.logServer), hasSections: false)
    page += heading("`log-forward`", "")
    page += table(of: served(.logForward), hasSections: false)
    page += heading(
      "Words of `bind` lines of `log-forward`",
      "Beside `name`, `mode`, `user`, `uid`, `group` and `gid`.\n\n")
    page += table(of: served(.logBind), hasSections: false)
    page += heading("`log-profile`", profileIntroduction)
    page += table(of: served(.logProfile), hasSections: false)
    page += heading("Kept", keptIntroduction)
    page += lists { $0 == .kept }
    page += heading("Accepted", acceptedIntroduction)
    page += lists { $0 == .accepted }
    page += heading("For HTTP only", httpIntroduction)
    page += lists { if case .httpOnly = $0 { true } else { false } }
    page += heading("Known, and not served", foreignIntroduction)
    page += lists { if case .notServed = $0 { true } else { false } }
    page += heading("Gone", goneIntroduction)
    page += lists { if case .removed = $0 { true } else { false } }
    return page
  }()

  /// The sign of what `no` may stand before.
  private static let reversal = "¬"

  private static let introduction = """
    # Configuration reference

    This page is made of the table of keywords in `Sources/Configuration`; a test fails where they
    disagree, and `WEIR_WRITE_DOCS=1 swift test --filter ReferencePageTests` writes it anew.

    Weir reads HAProxy's configuration language as of version 3.5. What Weir serves has its effect;
    what it keeps or accepts is listed below; every other keyword of HAProxy 3.5 is an error that
    says so. `weir -c -f FILE` checks a file and tells every mistake in one run.

    ## The file

    - A line is a statement: words parted by blanks. `#` starts a comment; a backslash at the end of
      a line goes on with the next one. `"…"` keeps blanks and resolves variables, `'…'` keeps
      everything, a backslash keeps one character.
    - `"${NAME}"` is an environment variable, `"${NAME-default}"` has a value where it is not set.
    - `.if`, `.elif`, `.else`, `.endif` choose lines; `.notice`, `.warning`, `.alert`, `.diag` say
      something.
    - Times are whole numbers in milliseconds, or with a unit: `us ms s m h d`. Sizes are in bytes,
      or with `k`, `m`, `g`.
    - Several files, or a folder, are read as one, in order; each file starts with a section.
    - Names are made of letters, digits, `-`, `_`, `.` and `:`.

    ## Addresses

    | written | means |
    | --- | --- |
    | `192.0.2.1:5432` | an IPv4 address and a port |
    | `[2001:db8::1]:5432`, `2001:db8::1:5432` | an IPv6 address and a port (behind the last colon) |
    | `*:5432`, `:5432` | every IPv4 address |
    | `:::5432`, `[::]:5432` | every IPv6 address |
    | `db.example.org:5432` | a name, looked up once, at start |
    | `ipv4@…`, `ipv6@…` | the same, of this family only (also `tcp4@`, `tcp6@`, `udp4@`, `udp6@`) |
    | `/run/x.sock`, `unix@/run/x.sock` | a UNIX socket |
    | `abns@name` | an abstract UNIX socket |
    | `fd@3` | a descriptor that the process inherited (`bind` and `log`) |
    | `:5000-5009`, `:80,:81` | several sockets (`bind`) |
    | `192.0.2.1`, `192.0.2.1:+10` | the client's own destination port, here plus 10 (`server`) |
    | `*`, `*:5432`, `0.0.0.0:5432` | the client's own destination address (`server`) |

    ## `log`

        \(LogLine.grammar)

    The words stand in this order. Targets are

    | target | means |
    | --- | --- |
    | `192.0.2.1`, `udp@host:515` | datagrams over UDP, to port 514 without one |
    | `/dev/log`, `uxdg@/path`, `abns@name` | datagrams to a UNIX socket |
    | `stdout`, `stderr`, `fd@N` | a descriptor |
    | `journald` | the systemd journal, with native fields (Weir's own) |
    | `tcp@host`, `tcp4@…`, `tcp6@…`, `uxst@/path` | lines over a stream, to port 514 without one |
    | `relp@host` | RELP, each message acknowledged, to port 2514 without one (Weir's own) |
    | `ring@NAME` | every receiver of a section `ring` |
    | `backend@NAME` | one receiver of a backend of `mode log` |

    `sd all` (Weir's own) behind `format rfc5424` has every field of a record as structured data.
    `profile` names a section `log-profile`, wherever it stands. `len` is 80 to 65535, 1024 without it. Formats are `local`, `rfc3164`, `rfc5424`,
    `priority`, `short`, `timed`, `iso` and `raw`. `sample 1,3-5:8` sends the first and the third to
    fifth of each eight messages. The facility must be there. Levels, from `emerg` to `debug`: what
    is less severe than the first is not sent, what is more severe than the second is lowered to it.


    """

  private static let sectionsIntroduction = """
    Sections of one kind may stand several times: those of `global` add up; a proxy starts from the
    `defaults` before it, or from the one that `from` names. A frontend and a backend may share a
    name; two frontends, or two backends, may not.


    """

  private static let ringIntroduction = """
    Messages of `log ring@NAME` wait here, and each receiver gets all of them. With `spool`, what a
    receiver does not take is kept in files.


    """

  private static let profileIntroduction = """
    A `log` line names it by `profile`. A step of its own goes before `any`; `drop` logs nothing,
    `format` and `sd` take the place of the proxy's formats. Steps that only HTTP comes to are read
    and have no effect.


    """

  private static let keptIntroduction = """
    Read and kept for parts of Weir that are to come.


    """

  private static let acceptedIntroduction = """
    Read, and without an effect: what they ask for is the case anyway or does not arise. Those of
    `global` are noted at start.


    """

  private static let httpIntroduction = """
    Put aside in a TCP proxy as HAProxy does it: with a warning where it has one, else silently.


    """

  private static let foreignIntroduction = """
    HAProxy 3.5 has these and this version of Weir does not: an error each, with what to do instead.


    """

  private static let goneIntroduction = """
    HAProxy 3.5 has these no more: an error each, with what to do instead.


    """

  private static func heading(_ title: String, _ introduction: String) -> String {
    "## \(title)\n\n\(introduction)"
  }

  /// The keywords of a place that have an effect.
  private static func served(_ place: Keyword.Place) -> [Keyword] {
    KeywordTable.keywords.filter { $0.place == place && $0.status == .served }
  }

  private static func table(of keywords: [Keyword], hasSections: Bool) -> String {
    var rows =
      hasSections
      ? "| keyword | default | what it does | in |\n| --- | --- | --- | --- |\n"
      : "| keyword | default | what it does |\n| --- | --- | --- |\n"
    for keyword in keywords.sorted(by: { $0.name < $1.name }) {
      let grammar = escaped(keyword.grammar.isEmpty ? "" : " " + keyword.grammar)
      let sign = keyword.isReversible ? " \(reversal)" : ""
      rows += "| `\(keyword.name)\(grammar)`\(sign) | \(keyword.initial) | \(keyword.help) |"
      rows += hasSections ? " \(letters(keyword.sections)) |\n" : "\n"
    }
    return rows + "\n"
  }

  /// A grammar may hold the sign that parts columns.
  private static func escaped(_ grammar: String) -> String {
    grammar.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }

  private static func letters(_ sections: Keyword.Sections) -> String {
    [(Keyword.Sections.defaults, "d"), (.frontend, "f"), (.listen, "l"), (.backend, "b")]
      .filter { sections.contains($0.0) }.map(\.1).joined()
  }

  /// The names of a status, place by place.
  private static func lists(where matches: (Keyword.Status) -> Bool) -> String {
    let titles: [(Keyword.Place, String)] = [
      (.section, "sections"), (.global, "`global`"), (.proxy, "proxies"), (.balance, "`balance`"),
      (.bind, "`bind`"), (.server, "`server`"), (.logBind, "`bind` of `log-forward`"),
      (.logServer, "`server` for logs"),
    ]
    var text = ""
    for (place, title) in titles {
      let names = KeywordTable.keywords.filter { $0.place == place && matches($0.status) }
        .map { "`\($0.name)`" }.sorted()
      if !names.isEmpty { text += "- \(title): \(names.joined(separator: ", "))\n" }
    }
    return text + "\n"
  }
}
