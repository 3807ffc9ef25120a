/// What balancing needs to know of a server, fixed for the life of a configuration.
package struct BalancerServer: Hashable, Sendable {
  /// HAProxy's id of the server (`id`), from 1 in each backend.
  package var identifier: Int
  /// `weight`, 0…256.
  package var weight: Int
  /// `backup`
  package var isBackup: Bool

  /// Makes a server.
  package init(identifier: Int, weight: Int = 1, isBackup: Bool = false) {
    self.identifier = identifier
    self.weight = weight
    self.isBackup = isBackup
  }
}

/// The scale of effective weights.
package enum WeightScale {
  /// Effective weight for one unit of user weight, where weights are dynamic: a server in slow
  /// start climbs through these steps.
  package static let steps = 16
  /// The largest user weight.
  package static let largestUserWeight = 256
  /// The largest effective weight.
  package static let largest = steps * largestUserWeight
}
