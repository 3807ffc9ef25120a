internal import Kernel

/// What kind of value an expression has at a place of its chain.
enum SampleType: UInt8, BitwiseCopyable, Hashable, Sendable {
  case bool, integer, address, text, binary

  /// Whether HAProxy turns a value of this type into one of another on its own.
  func converts(to other: SampleType) -> Bool {
    switch (self, other) {
    case (.binary, .bool), (.binary, .integer), (.binary, .address): false
    case (.address, .bool), (.bool, .address): false
    default: true
    }
  }
}

/// A value that the file gives.
enum SampleConstant: Hashable, Sendable {
  case bool(Bool)
  case integer(Int64)
  case address(Endpoint)
  case text([UInt8])
  case binary([UInt8])

  var type: SampleType {
    switch self {
    case .bool: .bool
    case .integer: .integer
    case .address: .address
    case .text: .text
    case .binary: .binary
    }
  }
}

/// The unit of a date as a number.
enum SampleTimeUnit: String, Hashable, Sendable {
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"

  /// How many of it a second has.
  var perSecond: Int64 {
    switch self {
    case .seconds: 1
    case .milliseconds: 1000
    case .microseconds: 1_000_000
    }
  }
}

/// A value under way through an expression. Its two buffers are used again for each expression.
struct SampleRegister: Sendable {
  /// The type; nil where there is no value, which ends the expression.
  var type: SampleType?
  /// A number, or 0 and 1 for a bool.
  var integer: Int64 = 0
  /// An address, family and all.
  var address = Endpoint.none
  /// Text or raw bytes.
  var bytes: [UInt8] = []
  /// Room to build the next bytes in.
  var spare: [UInt8] = []

  mutating func setNone() { type = nil }

  mutating func set(_ value: Bool) {
    type = .bool
    integer = value ? 1 : 0
  }

  mutating func set(_ value: Int64) {
    type = .integer
    integer = value
  }

  mutating func set(_ value: Endpoint) {
    switch value.family {
    case .ipv4, .ipv6:
      type = .address
      address = value
    case .unix, .none: type = nil
    }
  }

  mutating func set(_ value: String) {
    type = .text
    bytes.removeAll(keepingCapacity: true)
    bytes.append(value)
  }

  mutating func set(_ constant: SampleConstant) {
    switch constant {
    case .bool(let value): set(value)
    case .integer(let value): set(value)
    case .address(let value): set(value)
    case .text(let value), .binary(let value):
      type = constant.type
      bytes.removeAll(keepingCapacity: true)
      bytes.append(contentsOf: value)
    }
  }

  /// Takes what stands in `spare` as the value.
  mutating func takeSpare(as newType: SampleType) {
    swap(&bytes, &spare)
    type = newType
  }

  /// Turns the value into another type as HAProxy does between a fetch and a converter.
  mutating func cast(to wanted: SampleType) {
    guard let type, type != wanted else { return }
    switch wanted {
    case .text: castToText(from: type)
    case .binary: castToBinary(from: type)
    case .integer: castToInteger(from: type)
    case .bool:
      castToInteger(from: type)
      if self.type != nil { set(integer != 0) }
    case .address:
      if type == .integer {
        set(Endpoint.ipv4(UInt32(truncatingIfNeeded: integer), port: 0))
      } else if let parsed = Endpoint(address: String(decoding: bytes, as: UTF8.self)) {
        set(parsed)
      } else {
        setNone()
      }
    }
  }

  private mutating func castToText(from type: SampleType) {
    self.type = .text
    if type == .binary {
      // Text ends at a NUL, as HAProxy has it.
      if let end = bytes.firstIndex(of: 0) { bytes.removeLast(bytes.count - end) }
      return
    }
    bytes.removeAll(keepingCapacity: true)
    if type == .address { bytes.write(address: address) } else { bytes.append(decimal: integer) }
  }

  private mutating func castToBinary(from type: SampleType) {
    self.type = .binary
    if type == .text { return }
    bytes.removeAll(keepingCapacity: true)
    if type == .address {
      if address.family == .ipv6 { appendBigEndian(address.high, count: 8) }
      appendBigEndian(address.low, count: address.family == .ipv6 ? 8 : 4)
    } else {
      appendBigEndian(UInt64(bitPattern: integer), count: 8)
    }
  }

  private mutating func castToInteger(from type: SampleType) {
    switch type {
    case .bool, .integer: self.type = .integer
    case .address:
      if address.family == .ipv4 { set(Int64(truncatingIfNeeded: address.low)) } else { setNone() }
    case .text: set(Self.leadingInteger(bytes[...]))
    case .binary: setNone()
    }
  }

  mutating func appendBigEndian(_ value: UInt64, count: Int) {
    var shift = count * 8
    while shift > 0 {
      shift -= 8
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  /// The number that text begins with, 0 where it begins with none; held within 64 bits.
  static func leadingInteger(_ text: ArraySlice<UInt8>) -> Int64 {
    var digits = text
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    var value: Int64 = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { break }
      let number = Int64(digit - UInt8(ascii: "0"))
      value = value.saturatingMultiplied(by: 10).saturatingAdded(isNegative ? -number : number)
    }
    return value
  }
}

extension Int64 {
  /// The sum, held at the ends of the range.
  func saturatingAdded(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// The difference, held at the ends of the range.
  func saturatingSubtracted(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }

  /// The product, held at the ends of the range.
  func saturatingMultiplied(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}
