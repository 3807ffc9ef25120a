internal import HealthChecks
internal import LogRecords

/// Maintenance and drain: what the administrator wants of servers, and those that follow them.
extension ServerStates {
  /// What an administrator can ask for (`set server … state`).
  package enum Wish: Hashable, Sendable { case ready, drain, maintenance }

  /// The administrator has asked for a state.
  package mutating func setAdministration(
    _ server: Int, to wish: Wish, at moment: Moment
  ) -> [ServerStatesAction] {
    begin(moment)
    switch wish {
    case .ready:
      clear(.forcedMaintenance, of: server)
      clear(.forcedDrain, of: server)
    case .drain:
      set(.forcedDrain, of: server)
      clear(.forcedMaintenance, of: server)
    case .maintenance:
      set(.forcedMaintenance, of: server)
      clear(.forcedDrain, of: server)
    }
    return finish()
  }

  private mutating func set(_ flag: ServerAdministration, of server: Int) {
    let former = servers[server].administration
    guard !former.contains(flag) else { return }
    servers[server].administration.insert(flag)
    if !flag.isDisjoint(with: .maintenance) {
      guard !former.isMaintenance else { return }
      enterMaintenance(server, former: former)
    } else {
      if !former.isMaintenance {
        former.isDrain ? logRemainingDrain(server) : enterDrain(server)
      }
      guard !former.isDrain else { return }
    }
    let inherited: ServerAdministration =
      flag.isDisjoint(with: .maintenance) ? .inheritedDrain : .inheritedMaintenance
    for follower in places[server].followers.reversed() { set(inherited, of: follower) }
  }

  private mutating func clear(_ flag: ServerAdministration, of server: Int) {
    let former = servers[server].administration
    guard former.contains(flag) else { return }
    servers[server].administration.remove(flag)
    let rest = servers[server].administration
    if !flag.isDisjoint(with: .maintenance) {
      guard !rest.isMaintenance else { return logRemainingMaintenance(server) }
      leaveMaintenance(server, wasForced: flag == .forcedMaintenance)
    } else {
      if !rest.isMaintenance {
        rest.isDrain ? logRemainingDrain(server) : leaveDrain(server)
      }
      guard !rest.isDrain else { return }
    }
    let inherited: ServerAdministration =
      flag.isDisjoint(with: .maintenance) ? .inheritedDrain : .inheritedMaintenance
    for follower in places[server].followers.reversed() { clear(inherited, of: follower) }
  }

  private func viaUnlessForced(_ server: Int, _ forced: ServerAdministration) -> String {
    servers[server].administration.contains(forced) ? "" : via(server)
  }

  private mutating func enterMaintenance(_ server: Int, former: ServerAdministration) {
    let wasUp = servers[server].isUp
    let wasLeaving = servers[server].operation == .stopping || former.isDrain
    if servers[server].health != nil {
      servers[server].health?.setFullyDown()
      actions.append(.stopCheck(server: server))
    }
    let via = viaUnlessForced(server, .forcedMaintenance)
    guard wasUp else {
      return log(
        server, .serverMaintenance, .notice, "was DOWN and now enters maintenance" + via, nil)
    }
    let hadServer = backends[places[server].backend].hasServer
    servers[server].operation = .stopped
    servers[server].changedMilliseconds = now.monotonicMilliseconds
    servers[server].timesDown += 1
    let effect = tellBackend(server, keepsQueue: false)
    endSessionsWhereWanted(server)
    log(
      server, .serverMaintenance, wasLeaving ? .notice : .alert,
      "is going DOWN for maintenance" + via + countsText(server, effect), effect)
    noticeEmptyBackend(of: server, hadServer: hadServer)
  }

  private mutating func leaveMaintenance(_ server: Int, wasForced: Bool) {
    addDownTime(server)
    applyInitialState(server)
    if servers[server].health != nil {
      actions.append(.scheduleCheck(server: server, milliseconds: 0))
    }
    if let tracked = places[server].tracked, servers[tracked].operation == .stopped {
      servers[server].operation = .stopped
    }
    if servers[server].operation != .stopped {
      if let tracked = places[server].tracked, servers[tracked].operation == .stopping {
        servers[server].operation = .stopping
      } else {
        startRunning(server)
      }
    }
    let isDrain = servers[server].administration.isDrain
    let words =
      "is \(servers[server].isUp ? "UP" : "DOWN")/\(isDrain ? "DRAIN" : "READY") "
      + (wasForced ? "(leaving forced maintenance)" : "(leaving maintenance)")
    log(server, .serverReady, .notice, words, nil)
    _ = tellBackend(server, keepsQueue: false)
    endBackupSessionsWhereWanted(server)
    if isDrain { logRemainingDrain(server) }
  }

  private mutating func enterDrain(_ server: Int) {
    let hadServer = backends[places[server].backend].hasServer
    servers[server].changedMilliseconds = now.monotonicMilliseconds
    let effect = tellBackend(server, keepsQueue: false)
    log(
      server, .serverDrain, .notice,
      "enters drain state" + viaUnlessForced(server, .forcedDrain) + countsText(server, effect),
      effect)
    noticeEmptyBackend(of: server, hadServer: hadServer)
  }

  private mutating func leaveDrain(_ server: Int) {
    addDownTime(server)
    log(
      server, .serverReady, .notice,
      "is \(servers[server].isUp ? "UP" : "DOWN") (leaving forced drain)", nil)
    _ = tellBackend(server, keepsQueue: false)
    endBackupSessionsWhereWanted(server)
  }

  private mutating func logRemainingMaintenance(_ server: Int) {
    let isForced = servers[server].administration.contains(.forcedMaintenance)
    log(
      server, .serverMaintenance, .notice,
      isForced
        ? "remains in forced maintenance"
        : "is leaving forced maintenance but remains in maintenance" + via(server), nil)
  }

  /// HAProxy says so after every change of a server that drains.
  mutating func logRemainingDrain(_ server: Int) {
    let isForced = servers[server].administration.contains(.forcedDrain)
    log(
      server, .serverDrain, .notice,
      isForced
        ? "remains in forced drain mode"
        : "is leaving forced drain but remains in drain mode" + via(server), nil)
  }
}
