internal import Kernel

/// The arguments of a fetch or converter, with their places, and how they are read.
struct SampleArguments {
  struct Argument {
    var bytes: [UInt8]
    var offset: Int
    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// `fetch method 'str'` or `converter 'add'`, for errors.
  var owner: String
  /// Where the owner's name stands.
  var offset: Int
  /// The arguments, in order; none for `()`.
  var list: [Argument]

  /// An error about the arguments as a whole.
  func error(_ message: String, at argument: Argument? = nil) -> FormatError {
    FormatError(
      offset: argument?.offset ?? offset, message: "invalid args in \(owner) : \(message)")
  }

  /// Sees that there are at least and at most so many.
  func expect(_ range: ClosedRange<Int>, types: [String]) throws(FormatError) {
    if list.count < range.lowerBound {
      let type = types.indices.contains(list.count) ? types[list.count] : "string"
      let message =
        list.isEmpty
        ? "expected type '\(type)' at position 1, but got nothing"
        : "missing arguments (got \(list.count)/\(range.lowerBound)), type '\(type)' expected"
      throw FormatError(offset: offset, message: "\(owner) : \(message)")
    }
    if list.count > range.upperBound {
      let extra = list[range.upperBound]
      let before = range.upperBound == 0 ? "" : ","
      throw FormatError(
        offset: extra.offset,
        message: "\(owner) : expected ')' before '\(before)\(extra.text)'")
    }
  }

  /// The integer of an argument; the fallback where it is absent or empty.
  func integer(_ index: Int, default fallback: Int64? = nil) throws(FormatError) -> Int64 {
    guard list.indices.contains(index), !list[index].bytes.isEmpty else {
      if let fallback { return fallback }
      throw FormatError(
        offset: offset,
        message: "\(owner) : expected type 'integer' at position \(index + 1), but got nothing")
    }
    guard let value = Int64(list[index].text) else { throw failure(index, "integer") }
    return value
  }

  /// An integer within the range of `Int` counts that make sense for texts.
  func count(_ index: Int, default fallback: Int64? = nil) throws(FormatError) -> Int {
    Int(min(max(try integer(index, default: fallback), -1_000_000), 1_000_000))
  }

  /// The bytes of an argument, empty where it is absent.
  func bytes(_ index: Int) -> [UInt8] { list.indices.contains(index) ? list[index].bytes : [] }

  /// The text of an argument, empty where it is absent.
  func text(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

  /// A number of an arithmetic converter; variables are known but there are none yet.
  func operand() throws(FormatError) -> Int64 {
    try expect(0...1, types: ["string"])
    let text = text(0)
    if text.isEmpty { return 0 }
    if let value = Int64(text) { return value }
    let scopes = ["proc.", "sess.", "txn.", "req.", "res.", "check."]
    if scopes.contains(where: text.hasPrefix) { throw variable(text, at: list[0].offset) }
    throw error("expects an integer or a variable name", at: list[0])
  }

  /// The error about a variable.
  func variable(_ name: String, at offset: Int) -> FormatError {
    FormatError(
      offset: offset,
      message: "\(owner) : variable '\(name)': variables are known but not served yet")
  }

  /// The unit of a date.
  func unit(_ index: Int) throws(FormatError) -> SampleTimeUnit {
    let text = text(index)
    if text.isEmpty { return .seconds }
    guard let unit = SampleTimeUnit(rawValue: text) else {
      throw error("expects 's', 'ms' or 'us', got '\(text)'", at: list[index])
    }
    return unit
  }

  /// An address argument.
  func address(_ index: Int, named type: String) throws(FormatError) -> Endpoint {
    try expect(1...1, types: [type])
    let wanted: Endpoint.Family = type.hasPrefix("IPv4") ? .ipv4 : .ipv6
    guard let endpoint = Endpoint(address: text(index)), endpoint.family == wanted else {
      throw failure(index, type)
    }
    return endpoint
  }

  /// The mask of `ipmask` for IPv4: `24` or `255.255.255.0`.
  func mask4(_ index: Int) throws(FormatError) -> UInt32 {
    if let bits = UInt32(text(index)), bits <= 32 {
      return bits == 0 ? 0 : UInt32.max << (32 - bits)
    }
    guard let endpoint = Endpoint(address: text(index)), endpoint.family == .ipv4 else {
      throw failure(index, "IPv4 mask")
    }
    return UInt32(truncatingIfNeeded: endpoint.low)
  }

  /// The mask of `ipmask` for IPv6: `64` or `ffff:ffff::`.
  func mask6(_ index: Int) throws(FormatError) -> (UInt64, UInt64) {
    if let bits = UInt64(text(index)), bits <= 128 {
      let high = bits == 0 ? 0 : bits >= 64 ? UInt64.max : UInt64.max << (64 - bits)
      let low = bits <= 64 ? 0 : bits == 128 ? UInt64.max : UInt64.max << (128 - bits)
      return (high, low)
    }
    guard let endpoint = Endpoint(address: text(index)), endpoint.family == .ipv6 else {
      throw failure(index, "IPv6 mask")
    }
    return (endpoint.high, endpoint.low)
  }

  /// The error about an argument that is not of its type.
  func failure(_ index: Int, _ type: String) -> FormatError {
    FormatError(
      offset: list.indices.contains(index) ? list[index].offset : offset,
      message: "\(owner) : failed to parse '\(text(index))' as type '\(type)' at position "
        + "\(index + 1)")
  }
}
