extension SampleCatalog {
  /// The converter of a name and its arguments.
  static func converter(
    _ name: String, _ arguments: SampleArguments
  ) throws(FormatError) -> SampleConverter {
    if let operation = SampleConverter.Arithmetic(rawValue: name) {
      return .arithmetic(operation, try arguments.operand())
    }
    if let plain = SampleConverter.Plain(rawValue: name) {
      try arguments.expect(plain == .url_enc ? 0...1 : 0...0, types: ["string"])
      return .plain(plain)
    }
    if let hash = SampleConverter.Hash(rawValue: name) {
      try arguments.expect(0...1, types: ["integer"])
      return .hash(hash, avalanche: try arguments.integer(0, default: 0) == 1)
    }
    if let converter = try text(name, arguments) { return converter }
    if let converter = try date(name, arguments) { return converter }
    if KnownSamples.isConverter(name) {
      throw FormatError(
        offset: arguments.offset, message: "converter '\(name)' is known but not served yet")
    }
    throw FormatError(
      offset: arguments.offset, message: "unknown converter '\(name)'",
      suggestion: nearest(name, among: servedConverters))
  }

  private static func text(
    _ name: String, _ arguments: SampleArguments
  ) throws(FormatError) -> SampleConverter? {
    switch name {
    case "bytes":
      try arguments.expect(1...2, types: ["integer", "integer"])
      let length = arguments.list.count > 1 ? try arguments.count(1) : nil
      return .bytes(offset: try arguments.count(0), length: length)
    case "field", "word":
      try arguments.expect(2...3, types: ["integer", "string", "integer"])
      let index = try arguments.count(0)
      guard index != 0 else { throw arguments.error("Unexpected value 0 for index") }
      let count = max(0, try arguments.count(2, default: 1))
      return .field(
        index: index, delimiters: arguments.bytes(1), count: count, skipsEmpty: name == "word")
    case "ipmask":
      try arguments.expect(1...2, types: ["IPv4 mask", "IPv6 mask"])
      let mask4 = try arguments.mask4(0)
      guard arguments.list.count > 1 else { return .ipmask(mask4, high: nil, low: 0) }
      let (high, low) = try arguments.mask6(1)
      return .ipmask(mask4, high: high, low: low)
    case "iif":
      try arguments.expect(2...2, types: ["string", "string"])
      return .choice(arguments.bytes(0), arguments.bytes(1))
    case "concat":
      try arguments.expect(0...3, types: [])
      try refuseVariable(arguments, 1)
      return .concat(arguments.bytes(0) + arguments.bytes(2))
    case "add_item":
      try arguments.expect(2...3, types: ["string", "string"])
      try refuseVariable(arguments, 1)
      guard arguments.list.count > 2 else {
        throw arguments.error("one of the optional arguments has to be nonempty")
      }
      return .addItem(delimiter: arguments.bytes(0), suffix: arguments.bytes(2))
    case "ltrim", "rtrim":
      try arguments.expect(1...1, types: ["string"])
      return .trim(arguments.bytes(0), atEnd: name == "rtrim")
    case "json":
      try arguments.expect(0...1, types: ["string"])
      let code = arguments.text(0).isEmpty ? "ascii" : arguments.text(0)
      guard let input = SampleConverter.JSONInput(rawValue: code) else {
        throw arguments.error(
          "Unexpected input code type. Allowed value are 'ascii', 'utf8', 'utf8s', 'utf8p' and "
            + "'utf8ps'", at: arguments.list.first)
      }
      return .json(input)
    case "url_dec":
      try arguments.expect(0...1, types: ["integer"])
      return .urlDecode(inForm: try arguments.integer(0, default: 0) != 0)
    case "be2dec", "le2dec", "be2hex": return try chunks(name, arguments)
    default: return nil
    }
  }

  private static func chunks(
    _ name: String, _ arguments: SampleArguments
  ) throws(FormatError) -> SampleConverter {
    let isHexadecimal = name == "be2hex"
    try arguments.expect(isHexadecimal ? 0...3 : 1...3, types: ["string", "integer", "integer"])
    let size = try arguments.count(1, default: 0)
    let limit = isHexadecimal ? 1_000_000 : 8
    let isFree = isHexadecimal && size == 0 && arguments.bytes(0).isEmpty
    guard isFree || (1...limit).contains(size) else {
      throw arguments.error("chunk_size out of [1..\(limit)] range (\(size))")
    }
    return .chunks(
      isHexadecimal ? .hexadecimal : name == "be2dec" ? .bigDecimal : .littleDecimal,
      separator: arguments.bytes(0), size: max(1, size),
      truncates: try arguments.integer(2, default: 0) == 1 && size > 0)
  }

  private static func date(
    _ name: String, _ arguments: SampleArguments
  ) throws(FormatError) -> SampleConverter? {
    let unit: SampleTimeUnit
    switch name {
    case "http_date":
      try arguments.expect(0...2, types: ["integer", "string"])
      return .httpDate(
        offset: try arguments.integer(0, default: 0), unit: try arguments.unit(1))
    case "ltime", "utime": unit = .seconds
    case "ms_ltime", "ms_utime": unit = .milliseconds
    case "us_ltime", "us_utime": unit = .microseconds
    default: return nil
    }
    try arguments.expect(1...2, types: ["string", "integer"])
    return .strftime(
      arguments.bytes(0), offset: try arguments.integer(1, default: 0), unit: unit,
      isLocal: name.hasSuffix("ltime"))
  }

  private static func refuseVariable(
    _ arguments: SampleArguments, _ index: Int
  ) throws(FormatError) {
    guard !arguments.bytes(index).isEmpty else { return }
    throw arguments.variable(arguments.text(index), at: arguments.list[index].offset)
  }

  /// The names of all converters that are served.
  static let servedConverters: [String] =
    SampleConverter.Plain.allCases.map(\.rawValue) + [
      "add", "sub", "mul", "div", "mod", "and", "or", "xor", "crc32", "crc32c", "djb2", "sdbm",
      "wt6", "bytes", "field", "word", "ipmask", "iif", "concat", "add_item", "ltrim", "rtrim",
      "json", "url_dec", "be2dec", "le2dec", "be2hex", "http_date", "ltime", "utime", "ms_ltime",
      "ms_utime", "us_ltime", "us_utime",
    ]
}
