internal import FuzzTargets
internal import Kernel

/// The target that the environment names (`WEIR_FUZZ_TARGET`).
let selectedTarget: FuzzTarget = {
  let name = Environment.variables["WEIR_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget.named(name) else {
    preconditionFailure(
      "WEIR_FUZZ_TARGET is to be one of: \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
  }
  return target
}()
