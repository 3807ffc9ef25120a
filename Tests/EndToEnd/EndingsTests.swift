import Glibc
import Testing

extension RealPeers {
  /// Debian's HAProxy and Weir on the same file and traffic: their records, field by field.
  @Suite("Each way a connection can end")
  struct Endings {
    @Test("has the record that HAProxy gives it", arguments: ordinary + aborted + timedOut)
    func same(_ ending: Ending) throws { try compare(ending) }

    @Test("while it connects or waits has the record that HAProxy gives it", arguments: unserved)
    func sameUnserved(_ ending: Ending) throws { try compare(ending) }

    @Test("by order of a health check has the record that HAProxy gives it", arguments: checked)
    func sameChecked(_ ending: Ending) throws { try compare(ending) }

    private func compare(_ ending: Ending) throws {
      let theirs = try Stage.record(of: ending, before: .haproxy)
      let ours = try Stage.record(of: ending, before: .weir)
      let both = Comment(rawValue: "HAProxy: \(theirs.line)\nWeir:    \(ours.line)")
      let expected = Program.isStandIn ? theirs.termination : ending.termination
      #expect(ours.termination == expected, both)
      #expect(theirs.termination == ending.formerTermination ?? ending.termination, both)
      #expect(ours.client == theirs.client, both)
      #expect(ours.frontend == theirs.frontend, both)
      #expect(ours.backend == theirs.backend, both)
      #expect(ours.server == theirs.server, both)
      #expect(ours.bytes == theirs.bytes, both)
      // Where later versions tell it otherwise, they end at another moment, too.
      guard ending.formerTermination == nil || Program.isStandIn else { return }
      #expect(ours.connections == theirs.connections, both)
      #expect(ours.retries == theirs.retries, both)
      #expect(ours.serverQueue == theirs.serverQueue, both)
      #expect(ours.backendQueue == theirs.backendQueue, both)
      // HAProxy's time in the queue has a millisecond too much wherever there was a server.
      #expect((ours.queueTime < 0) == (theirs.queueTime < 0), both)
      #expect((ours.connectTime < 0) == (theirs.connectTime < 0), both)
      #expect(abs(ours.queueTime - theirs.queueTime) <= ending.slack, both)
      #expect(abs(ours.connectTime - theirs.connectTime) <= ending.slack, both)
      #expect(abs(ours.totalTime - theirs.totalTime) <= ending.slack, both)
      #expect(header(ours) == header(theirs), both)
      #expect(ours.date.count == theirs.date.count, both)
    }

    /// The priority, which is the header's part that does not change with program and time.
    private func header(_ record: TCPLogRecord) -> Substring? {
      record.header.split(separator: ">").first
    }

    static let ordinary: [Ending] = [
      Ending(name: "the client ends first", termination: "--") { stage in
        let (client, server) = try stage.pair(at: stage.server())
        client.finish()
        try server.waitForEnd()
        server.close()
        try client.waitForEnd()
      },
      Ending(name: "the server ends first", termination: "--") { stage in
        let (client, server) = try stage.pair(at: stage.server())
        server.finish()
        try client.waitForEnd()
        client.close()
        try server.waitForEnd()
      },
      Ending(name: "the client ends, the server goes on sending", termination: "--") { stage in
        let (client, server) = try stage.pair(at: stage.server())
        client.finish()
        try server.waitForEnd()
        try server.send(String(repeating: "more", count: 50_000))
        server.close()
        let rest = try client.receiveAll()
        guard rest.bytes.count == 200_000, rest.end == .end else {
          throw HarnessError("\(rest.bytes.count) bytes, \(rest.end)")
        }
      },
      Ending(name: "the server ends, the client goes on sending", termination: "--") { stage in
        let (client, server) = try stage.pair(at: stage.server())
        server.finish()
        try client.waitForEnd()
        try client.send(String(repeating: "more", count: 50_000))
        client.close()
        let rest = try server.receiveAll()
        guard rest.bytes.count == 200_000, rest.end == .end else {
          throw HarnessError("\(rest.bytes.count) bytes, \(rest.end)")
        }
      },
      Ending(name: "the client says nothing and ends", termination: "--") { stage in
        let listener = try stage.server()
        let client = try stage.settledClient()
        let server = try listener.accept()
        client.close()
        try server.waitForEnd()
        server.close()
      },
      Ending(name: "the server ends as soon as it accepted", termination: "--") { stage in
        let listener = try stage.server()
        let client = try stage.client()
        try listener.accept().close()
        try client.waitForEnd()
        client.close()
      },
      Ending(name: "the server greets and ends", termination: "--") { stage in
        let listener = try stage.server()
        let client = try stage.client()
        let server = try listener.accept()
        try server.send("good bye")
        server.close()
        let all = try client.receiveAll()
        guard all.bytes.count == 8 else { throw HarnessError("\(all)") }
        client.close()
      },
    ]

