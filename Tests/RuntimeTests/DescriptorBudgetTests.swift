import Configuration
import Kernel
import Proxy
import Testing

@testable import Runtime

@Suite struct DescriptorBudgetTests {
  private func snapshot(
    _ configure: (inout Snapshot) -> Void = { _ in }
  ) -> Snapshot {
    var snapshot = Snapshot()
    configure(&snapshot)
    return snapshot
  }

  @Test("each connection takes two descriptors, beside the process's own and the pipes")
  func configured() throws {
    let snapshot = snapshot { $0.global.connectionLimit = 1000 }
    let budget = try DescriptorBudget(snapshot, override: nil, threads: 2)
    #expect(budget.connectionLimit == 1000)
    #expect(budget.pipeLimit == 125)
    #expect(budget.descriptors == DescriptorBudget.base + 2 * 4 + 2 * 2 * 125 + 2 * 1000)
  }

  @Test("the command line's limit wins over the file's")
  func override() throws {
    let snapshot = snapshot { $0.global.connectionLimit = 1000 }
    #expect(try DescriptorBudget(snapshot, override: 10, threads: 1).connectionLimit == 10)
  }

  @Test("`ulimit-n` is a floor for what is asked of the system")
  func floor() throws {
    let snapshot = snapshot {
      $0.global.connectionLimit = 10
      $0.global.descriptorLimit = 5000
    }
    #expect(try DescriptorBudget(snapshot, override: nil, threads: 1).descriptors == 5000)
  }

  @Test("without `maxconn`, the descriptors that may be had tell how many connections there are")
  func derived() throws {
    let snapshot = snapshot { $0.global.descriptorLimit = 10_000 }
    let budget = try DescriptorBudget(snapshot, override: nil, threads: 2)
    #expect(budget.descriptors <= 10_000)
    #expect(budget.connectionLimit > 4000)
    #expect(budget.pipeLimit == 128)
  }

  @Test(
    "too few descriptors for any connection are told, with what to do", arguments: [0, 50, 120])
  func shortage(descriptors: Int) throws {
    let snapshot = snapshot { $0.global.descriptorLimit = descriptors }
    do throws(DescriptorBudget.Shortage) {
      _ = try DescriptorBudget(snapshot, override: nil, threads: 1)
      Issue.record("\(descriptors) descriptors are too few")
    } catch {
      #expect(error.message.contains("only \(descriptors) file descriptors"))
      #expect(error.remedy.contains("ulimit -n"))
    }
  }

  @Test("limits beyond all bounds are refused, not overflown", arguments: [1 << 31, Int.max])
  func beyond(limit: Int) {
    #expect(throws: DescriptorBudget.Shortage.self) {
      _ = try DescriptorBudget(snapshot(), override: limit, threads: 1)
    }
  }

  @Test("without splicing there are no pipes")
  func noSplice() throws {
    let snapshot = snapshot {
      $0.global.connectionLimit = 1000
      $0.proxy.allowsSplice = false
    }
    #expect(try DescriptorBudget(snapshot, override: nil, threads: 2).pipeLimit == 0)
  }
}
