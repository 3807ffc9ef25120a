/// A version as HAProxy writes and compares them: `3.5`, `2.4-dev19`, `2.6.12-1`.
package struct LanguageVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
  /// The numbers that are compared, in order: major, minor, patch, whether it is a release (or
  /// only a development version, 0), and the number behind the dash.
  private var parts: [Int]

  /// Reads a version; what is missing counts as zero.
  package init(_ text: String) {
    var parts = [0, 0, 0, 1, 0]
    let pieces = text.split(separator: "-", maxSplits: 1)
    if let numbers = pieces.first {
      for (index, number) in numbers.split(separator: ".").prefix(3).enumerated() {
        parts[index] = Self.leadingNumber(number)
      }
    }
    if pieces.count > 1 {
      var rest = pieces[1]
      if rest.hasPrefix("dev") {
        parts[3] = 0
        rest = rest.dropFirst(3)
      }
      parts[4] = Self.leadingNumber(rest)
    }
    self.parts = parts
  }

  package static func < (left: LanguageVersion, right: LanguageVersion) -> Bool {
    left.parts.lexicographicallyPrecedes(right.parts)
  }

  /// `major.minor.patch`
  package var description: String { "\(parts[0]).\(parts[1]).\(parts[2])" }

  /// `major.minor`, which HAProxy calls a branch.
  package var branch: String { "\(parts[0]).\(parts[1])" }

  private static func leadingNumber(_ text: Substring) -> Int {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    return Int(digits) ?? (digits.isEmpty ? 0 : Int.max)
  }
}

/// What conditions ask about the program that reads the configuration.
package struct ConditionFacts: Sendable {
  /// The level of HAProxy's language that is read here.
  package static let languageVersion = LanguageVersion("3.5.0")

  /// What `feature(NAME)` answers yes to: the names with a plus in `weir -vv`.
  package var features: Set<String>
  /// What `enabled(NAME)` answers yes to.
  package var enabledOptions: Set<String>
  /// What `version_atleast` and `version_before` compare with.
  package var version: LanguageVersion

  /// The features that HAProxy knows by name and Weir has.
  package static let featuresOfWeir: Set<String> = [
    "ACCEPT4", "EPOLL", "GETADDRINFO", "LINUX_SPLICE", "LINUX_TPROXY", "SYSTEMD", "TFO", "THREAD",
    "TPROXY",
  ]

  /// The options that Weir has and runs with unless told otherwise.
  package static let optionsOfWeir: Set<String> = ["EPOLL", "SPLICE", "GETADDRINFO", "REUSEPORT"]

  /// Makes facts; without arguments those of a Weir that was started without switches.
  package init(
    features: Set<String> = ConditionFacts.featuresOfWeir,
    enabledOptions: Set<String> = ConditionFacts.optionsOfWeir,
    version: LanguageVersion = ConditionFacts.languageVersion
  ) {
    self.features = features
    self.enabledOptions = enabledOptions
    self.version = version
  }
}
