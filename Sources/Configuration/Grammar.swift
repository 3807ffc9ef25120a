/// What follows a keyword: how it is written, and how it is read into a target.
struct Grammar<Target>: Sendable {
  /// What a reader does: takes words and fills the target.
  typealias Reader = @Sendable (inout Target, inout Arguments) throws(Mistake) -> Void

  /// How it is written, for the reference page.
  let text: String
  /// How it is read.
  let read: Reader

  /// Makes a grammar of its own.
  static func custom(_ text: String, _ read: @escaping Reader) -> Grammar {
    Grammar(text: text, read: read)
  }

  /// Nothing follows.
  static func flag(_ set: @escaping @Sendable (inout Target) -> Void) -> Grammar {
    Grammar(text: "") { (target, _) throws(Mistake) in set(&target) }
  }

  /// An integer.
  static func integer(
    _ name: String = "<number>", in range: ClosedRange<Int>,
    _ set: @escaping @Sendable (inout Target, Int) -> Void
  ) -> Grammar {
    Grammar(text: name) { (target, arguments) throws(Mistake) in
      set(&target, try arguments.integer(in: range))
    }
  }

  /// A time; `set` gets milliseconds.
  static func time(
    _ name: String = "<time>", in range: ClosedRange<Int> = 0...2_147_483_647,
    _ set: @escaping @Sendable (inout Target, Int) -> Void
  ) -> Grammar {
    Grammar(text: name) { (target, arguments) throws(Mistake) in
      set(&target, try arguments.time(in: range))
    }
  }

  /// A size in bytes.
  static func size(
    _ name: String = "<size>", in range: ClosedRange<Int>,
    _ set: @escaping @Sendable (inout Target, Int) -> Void
  ) -> Grammar {
    Grammar(text: name) { (target, arguments) throws(Mistake) in
      set(&target, try arguments.size(in: range))
    }
  }

  /// One word, whatever it says.
  static func word(
    _ name: String, missing message: String? = nil,
    _ set: @escaping @Sendable (inout Target, String) -> Void
  ) -> Grammar {
    Grammar(text: name) { (target, arguments) throws(Mistake) in
      let keyword = arguments.keyword
      set(&target, try arguments.take(orElse: message ?? "'\(keyword)' expects \(name)."))
    }
  }

  /// One word of a list.
  static func choice<Value: Sendable>(
    _ values: [(String, Value)], _ set: @escaping @Sendable (inout Target, Value) -> Void
  ) -> Grammar {
    let names = values.map(\.0)
    let list =
      names.count > 1
      ? "one of " + names.dropLast().map { "'\($0)'" }.joined(separator: ", ")
        + " or '\(names[names.count - 1])'"
      : names.map { "'\($0)'" }.joined()
    let text = names.count > 1 ? "{\(names.joined(separator: "|"))}" : names.joined()
    return Grammar(text: text) { (target, arguments) throws(Mistake) in
      let keyword = arguments.keyword
      let word = try arguments.take(orElse: "'\(keyword)' expects \(list).")
      guard let value = values.first(where: { $0.0 == word }) else {
        throw Mistake("'\(keyword)' expects \(list) but got '\(word)'.", at: arguments.last)
      }
      set(&target, value.1)
    }
  }

  /// Words that are passed over.
  static func ignored(_ text: String, words: Int) -> Grammar {
    Grammar(text: text) { (_, arguments) throws(Mistake) in
      for _ in 0..<words {
        let keyword = arguments.keyword
        _ = try arguments.take(orElse: "'\(keyword)' expects \(text).")
      }
    }
  }

  /// All words up to the end of the line, passed over.
  static func rest(_ text: String) -> Grammar {
    Grammar(text: text) { (_, arguments) throws(Mistake) in
      while arguments.take() != nil {}
    }
  }
}
