import Testing

/// The built program beside real peers. One test at a time: they measure times and kill processes.
@Suite("Beside real peers", .serialized)
struct RealPeers {}
