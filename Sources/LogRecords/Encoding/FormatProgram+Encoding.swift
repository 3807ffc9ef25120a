internal import Kernel
package import Memory

/// What became of a line that had a limit.
package enum RenderOutcome: Hashable, Sendable {
  /// All of it is there.
  case whole
  /// It lost optional fields from the end, and says so.
  case shortened
  /// Not even what must be there fits; nothing was written.
  case nothing
}

/// What a structured line tells of.
enum FormatSubject {
  case record(ConnectionRecord)
  case event(LogEvent)
}

extension FormatProgram {
  /// Whether a line is made of named values: it is not cut but loses fields, and events are told
  /// in it too.
  package var isStructured: Bool { encoding.isStructured }

  /// Appends the line of a record in at most so many bytes. Text is given whole, whatever its
  /// length: its reader can do with the beginning.
  package func render(
    _ record: ConnectionRecord, context: inout RenderContext, limit: Int,
    into buffer: inout ByteWriter
  ) -> RenderOutcome {
    guard isStructured else {
      render(record, context: &context, into: &buffer)
      return .whole
    }
    return fit(.record(record), &context, limit, &buffer)
  }

  /// Appends the line of an event in at most so many bytes: in the format's own way where it is
  /// structured, else its text.
  package func render(
    _ event: LogEvent, context: inout RenderContext, limit: Int, into buffer: inout ByteWriter
  ) -> RenderOutcome {
    guard isStructured else {
      event.append(into: &buffer)
      return .whole
    }
    return eventLayout.fit(.event(event), &context, limit, &buffer)
  }

  /// Appends the line of a record or an event to an array.
  package func render(
    _ event: LogEvent, context: inout RenderContext, limit: Int = .max, into buffer: inout [UInt8]
  ) -> RenderOutcome {
    guard isStructured else {
      event.append(into: &buffer)
      return .whole
    }
    return eventLayout.fit(.event(event), &context, limit, &buffer)
  }

  /// Appends the line of a record in at most so many bytes to an array.
  package func render(
    _ record: ConnectionRecord, context: inout RenderContext, limit: Int,
    into buffer: inout [UInt8]
  ) -> RenderOutcome {
    guard isStructured else {
      render(record, context: &context, into: &buffer)
      return .whole
    }
    return fit(.record(record), &context, limit, &buffer)
  }

  /// How events are told: HAProxy's encodings name only what connections have.
  private var eventLayout: FormatProgram {
    tellsEvents ? self : EventLayout.of(encoding)
  }

