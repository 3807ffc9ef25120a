/// How a backend chooses a server (`balance`, HAProxy's manual 4.2).
package enum Algorithm: Hashable, Sendable {
  /// Each server in turn, by weight, weights changeable at run time (at most 4095 servers).
  case roundRobin
  /// Each server in turn, by weight, over a table made once.
  case staticRoundRobin
  /// The server with the fewest connections for its weight.
  case leastConnections
  /// The first server, by id, that has a connection slot left.
  case first
  /// By a hash of the client's address.
  case source
  /// The less loaded of `draws` servers drawn at random (HAProxy's default, with 2 draws).
  case random(draws: Int)
}

/// How a hash is made into a server (`hash-type`, HAProxy's manual 4.2).
package struct HashType: Hashable, Sendable {
  /// How servers are laid over the hash's range.
  package enum Method: Hashable, Sendable { case mapBased, consistent }
  /// The function that makes the hash.
  package enum Function: Hashable, Sendable { case sdbm, djb2, wt6, crc32, none }

  /// How servers are laid over the hash's range.
  package var method: Method
  /// The function that makes the hash.
  package var function: Function
  /// Whether the hash is stirred once more by a full avalanche.
  package var avalanche: Bool

  /// Makes a hash type; without arguments, HAProxy's default (`map-based sdbm`).
  package init(method: Method = .mapBased, function: Function = .sdbm, avalanche: Bool = false) {
    self.method = method
    self.function = function
    self.avalanche = avalanche
  }
}
