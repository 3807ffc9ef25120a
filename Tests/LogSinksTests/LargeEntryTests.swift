import Glibc
import Kernel
import Testing

@testable import LogSinks

@Suite("Entries too large for a datagram")
struct LargeEntryTests {
  private static let readSeals: Int32 = 1034
  /// F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE.
  private static let allSeals: Int32 = 15

  /// The descriptor that comes with the next datagram, and how long that is.
  private func receiveFile(_ socket: Int32) -> (descriptor: Int32?, count: Int) {
    var byte = [UInt8](repeating: 0, count: 16)
    var control = [UInt64](repeating: 0, count: 8)
    let count = byte.withUnsafeMutableBytes { bytes in
      control.withUnsafeMutableBytes { room in
        var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
        return withUnsafeMutablePointer(to: &part) { part in
          var message = msghdr()
          message.msg_iov = part
          message.msg_iovlen = 1
          message.msg_control = room.baseAddress
          message.msg_controllen = room.count
          return recvmsg(socket, &message, 0)
        }
      }
    }
    // A cmsghdr is a length of 64 bits, a level and a type of 32 each; the descriptor follows.
    let isFile = control[0] == 20 && control[1] == UInt64(SCM_RIGHTS) << 32 | 1
    return (isFile ? Int32(truncatingIfNeeded: control[2]) : nil, count)
  }

  @Test("go to journald as a sealed file, between datagrams and in order")
  func sealedFile() throws {
    let folder = SocketFolder()
    let receiver = DatagramReceiver(path: folder.socket("journal"))
    var transport = try DatagramTransport(
      to: .unix(path: folder.socket("journal")), takesFiles: true)
    let large = (0..<600_000).map { UInt8(truncatingIfNeeded: $0) }
    var queue = MessageQueue()
    for message in [Array("MESSAGE=a\n".utf8), large, Array("MESSAGE=b\n".utf8)] {
      let isThere = queue.append(message)
      #expect(isThere)
    }
    while !queue.isEmpty {
      let outcome = transport.send(queue)
      guard case .sent(let count) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      queue.removeFirst(count)
    }
    #expect(receiver.next() == "MESSAGE=a\n")
    let (descriptor, count) = receiveFile(receiver.number)
    let file = try #require(descriptor)
    defer { close(file) }
    #expect(count == 0)
    #expect(fcntl(file, Self.readSeals) == Self.allSeals)
    var contents = [UInt8](repeating: 0, count: 700_000)
    let length = pread(file, &contents, contents.count, 0)
    let isSame = Array(contents[..<max(length, 0)]) == large
    #expect(isSame)
    #expect(receiver.next() == "MESSAGE=b\n")
  }

  @Test("are dropped where the receiver is no journald")
  func elsewhere() throws {
    let folder = SocketFolder()
    let receiver = DatagramReceiver(path: folder.socket("log"))
    let bench = try SinkBench(.datagrams(.unix(path: folder.socket("log"))))
    bench.accept(String(repeating: "x", count: 600_000))
    bench.accept("after\n")
    bench.turn()
    #expect(receiver.next() == "after\n")
    #expect(bench.sink.ledger.dropped(.tooLong) == 1)
  }
}
