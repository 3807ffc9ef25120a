/// What an expression does to a value (HAProxy's manual 7.3.1), arguments resolved.
enum SampleConverter: Hashable, Sendable {
  /// Arithmetic and bits, with a number that the file gives.
  case arithmetic(Arithmetic, Int64)
  /// What needs no argument.
  case plain(Plain)
  /// `bytes(offset[,length])`
  case bytes(offset: Int, length: Int?)
  /// `field(index,delimiters[,count])`, or `word`, which skips empty fields; a count of 0 is all.
  case field(index: Int, delimiters: [UInt8], count: Int, skipsEmpty: Bool)
  /// `ipmask(mask4[,mask6])`, masks as bits.
  case ipmask(UInt32, high: UInt64?, low: UInt64)
  /// `iif(true,false)`
  case choice([UInt8], [UInt8])
  /// `concat([start][,,end])`: texts to put after the value, one after the other.
  case concat([UInt8])
  /// `add_item(delimiter,,suffix)`
  case addItem(delimiter: [UInt8], suffix: [UInt8])
  /// `ltrim(chars)`, `rtrim(chars)`
  case trim([UInt8], atEnd: Bool)
  /// `crc32` and others, their argument given as whether to avalanche.
  case hash(Hash, avalanche: Bool)
  /// `json[(code)]`
  case json(JSONInput)
  /// `url_dec[(in_form)]`
  case urlDecode(inForm: Bool)
  /// `be2dec(separator,size[,truncate])`, `le2dec`, `be2hex`
  case chunks(Chunks, separator: [UInt8], size: Int, truncates: Bool)
  /// `ltime(format[,offset])`, `utime` and their kin.
  case strftime([UInt8], offset: Int64, unit: SampleTimeUnit, isLocal: Bool)
  /// `http_date([offset[,unit]])`
  case httpDate(offset: Int64, unit: SampleTimeUnit)

  enum Arithmetic: String, Hashable, Sendable {
    case add, sub, mul, div, mod, and, or, xor
  }

  enum Plain: String, Hashable, Sendable, CaseIterable {
    case neg, cpl, odd, even, not, bool, length, lower, upper, hex, hex2i, base64, b64dec, ub64enc
    case ub64dec, htonl, cut_crlf, reverse, url_enc

    /// What it takes and what it gives.
    var types: (input: SampleType, output: SampleType) {
      switch self {
      case .neg, .cpl: (.integer, .integer)
      case .odd, .even, .not, .bool: (.integer, .bool)
      case .length: (.text, .integer)
      case .lower, .upper, .cut_crlf, .reverse, .url_enc: (.text, .text)
      case .hex, .base64, .ub64enc: (.binary, .text)
      case .hex2i: (.text, .integer)
      case .b64dec, .ub64dec: (.text, .binary)
      case .htonl: (.integer, .binary)
      }
    }
  }

  enum Hash: String, Hashable, Sendable { case crc32, crc32c, djb2, sdbm, wt6 }

  enum Chunks: Hashable, Sendable { case bigDecimal, littleDecimal, hexadecimal }

  /// How `json` reads its input.
  enum JSONInput: String, Hashable, Sendable { case ascii, utf8, utf8s, utf8p, utf8ps }

  /// What the converter takes.
  var input: SampleType {
    switch self {
    case .arithmetic: .integer
    case .plain(let plain): plain.types.input
    case .bytes, .hash, .chunks: .binary
    case .field, .concat, .addItem, .trim, .json, .urlDecode: .text
    case .ipmask: .address
    case .choice: .bool
    case .strftime, .httpDate: .integer
    }
  }

  /// What it gives.
  var output: SampleType {
    switch self {
    case .arithmetic, .hash: .integer
    case .plain(let plain): plain.types.output
    case .bytes: .binary
    case .ipmask: .address
    default: .text
    }
  }
}
