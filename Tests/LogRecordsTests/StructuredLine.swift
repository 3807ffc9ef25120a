import Foundation
import LogRecords

/// Reads lines of every encoding back, as strictly as it can.
enum StructuredLine {
  /// The values of a line by their keys, groups with dots; nil where the line is not valid.
  static func read(_ bytes: [UInt8], _ program: FormatProgram) -> [String: String]? {
    guard !bytes.contains(10) || program.encoding == .cbor(isBinary: true) else { return nil }
    switch program.encoding {
    case .json:
      guard let start = bytes.firstIndex(of: UInt8(ascii: "{")),
        let value = try? JSONSerialization.jsonObject(with: Data(bytes[start...])),
        let object = value as? [String: Any]
      else { return nil }
      return flat(object)
    case .cbor(let isBinary):
      guard let raw = isBinary ? bytes : hexadecimal(bytes) else { return nil }
      var reader = CBORReader(bytes: raw)
      guard let value = reader.value() as? [String: Any], reader.isAtEnd else { return nil }
      return flat(value)
    case .logfmt: return pairs(bytes, escapes: .json)
    case .csv: return table(bytes, program.header)
    case .structuredData:
      guard bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]"),
        let space = bytes.firstIndex(of: 32)
      else { return bytes.count < 40 ? [:] : nil }
      return pairs(Array(bytes[(space + 1)...].dropLast()), escapes: .brackets)
    case .text: return nil
    }
  }

  private static func flat(_ object: [String: Any]) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in object {
      if let inner = value as? [String: Any] {
        for (name, value) in flat(inner) { result["\(key).\(name)"] = value }
      } else if let number = value as? NSNumber, CFBooleanCheck.isBoolean(number) {
        result[key] = number.boolValue ? "true" : "false"
      } else {
        result[key] = "\(value)"
      }
    }
    return result
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count % 2 == 0 else { return nil }
    var result: [UInt8] = []
    for index in stride(from: 0, to: bytes.count, by: 2) {
      guard let byte = UInt8(String(decoding: bytes[index..<index + 2], as: UTF8.self), radix: 16)
      else { return nil }
      result.append(byte)
    }
    return result
  }

  private enum Escapes { case json, brackets }

  /// `key=value key="quoted"`
  private static func pairs(_ bytes: [UInt8], escapes: Escapes) -> [String: String]? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var result: [String: String] = [:]
    var place = 0
    while place < bytes.count {
      guard let sign = bytes[place...].firstIndex(of: UInt8(ascii: "=")), sign > place else {
        return nil
      }
      let key = String(decoding: bytes[place..<sign], as: UTF8.self)
      place = sign + 1
      var value: [UInt8] = []
      if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
        place += 1
        var isClosed = false
        while place < bytes.count {
          let byte = bytes[place]
          place += 1
          if byte == UInt8(ascii: "\"") {
            isClosed = true
            break
          }
          if byte < 32 || (escapes == .brackets && byte == UInt8(ascii: "]")) { return nil }
          if byte == UInt8(ascii: "\\"), place < bytes.count {
            let next = bytes[place]
            let isKnown =
              escapes == .brackets ? "\"\\]".utf8.contains(next) : "\"\\nrtu".utf8.contains(next)
            guard isKnown else { return nil }
            place += 1
          }
          value.append(byte)
        }
        guard isClosed else { return nil }
      } else {
        guard escapes == .json else { return nil }
        while place < bytes.count, bytes[place] != 32 {
          value.append(bytes[place])
          place += 1
        }
        if value.contains(UInt8(ascii: "\"")) || value.isEmpty { return nil }
      }
      guard result[key] == nil else { return nil }
      result[key] = String(decoding: value, as: UTF8.self)
      if place < bytes.count {
        guard bytes[place] == 32, place + 1 < bytes.count else { return nil }
        place += 1
      }
    }
    return result
  }

  /// A line of RFC 4180 under its header.
  private static func table(_ bytes: [UInt8], _ header: String) -> [String: String]? {
    var fields: [String] = []
    var field: [UInt8] = []
    var (isQuoted, wasQuoted) = (false, false)
    for byte in bytes {
      if isQuoted {
        if byte == UInt8(ascii: "\"") { isQuoted = false } else { field.append(byte) }
      } else if byte == UInt8(ascii: "\"") {
        if wasQuoted { field.append(byte) } else if !field.isEmpty { return nil }
        (isQuoted, wasQuoted) = (true, true)
      } else if byte == UInt8(ascii: ",") {
        fields.append(String(decoding: field, as: UTF8.self))
        (field, wasQuoted) = ([], false)
      } else {
        if wasQuoted { return nil }
        field.append(byte)
      }
    }
    if isQuoted { return nil }
    fields.append(String(decoding: field, as: UTF8.self))
    let keys = header.split(separator: ",").map(String.init)
    guard keys.count == fields.count else { return nil }
    return Dictionary(uniqueKeysWithValues: zip(keys, fields))
  }
}

/// Whether a number of JSON was `true` or `false`.
enum CFBooleanCheck {
  static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}

/// Reads one value of CBOR.
struct CBORReader {
  let bytes: [UInt8]
  var place = 0
  var isAtEnd: Bool { place == bytes.count }

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func value() -> Any? {
    guard place < bytes.count else { return nil }
    let head = bytes[place]
    place += 1
    switch head {
    case 0xF4: return NSNumber(value: false)
    case 0xF5: return NSNumber(value: true)
    case 0xF6: return NSNull()
    case 0xFB:
      guard let bits = number(8) else { return nil }
      return Double(bitPattern: bits)
    case 0xBF:
      var map: [String: Any] = [:]
      while place < bytes.count, bytes[place] != 0xFF {
        guard let key = value() as? String, let item = value(), map[key] == nil else { return nil }
        map[key] = item
      }
      place += 1
      return place <= bytes.count ? map : nil
    case 0x7F, 0x5F:
      var text = ""
      while place < bytes.count, bytes[place] != 0xFF {
        guard bytes[place] >> 5 == (head == 0x7F ? 3 : 2), let part = value() else { return nil }
        text += "\(part)"
      }
      place += 1
      return place <= bytes.count ? text : nil
    default: break
    }
    let length = head & 31
    let count: UInt64?
    switch length {
    case ..<24: count = UInt64(length)
    case 24...27: count = number(1 << Int(length - 24))
    default: count = nil
    }
    guard let count else { return nil }
    switch head >> 5 {
    case 0: return count
    case 1: return -1 - Int64(clamping: count)
    case 2, 3:
      guard count <= UInt64(bytes.count - place) else { return nil }
      let part = bytes[place..<place + Int(count)]
      place += Int(count)
      return head >> 5 == 2 ? "\(Array(part))" : String(validating: part, as: UTF8.self)
    case 4:
      var items: [Any] = []
      for _ in 0..<count {
        guard let item = value() else { return nil }
        items.append(item)
      }
      return items
    default: return nil
    }
  }

  private mutating func number(_ count: Int) -> UInt64? {
    guard place + count <= bytes.count else { return nil }
    defer { place += count }
    return bytes[place..<place + count].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
