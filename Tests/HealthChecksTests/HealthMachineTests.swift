import HealthChecks
import Testing

@Suite struct HealthMachineTests {
  @Test("Passes and failures move the counter as HAProxy's")
  func counting() {
    var machine = HealthMachine(rise: 2, fall: 3)
    #expect(machine.isUp)
    #expect(machine.progressText == "1/3")
    let steps: [(isPass: Bool, isChange: Bool, text: String, isUp: Bool)] = [
      (true, true, "3/3", true), (true, false, "3/3", true), (false, true, "2/3", true),
      (false, true, "1/3", true), (true, true, "3/3", true), (false, true, "2/3", true),
      (false, true, "1/3", true), (false, true, "0/2", false), (false, false, "0/2", false),
      (true, true, "1/2", false), (false, true, "0/2", false), (true, true, "1/2", false),
      (true, true, "3/3", true),
    ]
    for step in steps {
      let isChange = step.isPass ? machine.pass() : machine.fail()
      #expect(isChange == step.isChange)
      #expect(machine.progressText == step.text)
      #expect(machine.isUp == step.isUp)
    }
  }

  @Test("A server not yet proved goes down with its first failure")
  func first() {
    var machine = HealthMachine(rise: 2, fall: 3)
    _ = machine.fail()
    #expect(machine.health == 0)
  }

  @Test("The number stays within its bounds from every state", arguments: 1...4, 1...4)
  func states(rise: Int, fall: Int) {
    for start in 0...(rise + fall - 1) {
      var machine = HealthMachine(rise: rise, fall: fall)
      machine.setFullyDown()
      while machine.health < start, machine.pass() {}
      let before = machine
      for isPass in [true, false] {
        var after = before
        let isChanged = isPass ? after.pass() : after.fail()
        #expect((0...(rise + fall - 1)).contains(after.health))
        #expect(isChanged == (after.health != before.health))
        #expect(after.isUp == (after.health >= rise))
      }
    }
  }

  @Test("The three intervals follow the health")
  func intervals() {
    var settings = CheckSettings()
    settings.intervalMilliseconds = 1000
    settings.fastIntervalMilliseconds = 300
    settings.downIntervalMilliseconds = 5000
    var machine = HealthMachine(rise: 2, fall: 2)
    func interval(_ isStopped: Bool) -> Int {
      settings.intervalMilliseconds(machine.pace(isServerStopped: isStopped))
    }
    #expect(interval(false) == 300)
    machine.setFullyUp()
    #expect(interval(false) == 1000)
    _ = machine.fail()
    #expect(interval(false) == 300)
    _ = machine.fail()
    #expect(interval(true) == 5000)
    _ = machine.pass()
    #expect(interval(true) == 300)
    settings.fastIntervalMilliseconds = nil
    #expect(interval(true) == 1000)
  }
}

@Suite struct CheckScheduleTests {
  private func settings(_ interval: Int) -> CheckSettings {
    var settings = CheckSettings()
    settings.intervalMilliseconds = interval
    return settings
  }

  @Test("Starts are spread over the shortest interval of a second and more")
  func starts() {
    let schedule = CheckSchedule(spreadPercent: 0, spreadLimitMilliseconds: nil, seed: 1)
    #expect(schedule.startDelays([2000, 2000, 4000, 2000].map(settings)) == [0, 500, 2000, 1500])
    #expect(schedule.startDelays([400, 400, 400].map(settings)) == [0, 133, 266])
    #expect(schedule.startDelays([]) == [])
    let limited = CheckSchedule(spreadPercent: 0, spreadLimitMilliseconds: 100, seed: 1)
    #expect(limited.startDelays([60000, 60000].map(settings)) == [0, 50])
  }

  @Test("spread-checks moves an interval by its share at most")
  func spread() {
    var schedule = CheckSchedule(spreadPercent: 10, spreadLimitMilliseconds: nil, seed: 5)
    let all = (0..<1000).map { _ in schedule.spread(2000) }
    #expect(all.allSatisfy { (1800...2200).contains($0) })
    #expect(Set(all).count > 200)
    var none = CheckSchedule(spreadPercent: 0, spreadLimitMilliseconds: nil, seed: 5)
    #expect(none.spread(2000) == 2000)
  }

  @Test("The connection is limited by timeout connect only beside a timeout check")
  func limits() {
    var check = settings(2000)
    check.connectTimeoutMilliseconds = 500
    #expect(check.connectLimitMilliseconds == 2000)
    check.checkTimeoutMilliseconds = 3000
    #expect(check.connectLimitMilliseconds == 500)
    check.connectTimeoutMilliseconds = 5000
    #expect(check.connectLimitMilliseconds == 2000)
  }
}
