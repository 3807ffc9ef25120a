#if FUZZING
  internal import FuzzTargets

  /// What libFuzzer calls with each input (its documentation, "Fuzz Target").
  @c(LLVMFuzzerTestOneInput)
  public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // SAFETY: libFuzzer gives as many bytes as it says, for the time of the call.
    let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    selectedTarget.run(input)
    return 0
  }
#endif
