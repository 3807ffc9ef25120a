internal import ConfigSyntax
internal import Kernel
internal import LogRecords

/// What this program is: its version, how it was built, what it can do.
package enum ProgramVersion {
  /// The version of Weir.
  package static let current = "0.1.0"

  /// The first lines of `weir -v`.
  package static var short: String {
    """
    Weir version \(current) - configuration language of HAProxy \(ConditionFacts.languageVersion)
    Running on: \(Process.kernelName)

    """
  }

  /// What `weir -vv` shows: everything that a report of a mistake should contain.
  package static var long: String {
    let features = allFeatures.map { name in
      (ConditionFacts.featuresOfWeir.contains(name) ? "+" : "-") + name
    }
    return short + """

      Build options :
        MODE     = \(buildMode)
        TARGET   = \(target)
        COMPILER = Swift \(compiler)

      Feature list : \(features.joined(separator: " "))

      Libraries :
      \(libraries.map { "  \($0)" }.joined(separator: "\n"))

      Configuration :
        language    = HAProxy \(ConditionFacts.languageVersion.branch)
        modes       = tcp log
        balance     = roundrobin static-rr leastconn first source random sticky log-hash
        hash-type   = map-based consistent; sdbm djb2 wt6 crc32 none; avalanche
        checks      = tcp-connect pgsql-check
        log targets = udp tcp relp unix-datagram unix-stream stdout stderr fd journald ring backend
        log inputs  = udp tcp relp unix-datagram unix-stream
        log formats = \(HeaderFormat.allCases.map(\.rawValue).joined(separator: " "))
        named       = \(NamedFormat.builtInNames.joined(separator: " "))
        sockets     = ipv4 ipv6 unix abns fd
        options     = \(ConditionFacts.optionsOfWeir.sorted().joined(separator: " "))

      Available polling systems : epoll

      """
  }

  /// The paths of the shared libraries that are loaded, a line each (`-dL`).
  package static var libraryList: String {
    ([Process.executablePath].compactMap { $0 } + Process.loadedLibraries)
      .map { $0 + "\n" }.joined()
  }

  /// The features that HAProxy lists, of which some are here.
  private static let allFeatures: [String] = [
    "ACCEPT4", "CPU_AFFINITY", "EPOLL", "GETADDRINFO", "LINUX_SPLICE", "LINUX_TPROXY", "LUA",
    "NETFILTER", "NS", "OPENSSL", "PCRE2", "POLL", "PRCTL", "PROMEX", "QUIC", "RT", "SLZ",
    "SYSTEMD", "TFO", "THREAD", "TPROXY", "ZLIB",
  ]

  private static var buildMode: String {
    #if DEBUG
      "debug"
    #else
      "release"
    #endif
  }

  private static var target: String {
    #if arch(x86_64)
      "x86_64-linux-gnu"
    #elseif arch(arm64)
      "aarch64-linux-gnu"
    #else
      "linux-gnu"
    #endif
  }

  private static var compiler: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3.1)
      "6.3.1"
    #else
      "6.3"
    #endif
  }

  /// The libraries at run time, with the versions that their files bear.
  private static var libraries: [String] {
    var lines = ["glibc \(Process.standardLibraryVersion)"]
    let loaded = Process.loadedLibraries
    for name in ["libsystemd", "libssl", "libswiftCore"] {
      guard let path = loaded.first(where: { $0.contains("/\(name).so") }) else { continue }
      let version = path.split(separator: "/").last?.dropFirst("\(name).so.".count) ?? ""
      lines.append("\(name) \(version.isEmpty ? "" : "\(version) ")(\(path))")
    }
    if !loaded.contains(where: { $0.contains("/libswiftCore.so") }) {
      lines.append("Swift standard library (linked statically)")
    }
    return lines
  }
}
