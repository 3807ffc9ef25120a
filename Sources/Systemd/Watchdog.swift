internal import CSystemd

/// systemd's watchdog over this process.
package enum Watchdog {
  /// The time within which systemd wants WATCHDOG=1, in microseconds; nil where it does not watch
  /// this process (WATCHDOG_USEC, WATCHDOG_PID; sd_watchdog_enabled(3)). Tell it at half the time.
  package static func intervalMicroseconds() -> UInt64? {
    var interval: UInt64 = 0
    return unsafe sd_watchdog_enabled(0, &interval) > 0 ? interval : nil
  }
}
