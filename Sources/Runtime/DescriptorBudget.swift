internal import Configuration
internal import Kernel
internal import LogSinks
internal import Proxy

/// How many connections and descriptors the process may have.
struct DescriptorBudget {
  /// Why the limits cannot be met.
  struct Shortage: Error {
    /// What is wrong, in a sentence.
    var message: String
    /// What may help.
    var remedy: String
  }

  /// Descriptors beside those of connections: standard streams, loops, sinks.
  static let base = 100
  /// The most connections that are assumed where the file leaves `maxconn` open.
  static let derivedConnectionLimit = 500_000
  /// The most connections that may be asked for.
  static let configurableConnectionLimit = 1 << 30
  /// The fewest connections that are worth starting for, where the file leaves `maxconn` open.
  static let leastConnectionLimit = 8

  /// The pipes that a worker may have for splicing: a quarter of its share of the connections,
  /// between these bounds.
  static let pipeLimits = 4...128

  /// The process's `maxconn`: the command line's, the file's, or what the descriptors allow.
  let connectionLimit: Int
  /// The pipes that each worker may have.
  let pipeLimit: Int
  /// Descriptors that this takes.
  let descriptors: Int
  /// Those of them that are not for connections.
  private let fixedDescriptors: Int

  /// Works out both for a configuration.
  init(_ snapshot: Snapshot, override: Int?, threads: Int) throws(Shortage) {
    let proxy = snapshot.proxy
    let listeners = proxy.frontends.reduce(0) { $0 + $1.listeners.count }
    let checked = proxy.backends.reduce(0) { $0 + $1.servers.filter { $0.check != nil }.count }
    let ownDescriptors =
      Self.base + listeners + checked + threads * 4 + Self.descriptorsOfLogs(snapshot)
    let configured = override ?? snapshot.global.connectionLimit
    let hard = Self.hardLimit
    if let configured {
      guard configured <= Self.configurableConnectionLimit else {
        throw Shortage(
          message: "'maxconn' of \(configured) is more than any system has descriptors for",
          remedy: "lower it to \(Self.configurableConnectionLimit) or less")
      }
      connectionLimit = configured
      pipeLimit = Self.pipes(ofEach: threads, connections: configured, proxy)
      let fixed = ownDescriptors + threads * 2 * pipeLimit
      fixedDescriptors = fixed
      descriptors = max(fixed + 2 * configured, snapshot.global.descriptorLimit ?? 0)
      return
    }
    let available = snapshot.global.descriptorLimit ?? hard
    pipeLimit = Self.pipes(ofEach: threads, connections: available / 4, proxy)
    let fixed = ownDescriptors + threads * 2 * pipeLimit
    let derived = min((available - fixed) / 2, Self.derivedConnectionLimit)
    guard derived >= Self.leastConnectionLimit else {
      throw Shortage(
        message:
          "only \(available) file descriptors may be open, which leaves none for connections",
        remedy: "raise the limit (`ulimit -n`, LimitNOFILE= in a unit) above \(fixed + 100)")
    }
    connectionLimit = derived
    fixedDescriptors = fixed
    descriptors = fixed + 2 * derived
  }

  /// Files that a spool may have open at once for a receiver: its folder, what is written, what is
  /// read.
  private static let descriptorsOfSpool = 3

  /// Descriptors of receivers of logs, and of those who send logs here.
  private static func descriptorsOfLogs(_ snapshot: Snapshot) -> Int {
    let rings = snapshot.rings.reduce(0) { sum, ring in
      sum + ring.servers.count * (ring.spool == nil ? 1 : 1 + descriptorsOfSpool)
        + (ring.backingFile == nil ? 0 : 1)
    }
    let backends = snapshot.logBackends.reduce(0) { $0 + $1.servers.count }
    let inputs = snapshot.logForwards.reduce(0) {
      $0 + $1.listeners.count + $1.connectionLimit
    }
    let loggers =
      snapshot.global.loggers
      + (snapshot.frontendLogs + snapshot.backendLogs).flatMap(\.loggers)
      + snapshot.logForwards.flatMap(\.loggers)
    return rings + backends + inputs + Set(loggers.map(\.target)).count
  }

  private static func pipes(
    ofEach threads: Int, connections: Int, _ proxy: ProxySettings
  ) -> Int {
    guard proxy.allowsSplice else { return 0 }
    let share = connections / 4 / max(threads, 1)
    return min(max(share, pipeLimits.lowerBound), pipeLimits.upperBound)
  }

  private static var hardLimit: Int {
    do throws(Errno) {
      return Int(clamping: try Process.descriptorLimits().hard)
    } catch {
      return 1024
    }
  }

  /// Raises the process's limit where it is too low.
  func apply() throws(Shortage) {
    let wanted = UInt64(descriptors)
    do throws(Errno) {
      let limits = try Process.descriptorLimits()
      guard limits.soft < wanted else { return }
      try Process.setDescriptorLimits(soft: wanted, hard: max(limits.hard, wanted))
    } catch {
      let hard = Self.hardLimit
      let affordable = (hard - fixedDescriptors) / 2
      let lower = affordable > 0 ? "lower 'maxconn' to \(affordable), or " : ""
      throw Shortage(
        message:
          "Cannot raise FD limit to \(descriptors), limit is \(hard): \(error.words).",
        remedy: lower + "raise the limit "
          + "(`ulimit -n`, LimitNOFILE= in a unit) to \(descriptors)")
    }
  }
}
