import Foundation
import Testing

extension RealPeers {
  /// Lines by RELP to a real rsyslogd, and those of a spool, one by one.
  @Suite("RELP and spools")
  struct RELP {
    /// rsyslogd with imrelp, which can be killed and started again on the same port.
    private final class Receiver {
      let port: UInt16
      let folder: TemporaryDirectory
      private var process: ChildProcess?

      init() throws {
        port = try FreePort.next(SOCK_STREAM)
        folder = try TemporaryDirectory("weir-relp")
        try folder.write(
          """
          global(workDirectory="\(folder.path)")
          module(load="imrelp")
          input(type="imrelp" port="\(port)")
          template(name="raw" type="string" string="%rawmsg%\\n")
          action(type="omfile" file="\(folder.file("out"))" template="raw" ioBufferSize="1")
          """, to: "rsyslog.conf")
      }

      func start() throws {
        process = try ChildProcess(
          Tool.path("rsyslogd"),
          ["-n", "-f", folder.file("rsyslog.conf"), "-i", folder.file("rsyslogd.pid")], in: folder)
        try waitUntil("rsyslogd listens\n\(process?.transcript ?? "")") {
          Balancer.listens(.ipv4(port))
        }
      }

      func stop(_ signal: Int32) throws { _ = try process?.stop(signal) }

      deinit { _ = try? process?.stop(SIGKILL) }

      /// The numbers that arrived, doubles included.
      var numbers: [Int] {
        folder.read("out").split(separator: "\n").compactMap { line in
          line.range(of: "number=").flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
        }
      }
    }

    private struct Setup {
      let front: UInt16
      let server: Server
      let text: String

      init(_ receiver: Receiver, spool: String) throws {
        front = try FreePort.next(SOCK_STREAM)
        server = try Server { $0.close() }
        text = """
          global
              log ring@r local0
          ring r
              format rfc5424
              size 1m
              server s 127.0.0.1:\(receiver.port) log-proto relp
              \(spool)
          defaults
              mode tcp
              log global
              timeout connect 5s
              timeout client 5s
              timeout server 5s
          frontend fe
              bind 127.0.0.1:\(front)
              log-format "number=%rt"
              default_backend be
          backend be
              server s 127.0.0.1:\(server.port)
          """
      }

      func connect(_ count: Int) throws {
        for _ in 0..<count {
          let connection = try Connection(to: .ipv4(front))
          _ = try connection.receiveAll()
        }
      }
    }

    @Test("What rsyslogd did not acknowledge before kill -9 arrives after its restart")
    func killedReceiver() throws {
      let receiver = try Receiver()
      try receiver.start()
      let setup = try Setup(receiver, spool: "")
      let weir = try Balancer(.weir, setup.text, ready: [.ipv4(setup.front)])
      try setup.connect(100)
      try waitUntil("the first lines arrive") { Set(receiver.numbers).count == 100 }
      try receiver.stop(SIGKILL)
      try setup.connect(100)
      try receiver.start()
      try waitUntil("the others arrive\n\(weir.transcript)") {
        Set(receiver.numbers) == Set(0..<200)
      }
      #expect(try weir.stop() == .signal(SIGTERM))
    }

    @Test("Lines of a spool outlive kill -9 of both ends, in order and without a gap")
    func killedSender() throws {
      let receiver = try Receiver()
      let setup = try Setup(receiver, spool: "spool @DIR@ size 4m")
      let folder = try TemporaryDirectory("weir-relp-spool")
      do {
        let weir = try Balancer(.weir, setup.text, ready: [.ipv4(setup.front)], folder: folder)
        try setup.connect(300)
        try waitUntil("the lines are on the disk") {
          let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
          return files.filter { $0.hasSuffix(".spool") }.contains {
            readText(folder.file($0)).contains("number=299")
          }
        }
        try weir.stop(SIGKILL)
      }
      let weir = try Balancer(.weir, setup.text, ready: [.ipv4(setup.front)], folder: folder)
      try receiver.start()
      try waitUntil("all lines arrive\n\(weir.transcript)") { receiver.numbers.count >= 300 }
      #expect(receiver.numbers == Array(0..<300))
    }
  }
}
