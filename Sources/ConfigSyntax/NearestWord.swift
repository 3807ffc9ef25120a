/// The word of the list that is most like the one given, if any is like enough to be meant.
///
/// Like enough means that a third of its letters at most are to be changed, added, removed or
/// swapped with their neighbour. Of words that are equally near, the one that starts with the
/// same letter, then the first of the list, is taken.
package func nearestWord(to word: String, among candidates: some Sequence<String>) -> String? {
  let wanted = Array(word.utf8)
  guard !wanted.isEmpty, wanted.count <= nearestWordLengthLimit else { return nil }
  let limit = max(1, (wanted.count + 1) / 3)
  var best: (word: String, cost: Int)?
  for candidate in candidates {
    let letters = Array(candidate.utf8)
    guard letters.count <= nearestWordLengthLimit, abs(letters.count - wanted.count) <= limit
    else { continue }
    let distance = editDistance(wanted, letters)
    guard distance <= limit, distance < max(wanted.count, letters.count) else { continue }
    let cost = 2 * distance + (letters.first == wanted.first ? 0 : 1)
    if cost < best?.cost ?? Int.max { best = (candidate, cost) }
  }
  return best?.word
}

/// HAProxy's words for a suggestion, to be appended to a message: `; did you mean 'x' maybe ?`,
/// or nothing where no word is like enough.
package func suggestion(for word: String, among candidates: some Sequence<String>) -> String {
  guard let nearest = nearestWord(to: word, among: candidates) else { return "" }
  return "; did you mean '\(nearest)' maybe ?"
}

/// Longer words are not compared: no keyword is as long.
private let nearestWordLengthLimit = 64

/// The number of single-letter changes and swaps of neighbours between two words.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var beforePrevious = [Int](repeating: 0, count: right.count + 1)
  var previous = Array(0...right.count)
  for row in 0..<left.count {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for column in 0..<right.count {
      let change = left[row] == right[column] ? 0 : 1
      var cost = min(previous[column] + change, previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        cost = min(cost, beforePrevious[column - 1] + 1)
      }
      current.append(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[right.count]
}
