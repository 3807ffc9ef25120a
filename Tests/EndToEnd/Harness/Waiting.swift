import Glibc

/// What went wrong in a test's surroundings, with everything that helps to see why.
struct HarnessError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// Asks again and again until `ask` has an answer, and throws when `seconds` have passed without.
///
/// Tests never wait by the clock: they wait for an event, and say which.
func waitFor<Value>(
  _ event: @autoclosure () -> String, within seconds: Double = 15,
  _ ask: () throws -> Value?
) throws -> Value {
  let end = Monotonic.now + seconds
  while true {
    if let value = try ask() { return value }
    guard Monotonic.now < end else {
      throw HarnessError("waited \(seconds) s in vain: \(event())")
    }
    _ = poll(nil, 0, 3)
  }
}

/// Asks again and again until `holds`, and throws when `seconds` have passed without.
func waitUntil(
  _ event: @autoclosure () -> String, within seconds: Double = 15, _ holds: () throws -> Bool
) throws {
  _ = try waitFor(event(), within: seconds) { try holds() ? true : nil }
}

/// The clock that only goes forward.
enum Monotonic {
  /// Seconds since some fixed point.
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// How long `work` took, in seconds.
func seconds(_ work: () throws -> Void) rethrows -> Double {
  let start = Monotonic.now
  try work()
  return Monotonic.now - start
}
