internal import Memory

/// An event's values as members of a structured line. What is unknown is not written.
extension LogEvent {
  /// Appends the value of a field; false, and nothing, where it is unknown.
  func append(
    _ field: RecordField, _ style: FieldStyle, _ encoding: FormatEncoding,
    _ context: inout RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    switch field {
    case .event:
      let name = kind.description.name
      encoding.append(word: style == .qualified ? "weir." + name : name, &buffer)
    case .message, .sentence: encoding.append(text: text.utf8Span.span, &buffer)
    case .acceptedAt, .emittedAt:
      return RecordField.append(time: nanoseconds, style, encoding, &context, &buffer)
    case .eventTypes: encoding.append(list: ["info"], &buffer)
    case .sequence:
      guard sequence > 0 else { return false }
      encoding.append(number: sequence, asText: style == .string, &buffer)
    case .frontend, .backend, .server:
      guard let place = place(of: field, context), !place.isEmpty else { return false }
      encoding.append(text: context.texts.bytes.span.extracting(place), &buffer)
    case .reason: return append(value: .reason, encoding, &context, &buffer)
    case .errno: return append(value: .errno, encoding, &context, &buffer)
    case .sampleRate:
      guard context.logger.isSampled else { return false }
      encoding.append(share: context.logger, &buffer)
    default:
      guard let number = field.number(of: severity, context) else {
        return field.append(of: severity, encoding, &context, &buffer)
      }
      encoding.append(number: number, asText: style == .string, &buffer)
    }
    return true
  }

  private func place(of field: RecordField, _ context: RenderContext) -> Range<Int>? {
    switch field {
    case .frontend: frontend.map { context.texts.frontend($0) }
    case .backend: context.texts.backend(backend)
    default: context.texts.server(server)
    }
  }

  private func append(
    value field: LogEventField, _ encoding: FormatEncoding, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    guard let entry = values.first(where: { $0.field == field }) else { return false }
    append(entry, encoding, &context, &buffer)
    return true
  }

  /// Appends one of the named values.
  func append(
    _ entry: Entry, _ encoding: FormatEncoding, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch entry.value {
    case .text(let text): encoding.append(text: text.utf8Span.span, &buffer)
    case .integer(let number): encoding.append(signed: number, &buffer)
    }
  }
}
