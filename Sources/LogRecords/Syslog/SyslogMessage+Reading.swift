internal import Memory

extension SyslogMessage {
  /// The length of a moment of RFC 3164, `Nov 23 10:39:34`.
  static let legacyTimeLength = 15
  /// The least length of a moment of RFC 5424, `2026-11-23T10:39:34Z`.
  static let standardTimeLength = 20

  /// Reads `1 TIME HOST TAG PID MSGID DATA TEXT` (RFC 5424, 6); false where it is not that.
  ///
  /// HAProxy asks for the space behind each part, the structured data included, and is content
  /// with any 19 bytes for a moment to the second.
  mutating func readStandard(_ bytes: Span<UInt8>) -> Bool {
    var place = priorityEnd + 2
    guard readStandardTime(bytes, &place),
      let host = Self.word(bytes, &place), let tag = Self.word(bytes, &place),
      let process = Self.word(bytes, &place), let identifier = Self.word(bytes, &place),
      readStructuredData(bytes, &place)
    else { return false }
    self.host = host
    self.tag = tag
    processIdentifier = process
    messageIdentifier = identifier
    text = Part(place, bytes.count)
    isVerbatim = true
    return true
  }

  /// Reads the moment and leaves `place` at the space behind it.
  private mutating func readStandardTime(_ bytes: Span<UInt8>, _ place: inout Int) -> Bool {
    let start = place
    let left = bytes.count - start
    if left > 2, bytes[start] == UInt8(ascii: "-"), bytes[start + 1] == UInt8(ascii: " ") {
      place += 1
    } else {
      guard left > Self.standardTimeLength else { return false }
      place += 19
      if bytes[place] == UInt8(ascii: ".") {
        place += 1
        guard place < bytes.count else { return false }
        while !Self.beginsZone(bytes[place]) {
          guard bytes[place] &- UInt8(ascii: "0") <= 9 else { return false }
          place += 1
          guard place < bytes.count else { return false }
        }
      }
      place += bytes[place] == UInt8(ascii: "Z") ? 1 : 6
      guard place < bytes.count, bytes[place] == UInt8(ascii: " ") else { return false }
    }
    time = Part(start, place)
    return true
  }

  private static func beginsZone(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "Z") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
  }

  /// The word behind the space that `place` is at, and the space behind it as the new place; none
  /// for `-`, nil where there is no such word.
  private static func word(_ bytes: Span<UInt8>, _ place: inout Int) -> Part? {
    let start = place + 1
    guard start < bytes.count, bytes[start] != UInt8(ascii: " ") else { return nil }
    guard let end = space(in: bytes, from: start + 1) else { return nil }
    place = end
    return end == start + 1 && bytes[start] == UInt8(ascii: "-") ? Part.none : Part(start, end)
  }

  private static func space(in bytes: Span<UInt8>, from start: Int) -> Int? {
    var place = start
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: " ") { return place }
      place += 1
    }
    return nil
  }

  /// Reads `-` or `[…][…]` and the space behind it, and leaves `place` behind that.
  private mutating func readStructuredData(_ bytes: Span<UInt8>, _ place: inout Int) -> Bool {
    let start = place + 1
    guard start < bytes.count else { return false }
    var end = start
    switch bytes[start] {
    case UInt8(ascii: "-"):
      end += 1
      guard end < bytes.count, bytes[end] == UInt8(ascii: " ") else { return false }
    case UInt8(ascii: "["):
      var isInside = false
      while isInside || bytes[end] != UInt8(ascii: " ") {
        if isInside {
          // The RFC has this character escaped in values.
          if bytes[end] == UInt8(ascii: "]"), bytes[end - 1] != UInt8(ascii: "\\") {
            isInside = false
          }
        } else {
          guard bytes[end] == UInt8(ascii: "[") else { return false }
          isInside = true
        }
        end += 1
        guard end < bytes.count else { return false }
      }
      structuredData = Part(start, end)
    default: return false
    }
    place = end + 1
    return true
  }

  /// Reads `Mon dd hh:mm:ss HOST [TAG[PID]: ]TEXT` (RFC 3164, 4); false where it is not that. The
  /// host is mandatory, the tag is not.
  mutating func readLegacy(_ bytes: Span<UInt8>) -> Bool {
    let start = priorityEnd
    guard bytes.count - start > Self.legacyTimeLength,
      Month.number(bytes[start], bytes[start + 1], bytes[start + 2]) != nil
    else { return false }
    let end = start + Self.legacyTimeLength
    guard bytes[end] == UInt8(ascii: " ") else { return false }
    let hostStart = end + 1
    guard hostStart < bytes.count, bytes[hostStart] != UInt8(ascii: " "),
      let hostEnd = Self.space(in: bytes, from: hostStart + 1)
    else { return false }
    time = Part(start, end)
    host = Part(hostStart, hostEnd)
    text = Part(hostEnd + 1, bytes.count)
    readTag(bytes)
    isVerbatim = legacyHeaderLength == text.start - priorityEnd
    return true
  }

  /// Reads `TAG[PID]: ` or `TAG: ` where the text begins so.
  ///
  /// What HAProxy makes of brackets that are none is kept: `a[1]b: ` gives the tag `a` and leaves
  /// all of it in the text.
  private mutating func readTag(_ bytes: Span<UInt8>) {
    let start = text.start
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: " "), bytes[end] != UInt8(ascii: ":") {
      end += 1
    }
    guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: ":"),
      bytes[end + 1] == UInt8(ascii: " ")
    else { return }
    var processStart: Int?
    for place in start..<end {
      if bytes[place] == UInt8(ascii: "[") {
        tag = Part(start, place)
        processStart = place + 1
      } else if bytes[place] == UInt8(ascii: "]"), let processStart {
        guard place + 1 == end else { return }
        processIdentifier = Part(processStart, place)
      }
    }
    if tag.isEmpty { tag = Part(start, end) }
    text = Part(end + 2, bytes.count)
  }

  /// How long the header of RFC 3164 is that the parts make, without the priority.
  private var legacyHeaderLength: Int {
    var length = time.count + 1 + host.count + 1
    guard !tag.isEmpty else { return length }
    length += tag.count + 2
    return processIdentifier.isEmpty ? length : length + processIdentifier.count + 2
  }
}

/// Months, as RFC 3164 writes them.
enum Month {
  /// The month of three letters, from 1; nil where there is none.
  static func number(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int? {
    switch (first, second, third) {
    case (0x4A, 0x61, 0x6E): 1
    case (0x46, 0x65, 0x62): 2
    case (0x4D, 0x61, 0x72): 3
    case (0x41, 0x70, 0x72): 4
    case (0x4D, 0x61, 0x79): 5
    case (0x4A, 0x75, 0x6E): 6
    case (0x4A, 0x75, 0x6C): 7
    case (0x41, 0x75, 0x67): 8
    case (0x53, 0x65, 0x70): 9
    case (0x4F, 0x63, 0x74): 10
    case (0x4E, 0x6F, 0x76): 11
    case (0x44, 0x65, 0x63): 12
    default: nil
    }
  }
}
