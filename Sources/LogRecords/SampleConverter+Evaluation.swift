internal import Kernel

extension SampleConverter {
  /// Turns the value of a register, which is of the converter's input type, into the output.
  func apply(to register: inout SampleRegister) {
    switch self {
    case .arithmetic(let operation, let operand):
      register.set(operation.apply(register.integer, operand))
    case .plain(let plain): plain.apply(to: &register)
    case .bytes(let offset, let length):
      let count = register.bytes.count
      guard offset >= 0, length ?? 0 >= 0 else { return register.setNone() }
      register.bytes.removeFirst(min(offset, count))
      if let length, length < register.bytes.count {
        register.bytes.removeLast(register.bytes.count - length)
      }
    case .field(let index, let delimiters, let count, let skipsEmpty):
      register.keepField(index, delimiters, count, skipsEmpty: skipsEmpty)
    case .ipmask(let mask4, let high, let low): register.mask(mask4, high, low)
    case .choice(let whenTrue, let whenFalse):
      register.set(.text(register.integer != 0 ? whenTrue : whenFalse))
    case .concat(let suffix): register.bytes.append(contentsOf: suffix)
    case .addItem(let delimiter, let suffix):
      if !register.bytes.isEmpty, !suffix.isEmpty { register.bytes.append(contentsOf: delimiter) }
      register.bytes.append(contentsOf: suffix)
    case .trim(let characters, let atEnd):
      if atEnd {
        while let last = register.bytes.last, characters.contains(last) {
          register.bytes.removeLast()
        }
      } else {
        let rest = register.bytes.firstIndex { !characters.contains($0) }
        register.bytes.removeFirst(rest ?? register.bytes.count)
      }
    case .hash(let hash, let avalanche):
      let value = SampleHash.hash(register.bytes, with: hash, avalanche: avalanche)
      register.set(Int64(value))
    case .json(let input): register.escapeJSON(input)
    case .urlDecode(let inForm): register.decodeURL(inForm: inForm)
    case .chunks(let chunks, let separator, let size, let truncates):
      register.writeChunks(chunks, separator, size, truncates: truncates)
    case .strftime(let format, let offset, let unit, let isLocal):
      register.writeTime(format, offset: offset, unit: unit, isLocal: isLocal)
    case .httpDate(let offset, let unit):
      register.writeHTTPDate(offset: offset, unit: unit)
    }
  }
}

extension SampleConverter.Arithmetic {
  /// The result, held at the ends of the range as HAProxy holds it.
  func apply(_ value: Int64, _ operand: Int64) -> Int64 {
    switch self {
    case .add: value.saturatingAdded(operand)
    case .sub: value.saturatingSubtracted(operand)
    case .mul: value.saturatingMultiplied(by: operand)
    case .div: operand == 0 || (value == .min && operand == -1) ? .max : value / operand
    case .mod: operand == 0 || operand == -1 ? 0 : value % operand
    case .and: value & operand
    case .or: value | operand
    case .xor: value ^ operand
    }
  }
}

extension SampleConverter.Plain {
  func apply(to register: inout SampleRegister) {
    switch self {
    case .neg: register.set(Int64(0).saturatingSubtracted(register.integer))
    case .cpl: register.set(~register.integer)
    case .odd: register.set(register.integer & 1 == 1)
    case .even: register.set(register.integer & 1 == 0)
    case .not: register.set(register.integer == 0)
    case .bool: register.set(register.integer != 0)
    case .length: register.set(Int64(register.bytes.count))
    case .lower: register.changeCase(from: UInt8(ascii: "A")...UInt8(ascii: "Z"))
    case .upper: register.changeCase(from: UInt8(ascii: "a")...UInt8(ascii: "z"))
    case .hex:
      register.spare.removeAll(keepingCapacity: true)
      for byte in register.bytes { register.spare.append(hexadecimal: UInt64(byte), digits: 2) }
      register.takeSpare(as: .text)
    case .hex2i: register.readHexadecimal()
    case .base64: register.encodeBase64(isURL: false)
    case .ub64enc: register.encodeBase64(isURL: true)
    case .b64dec: register.decodeBase64(isURL: false)
    case .ub64dec: register.decodeBase64(isURL: true)
    case .htonl:
      let value = UInt64(truncatingIfNeeded: register.integer)
      register.bytes.removeAll(keepingCapacity: true)
      register.appendBigEndian(value, count: 4)
      register.type = .binary
    case .cut_crlf:
      if let end = register.bytes.firstIndex(where: { $0 == 10 || $0 == 13 }) {
        register.bytes.removeLast(register.bytes.count - end)
      }
    case .reverse: register.bytes.reverse()
    case .url_enc: register.encodeURL()
    }
  }
}
