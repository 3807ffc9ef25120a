internal import LogRecords

/// A format where lines look at it: it is big, and never copied.
final class FormatBox {
  let program: FormatProgram

  init(_ program: FormatProgram) { self.program = program }

  /// Whether its lines are made of named values.
  var isStructured: Bool { program.isStructured }
}
