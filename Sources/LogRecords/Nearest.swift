/// The candidate that a mistyped name is nearest to, nil where none is near.
///
/// Near is at most a third of the longer name in changes (Levenshtein), and at least one.
func nearest(_ name: String, among candidates: [String]) -> String? {
  let letters = Array(name.utf8.prefix(64))
  var best: (distance: Int, name: String)?
  for candidate in candidates {
    let other = Array(candidate.utf8)
    let limit = max(1, max(letters.count, other.count) / 3)
    guard abs(letters.count - other.count) <= limit else { continue }
    let distance = editDistance(letters, other)
    if distance <= limit, distance < best?.distance ?? Int.max { best = (distance, candidate) }
  }
  return best?.name
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var row = Array(0...right.count)
  for (index, letter) in left.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for column in right.indices {
      let above = row[column + 1]
      let change = diagonal + (letter == right[column] ? 0 : 1)
      row[column + 1] = min(change, above + 1, row[column] + 1)
      diagonal = above
    }
  }
  return row[right.count]
}
