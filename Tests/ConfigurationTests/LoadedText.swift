import ConfigSyntax
import Configuration
import Kernel
import LogRecords
import LogSinks

/// The lookups of a system that has the hosts `db.example` (both families) and `six.example`
/// (IPv6), the users root (0) and haproxy (99), the interface lo (1), files in
/// /etc, folders in /var, and the log formats `mine` and `bad` in
/// /var/formats.
let testLookups = SystemLookups(
  host: { name, family in
    switch (name, family) {
    case ("db.example", .ipv6): .ipv6(high: 0, low: 7, port: 0)
    case ("db.example", _): .ipv4(0x0A00_0001, port: 0)
    case ("six.example", .any), ("six.example", .ipv6): .ipv6(high: 0, low: 6, port: 0)
    default: nil
    }
  }, user: { ["root": 0, "haproxy": 99][$0] }, group: { ["root": 0, "haproxy": 98][$0] },
  interface: { $0 == "lo" ? 1 : nil },
  unreadable: { $0.hasPrefix("/etc/") ? nil : "No such file or directory" },
  missingFolder: { $0.hasPrefix("/var") ? nil : "No such file or directory" },
  namedFormat: { (name, folders) throws(NamedFormatError) in
    switch (name, folders.first) {
    case ("mine", "/var/formats"): NamedFormat(name: name, file: "/var/formats/mine", text: "%ci\n")
    case ("bad", "/var/formats"): NamedFormat(name: name, file: "/var/formats/bad", text: "%foo\n")
    default: try NamedFormat.find(name, folders: [])
    }
  })

/// Loads texts as the files `t.cfg`, `t2.cfg` and so on, where the variable HOME is `z`.
func load(_ texts: String...) -> (snapshot: Snapshot?, diagnostics: Diagnostics) {
  let sources = texts.enumerated().map { index, text in
    ConfigSource(
      name: index == 0 ? "t.cfg" : "t\(index + 1).cfg", bytes: Array((text + "\n").utf8))
  }
  return ConfigurationLoader.load(sources, environment: ["HOME": "z"], lookups: testLookups)
}

/// The messages of a level, with their lines.
func messages(
  _ diagnostics: Diagnostics, _ level: Diagnostic.Level
) -> [String] {
  diagnostics.entries.filter { $0.level == level }.map { entry in
    (entry.position.map { "\($0.line): " } ?? "") + entry.message
  }
}

/// The timeouts that every proxy wants.
let timeouts = """
  defaults
    timeout connect 1s
    timeout client 1s
    timeout server 1s

  """