    static let aborted: [Ending] = [
      Ending(name: "the client resets", termination: "CD") { stage in
        let (client, server) = try stage.pair(at: stage.server())
        client.reset()
        try server.waitForEnd()
        server.close()
      },
      Ending(name: "the client resets after the server's end", termination: "CD") { stage in
        let (client, server) = try stage.pair(at: stage.server())
        server.finish()
        try client.waitForEnd()
        client.reset()
        try server.waitForEnd()
      },
      Ending(name: "the server resets", termination: "SD") { stage in
        let (client, server) = try stage.pair(at: stage.server())
        server.reset()
        try client.waitForEnd()
        client.close()
      },
      Ending(name: "the server resets after the client's end", termination: "SD") { stage in
        let (client, server) = try stage.pair(at: stage.server())
        client.finish()
        try server.waitForEnd()
        server.reset()
        try client.waitForEnd()
      },
    ]

    static let timedOut: [Ending] = [
      Ending(
        name: "the client is silent too long", termination: "cD", frontend: "timeout client 300ms"
      ) { stage in
        let (client, server) = try stage.pair(at: stage.server())
        try server.waitForEnd()
        server.close()
        try client.waitForEnd()
      },
      Ending(
        name: "the server is silent too long", termination: "sD",
        backend: "timeout server 300ms\nserver s 127.0.0.1:@A@"
      ) { stage in
        let (client, server) = try stage.pair(at: stage.server())
        try client.waitForEnd()
        client.close()
        try server.waitForEnd()
      },
      Ending(
        name: "nobody has said anything", termination: "cD", frontend: "timeout client 300ms"
      ) { stage in
        let listener = try stage.server()
        let client = try stage.client()
        let server = try listener.accept()
        try server.waitForEnd()
        server.close()
        try client.waitForEnd()
      },
      Ending(
        name: "after the client's end, the server takes too long (timeout server-fin)",
        termination: "sD", backend: "timeout server-fin 300ms\nserver s 127.0.0.1:@A@"
      ) { stage in
        let (client, server) = try stage.pair(at: stage.server())
        client.finish()
        try server.waitForEnd()
        try client.waitForEnd()
        stage.keep(server)
      },
      Ending(
        name: "after the server's end, the client takes too long (timeout client-fin)",
        termination: "cD", frontend: "timeout client-fin 300ms"
      ) { stage in
        let (client, server) = try stage.pair(at: stage.server())
        server.finish()
        try client.waitForEnd()
        try server.waitForEnd()
        stage.keep(client)
      },
      Ending(
        name: "the tunnel is idle too long (timeout tunnel)", termination: "cD",
        backend: "timeout tunnel 300ms\nserver s 127.0.0.1:@A@"
      ) { stage in
        let (client, server) = try stage.pair(at: stage.server())
        try client.waitForEnd()
        client.close()
        try server.waitForEnd()
      },
    ]

