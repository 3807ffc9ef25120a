import Kernel
import Memory
import Testing

@Suite struct SocketTests {
  @Test("bytes and the end of a stream go from one socket to another")
  func exchange() throws {
    let any = SocketAddress.internet(.ipv4(0x7F00_0001, port: 0))
    let listener = try Descriptor.socket(for: any)
    try listener.bind(to: any)
    try listener.listen(backlog: 1)
    let client = try Descriptor.socket(for: any)
    let failure = client.connect(to: .internet(listener.localEndpoint()))
    #expect(failure == nil || failure == .inProgress)
    var peer = Endpoint.none
    let server = try listener.accept(peer: &peer)
    #expect(peer == client.localEndpoint())
    var buffer = ByteBuffer(capacity: 100)
    guard case .wouldBlock = server.receive(into: &buffer) else {
      Issue.record("nothing was sent")
      return
    }
    let hello: [UInt8] = Array("hello".utf8)
    let isAppended = buffer.append(hello.span)
    #expect(isAppended)
    guard case .moved(5) = client.send(from: &buffer) else {
      Issue.record("five bytes were to be sent")
      return
    }
    let isEmpty = buffer.isEmpty
    #expect(isEmpty)
    guard case .moved(5) = server.receive(into: &buffer) else {
      Issue.record("five bytes were sent")
      return
    }
    client.shutdownWriting()
    guard case .ended = server.receive(into: &buffer) else {
      Issue.record("the client has closed")
      return
    }
  }

  @Test("an errno has its symbol and its words")
  func names() {
    #expect(Errno.connectionRefused.name == "ECONNREFUSED")
    #expect(Errno.connectionRefused.words == "Connection refused")
    #expect(Errno(9999).name == "E9999")
  }
}
