internal import Memory

/// What a log backend chooses a receiver by (`balance log-hash`): converters make a key of a
/// message, and the key is hashed as HAProxy does by default (sdbm).
package struct MessageHash: Sendable {
  private let converters: [SampleConverter]
  private var register = SampleRegister()

  /// Reads converters as they stand after a fetch: `field(2,:),lower`; none take the whole message.
  package init(converters text: String) throws(FormatError) {
    // The parser reads a whole expression: a text before the converters, a bracket behind them.
    let lead = "str(-)" + (text.isEmpty ? "" : ",")
    var parser = ExpressionParser(bytes: Array((lead + text + "]").utf8), position: 0)
    do throws(FormatError) {
      converters = try parser.parse { _ in nil }.converters
    } catch {
      var moved = error
      moved.offset = max(0, error.offset - lead.utf8.count)
      throw moved
    }
  }

  /// The hash of a message's key; nil where the converters make none of it.
  package mutating func hash(_ message: Span<UInt8>) -> UInt32? {
    register.type = .text
    register.bytes.removeAll(keepingCapacity: true)
    register.bytes.append(message)
    for converter in converters {
      register.cast(to: converter.input)
      guard register.type != nil else { return nil }
      converter.apply(to: &register)
      guard register.type != nil else { return nil }
    }
    register.cast(to: .binary)
    guard register.type != nil else { return nil }
    return SampleHash.hash(register.bytes, with: .sdbm, avalanche: false)
  }
}
