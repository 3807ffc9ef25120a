/// Why a text is not a time or a size.
package enum QuantityError: Error, Hashable, Sendable {
  /// There is no text.
  case missing
  /// A character that is neither a digit nor of a unit known here.
  case unexpectedCharacter(Character)
  /// More than the limit.
  case overflow(maximum: Int)
}

/// Times as HAProxy's language writes them: digits and a unit (its manual, 2.5).
package enum Time {
  /// A unit of time, by the length of its name in microseconds.
  package enum Unit: String, CaseIterable, Sendable {
    case us, ms, s, m, h, d

    /// How many microseconds it lasts.
    package var microseconds: Int {
      switch self {
      case .us: 1
      case .ms: 1000
      case .s: 1_000_000
      case .m: 60_000_000
      case .h: 3_600_000_000
      case .d: 86_400_000_000
      }
    }
  }

  /// The longest time, in whatever unit it is asked for.
  package static let maximum = 2_147_483_647

  /// Reads a time. A text without a unit is in `defaultUnit`; the answer is in `unit`, rounded up,
  /// so that a time above zero never becomes zero.
  package static func parse(
    _ text: String, defaultUnit: Unit = .ms, in unit: Unit = .ms
  ) throws(QuantityError) -> Int {
    let (value, suffix) = try splitNumber(text, maximum: maximum)
    var given = defaultUnit
    if !suffix.isEmpty {
      guard let known = Unit(rawValue: String(suffix)) else {
        throw .unexpectedCharacter(offender(in: suffix, units: Unit.allCases.map(\.rawValue)))
      }
      given = known
    }
    let (microseconds, overflow) = value.multipliedReportingOverflow(by: given.microseconds)
    guard !overflow else { throw .overflow(maximum: maximum) }
    let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: unit.microseconds)
    guard whole < maximum || (whole == maximum && rest == 0) else {
      throw .overflow(maximum: maximum)
    }
    return whole + (rest > 0 ? 1 : 0)
  }

  /// HAProxy's message for a time that cannot be read, `name` being the keyword it belongs to.
  package static func message(
    for error: QuantityError, text: String, of name: String, in unit: Unit = .ms
  ) -> String {
    switch error {
    case .missing:
      return
        "'\(name)' expects an integer value (in \(unit == .ms ? "milliseconds" : unit.rawValue))"
    case .unexpectedCharacter(let character):
      return "unexpected character '\(character)' in '\(name)'"
    case .overflow(let maximum):
      let days = unit == .ms ? " or ~24.8 days" : ""
      return "timer overflow in argument '\(text)' to '\(name)'"
        + " (maximum value is \(maximum) \(unit.rawValue)\(days))"
    }
  }
}

/// Sizes as HAProxy's language writes them: digits, and `k`, `m` or `g` (powers of 1024).
package enum Size {
  /// Reads a size in bytes.
  package static func parse(
    _ text: String, maximum: Int = Int.max
  ) throws(QuantityError) -> Int {
    let (value, suffix) = try splitNumber(text, maximum: maximum)
    let shift: Int
    switch suffix {
    case "": shift = 0
    case "k", "K": shift = 10
    case "m", "M": shift = 20
    case "g", "G": shift = 30
    default:
      throw .unexpectedCharacter(offender(in: suffix, units: ["k", "m", "g", "K", "M", "G"]))
    }
    let (bytes, overflow) = value.multipliedReportingOverflow(by: 1 << shift)
    guard !overflow, bytes <= maximum else { throw .overflow(maximum: maximum) }
    return bytes
  }

  /// HAProxy's message for a size that cannot be read, `name` being the keyword it belongs to.
  package static func message(for error: QuantityError, text: String, of name: String) -> String {
    switch error {
    case .missing: "'\(name)' expects a size (digits, and 'k', 'm' or 'g')"
    case .unexpectedCharacter(let character):
      "unexpected character '\(character)' in argument of '\(name)'"
    case .overflow(let maximum):
      "size overflow in argument '\(text)' to '\(name)' (maximum value is \(maximum) bytes)"
    }
  }
}

/// Splits a text into the number it starts with, at most `maximum`, and the rest.
private func splitNumber(
  _ text: String, maximum: Int
) throws(QuantityError) -> (Int, Substring) {
  guard let first = text.first else { throw .missing }
  var value = 0
  var hasDigits = false
  var index = text.utf8.startIndex
  while index < text.utf8.endIndex, case let byte = text.utf8[index], byte >= 48, byte <= 57 {
    hasDigits = true
    let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carried) = tens.addingReportingOverflow(Int(byte) - 48)
    guard !overflow, !carried, sum <= maximum else { throw .overflow(maximum: maximum) }
    value = sum
    index = text.utf8.index(after: index)
  }
  guard hasDigits else { throw .unexpectedCharacter(first) }
  return (value, text[index...])
}

/// The character to blame in a suffix: the first one that no unit has at that place.
private func offender(in suffix: Substring, units: [String]) -> Character {
  var taken = ""
  for character in suffix {
    taken.append(character)
    if !units.contains(where: { $0.hasPrefix(taken) }) { return character }
  }
  return suffix.last ?? " "
}
