internal import Memory
internal import RELP

extension FuzzTarget {
  /// RELP: frames are the same however they are cut and are written as they were read; neither side
  /// of a session can be brought to count wrong.
  static let relp = FuzzTarget("relp") { bytes in
    readFrames(bytes)
    serve(bytes)
    send(bytes)
  }

  private struct Read: Equatable {
    var frames: [RELPFrame] = []
    var data: [[UInt8]] = []
    var error: RELPError?
  }

  private static let dataLimit = 512

  private static func readFrames(_ bytes: [UInt8]) {
    let whole = frames(of: [bytes])
    let inPieces = frames(of: bytes.map { [$0] })
    precondition(whole == inPieces, "frames hang on how they were cut")
    var writer = ByteWriter()
    for (frame, data) in zip(whole.frames, whole.data) where frame.command != .other {
      precondition(data.count <= dataLimit)
      writer.append(frame.command, number: frame.number, data: data.span)
    }
    let written = writer.span
    var again = Read()
    var parser = FrameParser(dataLimit: dataLimit)
    read(written, with: &parser, into: &again)
    precondition(again.error == nil, "what was written cannot be read")
    precondition(again.frames == whole.frames.filter { $0.command != .other })
  }

  private static func frames(of pieces: [[UInt8]]) -> Read {
    var result = Read()
    var parser = FrameParser(dataLimit: dataLimit)
    for piece in pieces where result.error == nil {
      read(piece.span, with: &parser, into: &result)
    }
    return result
  }

  private static func read(
    _ bytes: Span<UInt8>, with parser: inout FrameParser, into result: inout Read
  ) {
    var position = 0
    do throws(RELPError) {
      while let frame = try parser.next(in: bytes, from: &position) {
        result.frames.append(frame)
        var data: [UInt8] = []
        data.append(parser.data)
        result.data.append(data)
      }
      precondition(position == bytes.count)
    } catch {
      result.error = error
    }
  }

  /// A server: what it owes is what came less what it answered, and it never takes more than its
  /// window.
  private static func serve(_ bytes: [UInt8]) {
    var output = ByteWriter()
    var server = RELPServer(software: "fuzz", window: 4, messageLimit: dataLimit)
    var position = 0
    var owed = 0
    let input = bytes.span
    do throws(RELPError) {
      while true {
        switch try server.receive(input, from: &position, into: &output) {
        case .none:
          precondition(position == bytes.count)
          precondition(server.pending == owed)
          return
        case .opened, .closing: break
        case .message: owed += 1
        case .full:
          precondition(owed == 4)
          server.acknowledge(3, into: &output)
          owed -= 3
        }
        precondition(server.pending == owed && owed <= 4)
      }
    } catch {
      precondition(server.isOver)
    }
  }

  /// A client: what is settled was sent before, and nothing is settled twice.
  private static func send(_ bytes: [UInt8]) {
    var output = ByteWriter()
    var client = RELPClient(software: "fuzz", window: 8)
    client.open(into: &output)
    var position = 0
    let input = bytes.span
    do throws(RELPError) {
      while client.state != .ended {
        let pending = client.pending
        switch try client.receive(input, from: &position) {
        case .none:
          precondition(position == bytes.count)
          return
        case .opened: while client.room > 0 { client.send(bytes.span, into: &output) }
        case .settled(let count, let refused):
          precondition(count > 0 && refused <= count && client.pending == pending - count)
        case .ended: precondition(client.state == .ended)
        }
      }
    } catch {
      precondition(client.state == .ended)
    }
  }
}