    static let unserved: [Ending] = [
      Ending(name: "the server refuses", termination: "SC") { stage in
        let client = try stage.client()
        try client.waitForEnd()
      },
      Ending(
        name: "the server refuses twice", termination: "SC",
        backend: "retries 1\nserver s 127.0.0.1:@A@"
      ) {
        stage in
        let client = try stage.client()
        try client.waitForEnd()
      },
      Ending(
        name: "another server takes it over", termination: "--",
        backend: "retries 1\noption redispatch\nserver s 127.0.0.1:@A@\nserver t 127.0.0.1:@B@"
      ) { stage in
        let listener = try stage.server(stage.b)
        let (client, server) = try stage.pair(at: listener)
        client.close()
        try server.waitForEnd()
      },
      Ending(
        name: "the server comes between two tries", termination: "--",
        backend: "retries 3\nserver s 127.0.0.1:@A@", slack: 400
      ) { stage in
        let client = try stage.client()
        try client.send("ping")
        // The first try has been refused by now: the next comes a second later.
        _ = poll(nil, 0, 300)
        let server = try stage.server().accept()
        try server.expect("ping")
        server.close()
        try client.waitForEnd()
      },
      Ending(
        name: "the server does not answer", termination: "sC",
        backend: "timeout connect 300ms\nserver s 127.0.0.1:@A@"
      ) { stage in
        stage.keep(try Listener.blackHole(stage.a))
        let client = try stage.client()
        try client.waitForEnd()
      },
      Ending(name: "there is no server", termination: "SC", backend: "") { stage in
        let client = try stage.client()
        try client.waitForEnd()
      },
      Ending(
        name: "every server is disabled", termination: "SC",
        backend: "server s 127.0.0.1:@A@ disabled"
      ) { stage in
        let client = try stage.client()
        try client.waitForEnd()
      },
      Ending(
        name: "the client ends while connecting", termination: "CC",
        backend: "option abortonclose\ntimeout connect 1s\nserver s 127.0.0.1:@A@", slack: 800
      ) { stage in
        stage.keep(try Listener.blackHole(stage.a))
        let client = try stage.settledClient()
        client.finish()
        try client.waitForEnd()
      },
      Ending(
        name: "the client ends while connecting, and nobody minds", termination: "CC",
        backend: "no option abortonclose\ntimeout connect 500ms\nserver s 127.0.0.1:@A@", slack: 800
      ) { stage in
        stage.keep(try Listener.blackHole(stage.a))
        let client = try stage.settledClient()
        client.finish()
        try client.waitForEnd()
      },
      Ending(
        name: "the client resets while connecting", termination: "CD",
        backend: "timeout connect 1s\nserver s 127.0.0.1:@A@", slack: 800
      ) { stage in
        stage.keep(try Listener.blackHole(stage.a))
        let client = try stage.settledClient()
        client.reset()
      },
      Ending(
        name: "the client is silent too long while connecting", termination: "cC",
        frontend: "timeout client 300ms", backend: "timeout connect 1s\nserver s 127.0.0.1:@A@",
        slack: 300
      ) { stage in
        stage.keep(try Listener.blackHole(stage.a))
        let client = try stage.client()
        try client.waitForEnd()
      },
      Ending(
        name: "the queue takes too long", termination: "sQ",
        backend: "timeout queue 300ms\nserver s 127.0.0.1:@A@ maxconn 1"
      ) { stage in
        let listener = try stage.server()
        try stage.holdPlace(at: listener)
        let client = try stage.client()
        try client.waitForEnd()
      },
      Ending(
        name: "the client ends while queued", termination: "CQ",
        backend: "option abortonclose\nserver s 127.0.0.1:@A@ maxconn 1", slack: 800
      ) { stage in
        let listener = try stage.server()
        try stage.holdPlace(at: listener)
        let client = try stage.settledClient()
        client.close()
      },
      Ending(
        name: "the client ends while queued, and nobody minds", termination: "CQ",
        backend: "no option abortonclose\ntimeout queue 500ms\nserver s 127.0.0.1:@A@ maxconn 1",
        slack: 800
      ) { stage in
        let listener = try stage.server()
        try stage.holdPlace(at: listener)
        let client = try stage.settledClient()
        client.finish()
        try client.waitForEnd()
      },
      Ending(
        name: "the client resets while queued", termination: "CD",
        backend: "server s 127.0.0.1:@A@ maxconn 1", slack: 800
      ) { stage in
        let listener = try stage.server()
        try stage.holdPlace(at: listener)
        let client = try stage.settledClient()
        client.reset()
      },
      Ending(
        name: "the client is silent too long while queued", termination: "cQ",
        frontend: "timeout client 300ms", backend: "server s 127.0.0.1:@A@ maxconn 1"
      ) { stage in
        let listener = try stage.server()
        try stage.holdPlace(at: listener)
        let client = try stage.client()
        try client.waitForEnd()
      },
      Ending(
        name: "it waits in the queue, then is served", termination: "--",
        backend: "server s 127.0.0.1:@A@ maxconn 1", slack: 300
      ) { stage in
        let listener = try stage.server()
        let holder = try Connection(to: stage.hold)
        try holder.send("hold")
        let held = try listener.accept()
        let client = try stage.client()
        try client.send("ping")
        guard listener.acceptIfAny(within: 0.3) == nil else { throw HarnessError("not queued") }
        holder.close()
        try held.waitForEnd()
        held.close()
        let server = try listener.accept()
        try server.expect("ping")
        server.close()
        try client.waitForEnd()
      },
    ]

    static let checked: [Ending] = [
      Ending(
        name: "its server went down", termination: "DC", formerTermination: "D-",
        backend: """
          default-server check port @CHECK@ inter 100ms fall 1 on-marked-down shutdown-sessions
          server s 127.0.0.1:@A@
          """, slack: 600, prepare: { $0.keep(try $0.server($0.check)) }
      ) { stage in
        let (client, server) = try stage.pair(at: stage.server())
        (stage.kept.first as? Listener)?.close()
        try client.waitForEnd()
        try server.waitForEnd()
      },
      Ending(
        name: "a better server came up", termination: "UC", formerTermination: "U-",
        backend: """
          server s 127.0.0.1:@B@ check port @CHECK@ inter 100ms rise 1 fall 1 on-marked-up shutdown-backup-sessions
          server spare 127.0.0.1:@A@ backup
          """, slack: 800
      ) { stage in
        try stage.log.line(containing: "is DOWN")
        let (client, server) = try stage.pair(at: stage.server())
        stage.keep(try stage.server(stage.check))
        try client.waitForEnd()
        try server.waitForEnd()
      },
    ]
  }
}
