import Kernel
import Testing

@Suite struct DatagramIntakeTests {
  private func bound(_ address: SocketAddress) throws -> Descriptor {
    let socket = try Descriptor.socket(for: address, datagram: true)
    try socket.bind(to: address)
    return socket
  }

  private func send(_ texts: [String], to address: SocketAddress) throws {
    let socket = try Descriptor.socket(for: address, datagram: true)
    let error = socket.connect(to: address)
    #expect(error == nil)
    let bytes = texts.flatMap { Array($0.utf8) }
    let lengths = texts.map { UInt32($0.utf8.count) }
    let sent = try socket.sendDatagrams(bytes.span, lengths: lengths.span)
    #expect(sent == texts.count)
  }

  @Test func `a batch has each datagram with its sender`() throws {
    let socket = try bound(.internet(.ipv4(0x7F00_0001, port: 0)))
    let address = SocketAddress.internet(socket.localEndpoint())
    var intake = try DatagramIntake()
    let idle = try intake.receive(from: socket)
    #expect(idle == 0)
    try send(["one", "", "three"], to: address)
    let limited = try intake.receive(from: socket, limit: 2)
    let lengths = [intake[0].count, intake[1].count]
    #expect(limited == 2 && lengths == [3, 0])
    let sender = intake.sender(0).addressText
    #expect(sender == "127.0.0.1")
    let rest = try intake.receive(from: socket)
    #expect(rest == 1)
    let text = (0..<intake[0].count).map { intake[0][$0] }
    #expect(text == Array("three".utf8))
    let drops = intake.kernelDrops
    #expect(drops == nil)
  }

  @Test func `what the kernel dropped is told`() throws {
    let socket = try bound(.internet(.ipv4(0x7F00_0001, port: 0)))
    let address = SocketAddress.internet(socket.localEndpoint())
    socket.countDrops()
    let none = socket.kernelDrops()
    #expect(none == 0)
    let granted = try socket.growReceiveBuffer(to: 16_384)
    #expect(granted >= 4096 && granted <= 65_536)
    let sent = 500
    for _ in 0..<(sent / 50) {
      try send([String](repeating: String(repeating: "x", count: 1000), count: 50), to: address)
    }
    var intake = try DatagramIntake()
    var received = 0
    while try intake.receive(from: socket) > 0 { received += intake.count }
    let told = socket.kernelDrops()
    let drops = try #require(told)
    #expect(received < sent && received + Int(drops) == sent)
    // The next datagram bears the number too.
    try send(["after"], to: address)
    let last = try intake.receive(from: socket)
    let toldAgain = intake.kernelDrops
    #expect(last == 1 && toldAgain == drops)
  }
}
