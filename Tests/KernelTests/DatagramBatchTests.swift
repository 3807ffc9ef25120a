import Glibc
import Kernel
import Testing

@Suite("Datagrams in batches, inherited descriptors")
struct DatagramBatchTests {
  /// A connected pair of datagram sockets; the second is read by the test.
  private final class Pair {
    let sender: Descriptor
    private(set) var receiver: Int32

    init() {
      var ends: [Int32] = [0, 0]
      socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends)
      sender = Descriptor(owning: ends[0])
      receiver = ends[1]
    }

    deinit { closeReceiver() }

    func closeReceiver() {
      if receiver >= 0 { close(receiver) }
      receiver = -1
    }
  }

  private func next(_ number: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 1000)
    let count = recv(number, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return count < 0 ? nil : Array(bytes[..<count])
  }

  @Test("Each datagram has its own bytes, also one without any")
  func boundaries() throws {
    let pair = Pair()
    let bytes: [UInt8] = [1, 2, 3, 4, 5, 6]
    let lengths: [UInt32] = [2, 0, 3, 1]
    let sent = try pair.sender.sendDatagrams(bytes.span, lengths: lengths.span)
    #expect(sent == 4)
    let received = (0..<4).map { _ in next(pair.receiver) }
    #expect(received == [[1, 2], [], [3, 4, 5], [6]])
  }

  @Test("A full receiver is told as such, and how many were sent before")
  func full() throws {
    let pair = Pair()
    let bytes = [UInt8](repeating: 7, count: 64)
    let lengths = [UInt32](repeating: 1, count: 64)
    var total = 0
    var error: Errno?
    while error == nil, total < 100_000 {
      do throws(Errno) {
        total += try pair.sender.sendDatagrams(bytes.span, lengths: lengths.span)
      } catch let refusal {
        error = refusal
      }
    }
    #expect(error == .again)
    var received = 0
    while next(pair.receiver) != nil { received += 1 }
    #expect(received == total)
  }

  @Test("No more than a batch goes in one call")
  func limit() throws {
    let pair = Pair()
    let bytes = [UInt8](repeating: 7, count: 100)
    let lengths = [UInt32](repeating: 1, count: 100)
    let sent = try pair.sender.sendDatagrams(bytes.span, lengths: lengths.span)
    #expect(sent <= DatagramBatch.limit)
  }

  @Test("A peer that is gone is an error, not a signal")
  func gone() throws {
    let pair = Pair()
    pair.closeReceiver()
    let bytes: [UInt8] = [1]
    let lengths: [UInt32] = [1]
    #expect(throws: Errno.connectionRefused) {
      _ = try pair.sender.sendDatagrams(bytes.span, lengths: lengths.span)
    }
  }

  @Test("A view of a pipe does not block, and the pipe's other users still do")
  func outputView() throws {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    defer {
      close(ends[0])
      close(ends[1])
    }
    let output = try OutputDescriptor(inherited: ends[1])
    let isPipe = output.isPipe
    #expect(isPipe)
    let bytes = [UInt8](repeating: 1, count: 4096)
    var total = 0
    var error: Errno?
    while error == nil, total < 1 << 24 {
      do throws(Errno) {
        total += try output.write(bytes.span)
      } catch let refusal {
        error = refusal
      }
    }
    #expect(error == .again)
    #expect(fcntl(ends[1], F_GETFL) & O_NONBLOCK == 0)
  }

  @Test("A thread with a root of its own changes directory alone")
  func ownRoot() throws {
    let before = workingDirectory()
    let thread = try Thread(name: "own root") {
      do throws(Errno) {
        try Thread.keepOwnRoot()
        try Process.changeDirectory(to: "/proc")
      } catch {
        return
      }
    }
    thread.join()
    #expect(workingDirectory() == before)
  }

  private func workingDirectory() -> String {
    var bytes = [CChar](repeating: 0, count: 4096)
    return getcwd(&bytes, bytes.count).map { String(cString: $0) } ?? ""
  }
}
