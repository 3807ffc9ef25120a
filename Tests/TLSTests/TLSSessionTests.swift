import Glibc
import Kernel
import Memory
import Testing

@testable import TLS

/// Two ends of a connection within the process, TLS on both.
private final class Pair {
  private let ends: [Int32]
  private let clientEnd: Descriptor
  private let serverEnd: Descriptor
  var client: TLSSession
  var server: TLSSession

  init(
    _ certificates: Certificates, host: String? = "logs.example",
    client change: (inout TLSClientSettings) -> Void = { _ in },
    server changeServer: (inout TLSServerSettings) -> Void = { _ in }
  ) throws {
    var numbers: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, type, 0, &numbers) == 0 else { throw Errno(errno) }
    ends = numbers
    clientEnd = Descriptor(owning: numbers[0])
    serverEnd = Descriptor(owning: numbers[1])
    var settings = TLSClientSettings()
    settings.authorityFile = certificates.authority
    change(&settings)
    var other = TLSServerSettings(certificateFile: certificates.server)
    changeServer(&other)
    client = try TLSSession(TLSContext(client: settings), on: clientEnd, host: host)
    server = try TLSSession(TLSContext(server: other), on: serverEnd)
  }

  /// Shakes hands until both are done or one fails.
  func shake() -> (client: TLSProgress, server: TLSProgress) {
    var last: (client: TLSProgress, server: TLSProgress) = (.wantsRead, .wantsRead)
    for _ in 0..<20 {
      if !isOver(last.client) { last.client = client.handshake() }
      if !isOver(last.server) { last.server = server.handshake() }
      if isOver(last.client), isOver(last.server) { break }
    }
    return last
  }

  private func isOver(_ progress: TLSProgress) -> Bool {
    progress != .wantsRead && progress != .wantsWrite
  }

  /// Closes the client's end without a farewell.
  func breakClient() { shutdown(ends[0], Int32(SHUT_RDWR)) }

  /// All that the server can read now, and what came then.
  func readAtServer() -> (bytes: [UInt8], then: TLSTransfer) {
    var bytes: [UInt8] = []
    var buffer = ByteBuffer(capacity: 16_384)
    while true {
      buffer.removeAll()
      let transfer = server.read(into: &buffer)
      guard case .moved = transfer else { return (bytes, transfer) }
      bytes.append(buffer.bytes)
    }
  }
}

private func kind(_ progress: TLSProgress) -> TLSError.Kind? {
  if case .failed(let error) = progress { error.kind } else { nil }
}

@Suite("A TLS session")
struct TLSSessionTests {
  private let certificates = Certificates()

  @Test("Two ends come to terms and bytes go both ways")
  func bothWays() throws {
    let pair = try Pair(certificates)
    #expect(pair.shake() == (.done, .done))
    let version = pair.client.version
    #expect(version == "TLSv1.3")
    let cipher = pair.client.cipher
    #expect(!cipher.isEmpty)
    let subjects = [pair.client.peerSubject, pair.server.peerSubject]
    #expect(subjects == ["/CN=logs.example", nil])
    let sent = pair.client.write(Array("hello".utf8).span)
    #expect(sent == .moved(5))
    #expect(pair.readAtServer().bytes == Array("hello".utf8))
    let answered = pair.server.write(Array("you".utf8).span)
    #expect(answered == .moved(3))
    var buffer = ByteBuffer(capacity: 100)
    let reads = [pair.client.read(into: &buffer), pair.client.read(into: &buffer)]
    #expect(reads == [.moved(3), .wantsRead])
  }

  @Test(
    "A certificate holds for the names and addresses that it is for",
    arguments: [
      ("logs.example", true), ("127.0.0.1", true), ("LOGS.example", true), ("127.0.0.2", false),
      ("other.example", false), ("a.logs.example", false),
    ])
  func names(_ host: String, _ holds: Bool) throws {
    let pair = try Pair(certificates, host: host)
    let client = pair.shake().client
    #expect(kind(client) == (holds ? nil : .certificate))
    if case .failed(let error) = client {
      #expect(error.message.contains("mismatch"))
      #expect(error.remedy?.contains("verifyhost") == true)
    }
  }

  @Test("verifyhost goes before the server's name, and that before the host connected to")
  func precedence() throws {
    let named = try Pair(certificates, host: "10.0.0.1") { $0.serverName = "logs.example" }
    #expect(named.shake().client == .done)
    let verified = try Pair(certificates, host: "10.0.0.1") {
      $0.serverName = "other.example"
      $0.verifiedHost = "logs.example"
    }
    #expect(verified.shake().client == .done)
  }

  @Test("An authority that is not trusted is told; verify none asks for none")
  func unknownAuthority() throws {
    let others = Certificates()
    let pair = try Pair(certificates) { $0.authorityFile = others.authority }
    let ends = pair.shake()
    #expect(kind(ends.client) == .certificate)
    #expect(kind(ends.server) == .protocolError)
    let blind = try Pair(certificates, host: "other.example") {
      $0.authorityFile = nil
      $0.verification = .none
    }
    #expect(blind.shake() == (.done, .done))
  }

