internal import HealthChecks
internal import LogRecords

/// Up and down: what checks and connections make of servers.
extension ServerStates {
  /// The administrator says that a server is up, stopping or down, until its checks say otherwise.
  /// Not for servers that track another.
  package mutating func setOperation(
    _ server: Int, to operation: ServerOperation, at moment: Moment
  ) -> [ServerStatesAction] {
    begin(moment)
    let cause = ", changed from CLI"
    switch operation {
    case .running, .starting:
      servers[server].health?.setFullyUp()
      run(server, cause: cause)
    case .stopping:
      servers[server].health?.setFullyUp()
      makeStopping(server, cause: cause)
    case .stopped:
      servers[server].health?.setFullyDown()
      stop(server, cause: cause)
    }
    return finish()
  }

  /// A connection of a client to a server has come about (`observe layer4`).
  package mutating func connectionSucceeded(_ server: Int) { servers[server].consecutiveErrors = 0 }

  /// A connection of a client to a server has failed (`observe layer4`).
  package mutating func connectionFailed(
    _ server: Int, at moment: Moment
  ) -> [ServerStatesAction] {
    begin(moment)
    let settings = places[server].settings
    guard settings.observesConnections, isChecked(server), let check = settings.check else {
      return finish()
    }
    servers[server].consecutiveErrors += 1
    let count = servers[server].consecutiveErrors
    guard count >= max(settings.errorLimit, 1) else { return finish() }
    let outcome = CheckOutcome(
      status: .analysis,
      information:
        "Detected \(count) consecutive errors, last one was: L4 unsuccessful connection")
    switch settings.onError {
    case .fastInterval: break
    case .failCheck: judge(server, outcome)
    case .suddenDeath:
      servers[server].health?.setNearlyDown()
      judge(server, outcome)
    case .markDown:
      servers[server].health?.setUp()
      judge(server, outcome)
    }
    servers[server].consecutiveErrors = 0
    servers[server].failedAnalyses += 1
    if let interval = check.fastIntervalMilliseconds {
      actions.append(.hastenCheck(server: server, milliseconds: interval))
    }
    return finish()
  }

  /// Counts an outcome and does what it means.
  mutating func judge(_ server: Int, _ outcome: CheckOutcome) {
    let former = servers[server].outcome.status
    servers[server].outcome = outcome
    var isChanged = false
    switch outcome.status.description.result {
    case .passed:
      isChanged = servers[server].health?.pass() ?? false
      servers[server].consecutiveErrors = 0
    case .failed:
      isChanged = servers[server].health?.fail() ?? false
      if isChanged { servers[server].failedChecks += 1 }
    case .unknown, .neutral: return
    }
    let logsChecks = backends[places[server].backend].settings.logsHealthChecks
    if logsChecks, isChanged || outcome.status != former { logCheck(server, outcome) }
    // Where each check has its line, the line of the change does not say it again.
    let isTold = logsChecks || places[server].tracked != nil
    let cause = isTold ? "" : reasonText(outcome)
    guard let health = servers[server].health else { return }
    if health.isUp {
      if outcome.isPass { run(server, cause: cause) }
    } else if health.health == 0 {
      stop(server, cause: cause)
    }
  }

  /// A server goes down.
  private mutating func stop(_ server: Int, cause: String) {
    let former = servers[server]
    guard !former.administration.isMaintenance, former.isUp else { return }
    let hadServer = backends[places[server].backend].hasServer
    servers[server].operation = .stopped
    servers[server].changedMilliseconds = now.monotonicMilliseconds
    servers[server].timesDown += 1
    let effect = tellBackend(server, keepsQueue: false)
    endSessionsWhereWanted(server)
    let wasLeaving = former.operation == .stopping || former.administration.isDrain
    log(
      server, .serverDown, wasLeaving ? .notice : .alert,
      "is DOWN" + cause + via(server) + countsText(server, effect), effect)
    noticeEmptyBackend(of: server, hadServer: hadServer)
    if former.administration.isDrain { logRemainingDrain(server) }
    for follower in places[server].followers.reversed() { stop(follower, cause: "") }
  }

  /// A server takes no new connections.
  private mutating func makeStopping(_ server: Int, cause: String) {
    let former = servers[server]
    guard !former.administration.isMaintenance, former.operation != .stopping else { return }
    let hadServer = backends[places[server].backend].hasServer
    servers[server].operation = .stopping
    servers[server].changedMilliseconds = now.monotonicMilliseconds
    let effect = tellBackend(server, keepsQueue: false)
    log(
      server, .serverDrain, .notice,
      "is stopping" + cause + via(server) + countsText(server, effect), effect)
    noticeEmptyBackend(of: server, hadServer: hadServer)
    if former.administration.isDrain { logRemainingDrain(server) }
    for follower in places[server].followers.reversed() { makeStopping(follower, cause: "") }
  }

  /// A server comes up.
  private mutating func run(_ server: Int, cause: String) {
    let former = servers[server]
    guard !former.administration.isMaintenance,
      former.operation == .stopped || former.operation == .stopping
    else { return }
    if let tracked = places[server].tracked, servers[tracked].operation == .stopped { return }
    if former.operation == .stopped { addDownTime(server) }
    startRunning(server)
    let effect = tellBackend(server, keepsQueue: false)
    endBackupSessionsWhereWanted(server)
    log(
      server, .serverUp, .notice,
      "is UP" + cause + via(server) + countsText(server, effect), effect)
    if former.administration.isDrain { logRemainingDrain(server) }
    for follower in places[server].followers.reversed() { run(follower, cause: "") }
  }

  /// Lets a server run, from a slow start where it has one.
  mutating func startRunning(_ server: Int) {
    let isSlow = places[server].settings.slowStartMilliseconds > 0
    servers[server].operation = isSlow ? .starting : .running
    servers[server].changedMilliseconds = now.monotonicMilliseconds
    if isSlow { scheduleWarmUp(server) }
  }

  mutating func addDownTime(_ server: Int) {
    let since = servers[server].changedMilliseconds
    servers[server].downMilliseconds += max(now.monotonicMilliseconds - since, 0)
    servers[server].changedMilliseconds = now.monotonicMilliseconds
  }

  mutating func endSessionsWhereWanted(_ server: Int) {
    if places[server].settings.endsSessionsWhenDown { actions.append(.endSessions(server: server)) }
  }

  mutating func endBackupSessionsWhereWanted(_ server: Int) {
    let settings = places[server].settings
    guard settings.endsBackupSessionsWhenUp, !settings.isBackup,
      servers[server].takesConnections, servers[server].weight > 0
    else { return }
    actions.append(.endBackupSessions(backend: places[server].backend))
  }
}
