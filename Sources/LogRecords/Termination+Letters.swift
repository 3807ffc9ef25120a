extension TerminationCause {
  /// The first letter of `%ts`.
  package var letter: UInt8 {
    switch self {
    case .none: UInt8(ascii: "-")
    case .local: UInt8(ascii: "L")
    case .clientTimeout: UInt8(ascii: "c")
    case .clientAbort: UInt8(ascii: "C")
    case .serverTimeout: UInt8(ascii: "s")
    case .serverAbort: UInt8(ascii: "S")
    case .proxy: UInt8(ascii: "P")
    case .resource: UInt8(ascii: "R")
    case .internal: UInt8(ascii: "I")
    case .down: UInt8(ascii: "D")
    case .up: UInt8(ascii: "U")
    case .killed: UInt8(ascii: "K")
    }
  }
}

extension TerminationPhase {
  /// The second letter of `%ts`.
  package var letter: UInt8 {
    switch self {
    case .normal: UInt8(ascii: "-")
    case .request: UInt8(ascii: "R")
    case .queue: UInt8(ascii: "Q")
    case .connect: UInt8(ascii: "C")
    case .data: UInt8(ascii: "D")
    case .last: UInt8(ascii: "L")
    }
  }
}
