internal import Kernel

/// The fetches and converters by name: those that a record can serve, and those of HAProxy that
/// are known but need what is not there yet.
enum SampleCatalog {
  /// The fetch of a name and its arguments.
  static func fetch(
    _ name: String, _ arguments: SampleArguments, environment: (String) -> String?
  ) throws(FormatError) -> SampleExpression {
    if let sample = RecordSample(name: name) { return try record(sample, name, arguments) }
    if name.hasPrefix("weir."), let field = try field(name, arguments) {
      return SampleExpression(fetch: .field(field), type: field.sampleType)
    }
    switch name {
    case "date":
      try arguments.expect(0...2, types: ["integer", "string"])
      let fetch = SampleFetch.date(
        offset: try arguments.integer(0, default: 0), unit: try arguments.unit(1))
      return SampleExpression(fetch: fetch, type: .integer)
    case "accept_date":
      try arguments.expect(0...1, types: ["string"])
      return SampleExpression(fetch: .acceptDate(unit: try arguments.unit(0)), type: .integer)
    case "rand":
      try arguments.expect(0...1, types: ["integer"])
      let range = try arguments.integer(0, default: 0)
      let bound = range > 0 ? UInt64(min(range, 1 << 32)) : 1 << 32
      return SampleExpression(fetch: .random(below: bound), type: .integer)
    case "srv_conn":
      try arguments.expect(0...1, types: ["server"])
      guard !arguments.text(0).isEmpty else {
        throw FormatError(
          offset: arguments.offset,
          message: "missing server name in arg 1 of sample fetch keyword 'srv_conn'")
      }
      return SampleExpression(
        fetch: .count(NamedCount(serverArgument: arguments.text(0))), type: .integer)
    default:
      guard let constant = try constant(name, arguments, environment: environment) else {
        throw unknownFetch(name, arguments)
      }
      return SampleExpression(fetch: .constant(constant), type: constant.type)
    }
  }

  /// A field by its item: `weir.reason`. The line itself cannot be one of its parts.
  private static func field(
    _ name: String, _ arguments: SampleArguments
  ) throws(FormatError) -> RecordField? {
    guard let field = RecordField(item: String(name.dropFirst(5))), field.isSample else {
      return nil
    }
    try arguments.expect(0...0, types: [])
    return field
  }

  private static func record(
    _ sample: RecordSample, _ name: String, _ arguments: SampleArguments
  ) throws(FormatError) -> SampleExpression {
    switch sample {
    case .randomIdentifier:
      try arguments.expect(0...1, types: ["integer"])
      let version = try arguments.integer(0, default: 4)
      guard version == 4 else {
        throw arguments.error("Unsupported UUID version: '\(version)'")
      }
    case .frontendConnections, .backendConnections:
      try arguments.expect(0...1, types: ["proxy"])
      let proxy = arguments.text(0)
      guard !proxy.isEmpty else { break }
      let count =
        sample == .frontendConnections ? NamedCount.frontend(proxy) : NamedCount.backend(proxy)
      return SampleExpression(fetch: .count(count), type: .integer)
    case .terminationState, .retries, .bytesFromClient, .bytesFromServer:
      try arguments.expect(0...0, types: [])
    default:
      try arguments.expect(0...0, types: [])
    }
    return SampleExpression(fetch: .record(sample), type: sample.description.type)
  }

  private static func constant(
    _ name: String, _ arguments: SampleArguments, environment: (String) -> String?
  ) throws(FormatError) -> SampleConstant? {
    switch name {
    case "always_true", "always_false":
      try arguments.expect(0...0, types: [])
      return .bool(name == "always_true")
    case "str":
      try arguments.expect(0...1, types: ["string"])
      return .text(arguments.bytes(0))
    case "int":
      try arguments.expect(1...1, types: ["integer"])
      return .integer(try arguments.integer(0))
    case "bool":
      try arguments.expect(0...1, types: ["string"])
      switch arguments.text(0) {
      case "true", "1": return .bool(true)
      case "false", "0": return .bool(false)
      default: throw arguments.error("Expects 'true', 'false', '0' or '1'")
      }
    case "bin": return .binary(try hexadecimal(arguments))
    case "ipv4": return .address(try arguments.address(0, named: "IPv4 address"))
    case "ipv6": return .address(try arguments.address(0, named: "IPv6 address"))
    case "env":
      try arguments.expect(0...1, types: ["string"])
      return .text(Array((environment(arguments.text(0)) ?? "").utf8))
    default: return nil
    }
  }

  private static func hexadecimal(_ arguments: SampleArguments) throws(FormatError) -> [UInt8] {
    try arguments.expect(0...1, types: ["string"])
    var result: [UInt8] = []
    var high: UInt8?
    for byte in arguments.bytes(0) {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw arguments.error(
          "an hex digit is expected (found '\(Character(UnicodeScalar(byte)))')")
      }
      if let first = high {
        result.append(first << 4 | UInt8(digit))
        high = nil
      } else {
        high = UInt8(digit)
      }
    }
    if high != nil { throw arguments.error("an even number of hex digit is expected") }
    return result
  }

  private static func unknownFetch(_ name: String, _ arguments: SampleArguments) -> FormatError {
    if KnownSamples.isHTTP(name) {
      return FormatError(
        offset: arguments.offset,
        message: "sample fetch '\(name)' may not be used here because it needs HTTP, which is not "
          + "available here")
    }
    if KnownSamples.isFetch(name) {
      return FormatError(
        offset: arguments.offset,
        message: "fetch method '\(name)' is known but not served yet")
    }
    return FormatError(
      offset: arguments.offset, message: "unknown fetch method '\(name)'",
      suggestion: nearest(name, among: served))
  }

  /// The names of all fetches that are served.
  static let served: [String] =
    RecordSample.table.flatMap(\.names) + [
      "date", "accept_date", "rand", "always_true", "always_false", "str", "int", "bool", "bin",
      "ipv4", "ipv6", "env", "srv_conn",
    ]
}
