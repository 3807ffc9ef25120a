extension Keyword {
  /// The words that start a section.
  static let sections: [Keyword] = [
    section("global", "", "What concerns the whole process."),
    section(
      "defaults", "[<name>] [from <name>]",
      "What the proxies after it start from; one that has a name may be named by `from`."),
    section(
      "frontend", "<name> [from <name>]", "Listens, and gives its connections to a backend."),
    section(
      "backend", "<name> [from <name>]", "Servers, and how connections are spread over them."),
    section("listen", "<name> [from <name>]", "A frontend and its backend in one section."),
    section(
      "ring", "<name>", "A queue of messages, and the receivers that each get all of them."),
    section("log-forward", "<name>", "Takes others' messages in, and passes them on."),
    section(
      "log-profile", "<name>",
      "What loggers log at each step of a connection; may stand anywhere in the file."),
    foreign("acme", "get certificates by other means."),
    foreign("cache", "a TCP proxy has nothing to cache."),
    foreign("crt-list", "end TLS on the servers: Weir passes it through."),
    foreign("crt-store", "end TLS on the servers: Weir passes it through."),
    foreign("fcgi-app", "a TCP proxy cannot speak FastCGI."),
    foreign(
      "healthcheck", "name the check in the backend, as in 'option pgsql-check user <name>'."),
    foreign("http-errors", "a TCP proxy has no error pages."),
    foreign("mailers", "let what reads the log send mail."),
    foreign("peers", "there are no stick tables to be shared."),
    foreign("resolvers", "names are looked up once, at start, by the system."),
    foreign("spoe-agent", "filters are not served."),
    foreign("traces", "use the log."),
    foreign("userlist", "a TCP proxy asks for no password."),
    Keyword(
      name: "program", place: .section, help: "Programs that run beside the proxy.",
      status: .removed(
        remedy: "HAProxy 3.3 removed this section. Start the program with systemd.")),
  ]

  private static func section(_ name: String, _ grammar: String, _ help: String) -> Keyword {
    Keyword(name: name, place: .section, grammar: grammar, help: help, status: .served)
  }

  private static func foreign(_ name: String, _ remedy: String) -> Keyword {
    Keyword(
      name: name, place: .section, status: .notServed(remedy: "Remove the section: " + remedy))
  }
}
