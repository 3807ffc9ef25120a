internal import Balancing

/// The hash functions of converters: the same as those of `hash-type`.
enum SampleHash {
  static func hash(
    _ bytes: [UInt8], with function: SampleConverter.Hash, avalanche: Bool
  ) -> UInt32 {
    let value: UInt32
    switch function {
    case .crc32: value = crc(bytes, polynomial: 0xEDB8_8320)
    case .crc32c: value = crc(bytes, polynomial: 0x82F6_3B78)
    case .djb2: value = bytes.reduce(5381) { ($0 << 5) &+ $0 &+ UInt32($1) }
    case .sdbm: value = bytes.reduce(0) { UInt32($1) &+ ($0 << 6) &+ ($0 << 16) &- $0 }
    case .wt6: value = wt6(bytes)
    }
    return avalanche ? SourceHash.avalanche(value) : value
  }

  /// A reflected CRC, bit by bit: expressions in log lines hash short texts.
  private static func crc(_ bytes: [UInt8], polynomial: UInt32) -> UInt32 {
    var value = UInt32.max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 1 ? polynomial : 0) }
    }
    return ~value
  }

  /// WT6: two words that rotate by amounts drawn from themselves.
  private static func wt6(_ bytes: [UInt8]) -> UInt32 {
    var first: UInt32 = 0xA53C_965A
    var second: UInt32 = 0x5CA6_953A
    var (firstStep, secondStep): (UInt32, UInt32) = (6, 18)
    for byte in bytes {
      first = ~(first ^ UInt32(byte))
      second = ~(second &+ UInt32(byte))
      let rotated = rotate(second, firstStep)
      second = rotate(first, secondStep)
      first = rotated
      let mixed = ((first >> 16) ^ second) & 0xFFFF
      firstStep = mixed & 31
      secondStep = mixed >> 11
    }
    return first ^ second
  }

  private static func rotate(_ value: UInt32, _ step: UInt32) -> UInt32 {
    value &<< step | value &>> (32 &- step)
  }
}
