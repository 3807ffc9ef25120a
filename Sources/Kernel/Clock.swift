internal import CLinux

/// The system's clocks (clock_gettime(2)).
package enum Clock {
  /// Microseconds on a clock that only goes forward (CLOCK_MONOTONIC).
  package static func monotonicMicroseconds() -> Int64 { weir_monotonic_microseconds() }
  /// Nanoseconds since 1970 (CLOCK_REALTIME).
  package static func realtimeNanoseconds() -> UInt64 { UInt64(weir_realtime_nanoseconds()) }
}