  /// Writes a line, and writes it again with fewer fields where it is too long.
  private func fit(
    _ subject: FormatSubject, _ context: inout RenderContext, _ limit: Int,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> RenderOutcome {
    let start = buffer.count
    writeLine(subject, kept: members.count, isShortened: false, &context, &buffer)
    if buffer.count - start <= limit { return .whole }
    // The length grows with the number of fields that are kept: the most that fit are sought.
    var (fitting, tooMany) = (-1, members.count)
    while tooMany - fitting > 1 {
      let kept = (fitting + tooMany) / 2
      buffer.removeLast(buffer.count - start)
      writeLine(subject, kept: kept, isShortened: true, &context, &buffer)
      if buffer.count - start <= limit { fitting = kept } else { tooMany = kept }
    }
    buffer.removeLast(buffer.count - start)
    guard fitting >= 0 else { return .nothing }
    writeLine(subject, kept: fitting, isShortened: true, &context, &buffer)
    return .shortened
  }

  /// Writes a whole line; of the optional members, the first `kept`.
  func writeLine(
    _ subject: FormatSubject, kept: Int, isShortened: Bool, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    guard case .cbor(let isBinary) = encoding else {
      return writeMembers(subject, kept, isShortened, &context, &buffer)
    }
    var raw = context.encoded
    context.encoded = []
    raw.removeAll(keepingCapacity: true)
    writeMembers(subject, kept, isShortened, &context, &raw)
    buffer.append(literals.span.extracting(Int(prefix.start)..<Int(prefix.end)))
    Self.append(cbor: raw.span, isBinary: isBinary, &buffer)
    context.encoded = raw
  }

  static func append(
    cbor raw: Span<UInt8>, isBinary: Bool, _ buffer: inout some TextOutput & ~Copyable
  ) {
    if isBinary { return buffer.append(raw) }
    for index in raw.indices {
      buffer.append(hexDigit: raw[index] >> 4)
      buffer.append(hexDigit: raw[index] & 15)
    }
  }

  private func writeMembers(
    _ subject: FormatSubject, _ kept: Int, _ isShortened: Bool, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch subject {
    case .record(let record):
      if needs.contains(.uniqueIdentifier) { context.prepareUniqueIdentifier(of: record) }
      writeMembers(kept, isShortened, &context, &buffer) { member, context, buffer in
        append(member, of: record, &context, &buffer)
      } values: { _, _, _ in
      }
    case .event(let event):
      writeMembers(kept, isShortened, &context, &buffer) { member, context, buffer in
        append(member, of: event, &context, &buffer)
      } values: { member, context, buffer in
        appendValues(of: event, member, &context, &buffer)
      }
    }
  }

  @inline(__always)
  private func writeMembers<Output: TextOutput & ~Copyable>(
    _ kept: Int, _ isShortened: Bool, _ context: inout RenderContext, _ buffer: inout Output,
    value: (FormatMember, inout RenderContext, inout Output) -> Bool,
    values: (FormatMember, inout RenderContext, inout Output) -> Void
  ) {
    let (members, literals, groups) = (members.span, literals.span, groups.span)
    buffer.append(literals.extracting(Int(opening.start)..<Int(opening.end)))
    var (isFirst, group) = (true, UInt8(0))
    for index in members.indices {
      let member = members[index]
      if index >= kept, !member.isRequired {
        // The columns of CSV stay in their places.
        if encoding == .csv {
          if !isFirst { buffer.append(UInt8(ascii: ",")) }
          isFirst = false
        }
        continue
      }
      let before = (count: buffer.count, isFirst: isFirst, group: group)
      if member.group != group {
        if group != 0 { buffer.append(closing) }
        group = member.group
        if group != 0 {
          let place = groups[Int(group) - 1]
          buffer.append(
            literals.extracting(
              (Int(place.start) + (isFirst ? separatorCount : 0))..<Int(place.end)))
          isFirst = true
        } else {
          isFirst = false
        }
      }
      if case .eventValues = member.value {
        let start = buffer.count
        values(member, &context, &buffer)
        if buffer.count > start { isFirst = false } else { restore() }
        continue
      }
      buffer.append(
        literals.extracting(
          (Int(member.keyStart) + (isFirst ? separatorCount : 0))..<Int(member.keyEnd)))
      let isThere: Bool
      if case .field(.truncated, _) = member.value {
        isThere = isShortened
        if isShortened { encoding.append(truth: true, &buffer) }
      } else {
        isThere = value(member, &context, &buffer)
      }
      if isThere || encoding == .csv { isFirst = false } else { restore() }

      func restore() {
        buffer.removeLast(buffer.count - before.count)
        isFirst = before.isFirst
        group = before.group
      }
    }
    if group != 0 { buffer.append(closing) }
    switch encoding {
    case .json: buffer.append(UInt8(ascii: "}"))
    case .cbor: buffer.append(CBOR.close)
    case .structuredData: buffer.append(UInt8(ascii: "]"))
    case .text, .logfmt, .csv: break
    }
  }

  /// What ends a group.
  private var closing: UInt8 { encoding.isCBOR ? CBOR.close : UInt8(ascii: "}") }

  @inline(__always)
  private func append(
    _ member: FormatMember, of record: borrowing ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    switch member.value {
    case .field(.message, _):
      appendMessage(of: record, &context, &buffer)
      return true
    case .field(let field, let style):
      return field.append(record, style, encoding, &context, &buffer)
    case .constant(let start, let end):
      buffer.append(literals.span.extracting(Int(start)..<Int(end)))
      return true
    case .alias(let alias, let flags, let type):
      return append(
        alias, flags, type, isOptional: member.isOptional, record, &context, &buffer)
    case .expression(let index, let flags, let type):
      return append(
        expressions[Int(index)], flags, type, isOptional: member.isOptional, record, &context,
        &buffer)
    case .null:
      encoding.appendNull(&buffer)
      return true
    case .eventValues: return false
    }
  }

  /// The line for people within a structured line.
  private func appendMessage(
    of record: borrowing ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    if case .json = encoding {
      // Nearly always it is text that can stand as it is.
      let start = buffer.count
      buffer.append(UInt8(ascii: "\""))
      writeMessage(record, &context, &buffer)
      var index = start + 1
      while index < buffer.count, buffer[index].isPlainJSON { index += 1 }
      if index == buffer.count { return buffer.append(UInt8(ascii: "\"")) }
      buffer.removeLast(buffer.count - start)
    }
    var line = context.line
    context.line = []
    line.removeAll(keepingCapacity: true)
    writeMessage(record, &context, &line)
    encoding.append(text: line.span, &buffer)
    context.line = line
  }

  private func writeMessage(
    _ record: borrowing ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    let record = copy record
    if case .error = record.event {
      FormatProgram.embryonic.writeItems(record, &context, &buffer)
    } else if let message = messages.first {
      message.writeItems(record, &context, &buffer)
    } else {
      FormatProgram.human.writeItems(record, &context, &buffer)
    }
  }

  private func append(
    _ member: FormatMember, of event: LogEvent, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    switch member.value {
    case .field(let field, let style):
      return event.append(field, style, encoding, &context, &buffer)
    case .constant(let start, let end):
      buffer.append(literals.span.extracting(Int(start)..<Int(end)))
      return true
    case .alias, .expression, .null, .eventValues: return false
    }
  }

  /// Appends each value of an event that no other member tells, with its key.
  private func appendValues(
    of event: LogEvent, _ member: FormatMember, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    let key = literals.span.extracting(Int(member.keyStart)..<Int(member.keyEnd))
    for entry in event.values where !toldValues.contains(entry.field) {
      let name = entry.field.description.name
      switch encoding {
      case .cbor: CBOR.appendHead(.text, UInt64(key.count + name.utf8.count), &buffer)
      default: buffer.append(encoding.separator)
      }
      if case .json = encoding { buffer.append(UInt8(ascii: "\"")) }
      buffer.append(key)
      buffer.append(name)
      switch encoding {
      case .json(let isSpaced): buffer.append(isSpaced ? "\": " : "\":")
      case .logfmt, .structuredData: buffer.append(UInt8(ascii: "="))
      case .cbor, .csv, .text: break
      }
      event.append(entry, encoding, &context, &buffer)
    }
  }
}

extension FormatEncoding {
  /// Whether it is CBOR of any kind.
  var isCBOR: Bool { if case .cbor = self { true } else { false } }
}
