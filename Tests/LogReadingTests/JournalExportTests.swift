import LogReading
import Testing

@Suite("The journal's export format")
struct JournalExportTests {
  /// An entry of Weir, one whose text is HAProxy's, and one of a server's state.
  static let export: [UInt8] = {
    var bytes = Array(
      """
      __CURSOR=s=1
      __REALTIME_TIMESTAMP=1795430375000000
      WEIR_EVENT=connection.end
      WEIR_CLIENT_ADDRESS=127.0.0.1
      WEIR_BACKEND=be
      WEIR_SERVER=s
      WEIR_TERMINATION=CD
      WEIR_TIME_TOTAL_USEC=12000
      WEIR_BYTES_OUT=455
      WEIR_SEQUENCE=7
      WEIR_BOOT_ID=b00
      MESSAGE

      """.utf8)
    let message = Array("two\nlines\n\n".utf8)
    bytes += [UInt8(message.count), 0, 0, 0, 0, 0, 0, 0] + message + [10, 10]
    bytes += Array("__CURSOR=s=2\nMESSAGE=\(LineTests.text)\nPRIORITY=6\n\n".utf8)
    bytes += Array("__CURSOR=s=3\nWEIR_EVENT=server.down\nWEIR_SEQUENCE=8\nWEIR_BOOT_ID=b00\n".utf8)
    return bytes
  }()

  @Test("Entries are read, in one piece or byte by byte", arguments: [1, 2, 7, 64, 10_000])
  func pieces(_ size: Int) {
    var reader = JournalExportReader(datesAreLocal: false)
    var aggregate = LogAggregate()
    var waiting: [UInt8] = []
    for begin in stride(from: 0, to: Self.export.count, by: size) {
      waiting += Self.export[begin..<min(begin + size, Self.export.count)]
      let taken = reader.read(
        waiting.span, isLast: begin + size >= Self.export.count, into: &aggregate)
      waiting.removeFirst(taken)
    }
    aggregate.settle()
    #expect(aggregate.ended == 2 && aggregate.messages == 1 && aggregate.lines == 3)
    #expect(aggregate.stateCounts.map(\.letters) == ["CD"])
    #expect(aggregate.servers.top(9).map(\.name).sorted() == ["be/s", "psql_nodes/node1"])
    #expect(aggregate.sequences["b00"]?.last == 8 && aggregate.sequences["b00"]?.missing == 0)
    let isExport = JournalExportReader.isExport(Self.export.span)
    #expect(isExport)
  }
}