  @Test("A server lets in whom its verification lets in")
  func clientCertificates() throws {
    let demand: (inout TLSServerSettings) -> Void = {
      $0.authorityFile = self.certificates.authority
      $0.verification = .required
    }
    let without = try Pair(certificates, server: demand)
    #expect(kind(without.shake().server) == .protocolError)
    let with = try Pair(
      certificates, client: { $0.certificateFile = self.certificates.client }, server: demand)
    #expect(with.shake() == (.done, .done))
    let subject = with.server.peerSubject
    #expect(subject == "/CN=a client")
    let optional = try Pair(certificates) {
      _ in
    } server: {
      $0.authorityFile = self.certificates.authority
      $0.verification = .optional
    }
    #expect(optional.shake() == (.done, .done))
    let hasCertificate = optional.server.hasPeerCertificate
    #expect(!hasCertificate)
  }

  @Test("What a full socket does not take is told, and goes on where it stopped")
  func fullSocket() throws {
    let pair = try Pair(certificates)
    _ = pair.shake()
    let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    var sent = 0
    var waits = 0
    var received: [UInt8] = []
    while sent < bytes.count {
      // Another piece of memory each time, as a queue that moves its bytes.
      let rest = Array(bytes[sent...])
      switch pair.client.write(rest.span) {
      case .moved(let count): sent += count
      case .wantsWrite:
        waits += 1
        received += pair.readAtServer().bytes
      default: throw Errno(1)
      }
    }
    received += pair.readAtServer().bytes
    #expect(waits > 0)
    let isSame = received == bytes
    #expect(isSame)
    let (written, read) = (pair.client.writtenBytes, pair.server.readBytes)
    #expect(written > 2_000_000)
    #expect(written == read)
  }

  @Test("A farewell and an end without one are both told as an end")
  func ends() throws {
    let polite = try Pair(certificates)
    _ = polite.shake()
    let farewell = polite.client.shutdown()
    #expect(farewell == .done)
    #expect(polite.readAtServer().then == .closed)
    let rude = try Pair(certificates)
    _ = rude.shake()
    rude.breakClient()
    #expect(rude.readAtServer().then == .closed)
  }

  @Test("Writing to who has gone is an error of the system, without a signal")
  func noSignal() throws {
    // The default would end the process.
    signal(SIGPIPE, SIG_DFL)
    let pair = try Pair(certificates)
    _ = pair.shake()
    pair.breakClient()
    let outcome = pair.server.write(Array("into the void".utf8).span)
    #expect(outcome == .failed(TLSError(.system(.brokenPipe), "TLS connection: Broken pipe")))
  }

  @Test("Who does not speak TLS is told as such")
  func notTLS() throws {
    var numbers: [Int32] = [0, 0]
    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &numbers)
    let near = Descriptor(owning: numbers[0])
    let far = Descriptor(owning: numbers[1])
    var settings = TLSClientSettings()
    settings.verification = .none
    var session = try TLSSession(TLSContext(client: settings), on: near)
    let first = session.handshake()
    #expect(first == .wantsRead)
    _ = far.send(Array("220 mail.example ESMTP\r\n".utf8).span)
    let second = session.handshake()
    #expect(
      second == .failed(TLSError(.protocolError, "TLS handshake failed: wrong version number")))
  }
}

@Suite("The files of a TLS context")
struct TLSContextTests {
  private let certificates = Certificates()

  private func error(certificate file: String) -> TLSError? {
    do throws(TLSError) {
      _ = try TLSContext(server: TLSServerSettings(certificateFile: file))
      return nil
    } catch {
      return error
    }
  }

  @Test("A file that cannot be used is told by its path, with what to do")
  func badFiles() throws {
    let missing = try #require(error(certificate: "/nowhere/x.pem"))
    #expect(missing.message == "cannot read the crt '/nowhere/x.pem': No such file or directory")
    #expect(missing.remedy == "correct the path")
    let garbage = certificates.write("no certificate\n", to: "garbage.pem")
    let unreadable = try #require(error(certificate: garbage))
    #expect(unreadable.message.hasPrefix("cannot use the certificate of '\(garbage)': "))
    #expect(unreadable.remedy?.contains("PEM") == true)
    let keyless = certificates.path + "/ca.pem"
    let noKey = try #require(error(certificate: keyless))
    #expect(noKey.message.hasPrefix("cannot use the private key of '\(keyless)': "))
    #expect(noKey.remedy?.contains(keyless + ".key") == true)
  }

  @Test("A key that belongs to another certificate is told")
  func otherKey() throws {
    certificates.command("cd '\(certificates.path)' && cat server.crt client.key > mixed.pem")
    let mixed = try #require(error(certificate: certificates.path + "/mixed.pem"))
    #expect(mixed.message.contains("mismatch"))
    #expect(mixed.message.contains("mixed.pem"))
  }

  @Test("A key may lie beside its certificate")
  func keyBeside() throws {
    certificates.command(
      "cd '\(certificates.path)' && cp server.crt apart.pem && cp server.key apart.pem.key")
    #expect(error(certificate: certificates.path + "/apart.pem") == nil)
  }

  @Test("A ca-file without authorities is told; the system's authorities are the default")
  func authorities() throws {
    var settings = TLSClientSettings()
    settings.authorityFile = certificates.write("nothing\n", to: "empty.pem")
    let error = #expect(throws: TLSError.self) { try TLSContext(client: settings) }
    #expect(error?.message.hasPrefix("cannot use the ca-file '") == true)
    settings.authorityFile = nil
    _ = try TLSContext(client: settings)
    settings.authorityFile = "@system-ca"
    _ = try TLSContext(client: settings)
  }
}
