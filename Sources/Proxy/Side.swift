internal import Kernel
internal import Memory

/// Which end of a session.
enum Party: Sendable {
  case client, server
}

/// One end of a session: its socket and what is known of it.
struct Side: ~Copyable {
  /// The socket; nil while there is none.
  var socket: Descriptor?
  /// Whether reading may give something: set by an event, cleared by a read that drained it.
  var isReadable = false
  /// Whether writing may be taken: set by an event, cleared by a write that was cut short.
  var isWritable = false
  /// Whether the peer has said that it writes no more (EPOLLRDHUP); its data may still wait.
  var peerClosed = false
  /// Whether all that the peer wrote has been read, and its end seen.
  var hasEnded = false
  /// Whether the peer was told that no more will come.
  var wasShut = false
  /// Whether a read may stop short of all there is: at urgent data (tcp(7)), and on UNIX sockets
  /// where descriptors were passed. The socket is then drained only when it says so.
  var readsStopShort = false
  /// Milliseconds on the loop's clock when bytes last went in or out.
  var lastActivity: Int64 = 0

  init(socket: consuming Descriptor?) { self.socket = socket }

  /// Takes note of an event of the socket.
  mutating func note(_ readiness: Readiness) {
    if !readiness.isDisjoint(with: [.readable, .peerClosed, .hangup, .error, .urgent]) {
      isReadable = true
    }
    if readiness.contains(.urgent) { readsStopShort = true }
    if !readiness.isDisjoint(with: [.writable, .hangup, .error]) { isWritable = true }
    if !readiness.isDisjoint(with: [.peerClosed, .hangup]) { peerClosed = true }
  }

  /// Reads what there is into the room of a buffer.
  mutating func receive(into buffer: inout ByteBuffer, now: Int64) -> Transfer {
    let room = buffer.room
    let transfer = socket?.receive(into: &buffer) ?? .ended
    switch transfer {
    case .moved(let count):
      lastActivity = now
      // A read that did not fill the buffer has drained the socket (epoll(7)): more data bring
      // another event. An end that was already announced stood right behind them.
      if count < room && !readsStopShort {
        isReadable = false
        if peerClosed { hasEnded = true }
      }
    case .ended: hasEnded = true
    case .wouldBlock: isReadable = false
    case .failed: break
    }
    return transfer
  }

  /// Writes what waits in a buffer.
  mutating func send(from buffer: inout ByteBuffer, now: Int64) -> Transfer {
    let transfer = socket?.send(from: &buffer) ?? .wouldBlock
    switch transfer {
    case .moved: lastActivity = now
    default: break
    }
    if !buffer.isEmpty { isWritable = false }
    return transfer
  }

  /// Moves what there is to read into a pipe, up to `count` bytes.
  mutating func fill(_ pipe: borrowing Pipe, count: Int, now: Int64) -> Transfer {
    let transfer = socket?.splice(to: pipe.input, count: count) ?? .ended
    switch transfer {
    case .moved: lastActivity = now
    case .ended: hasEnded = true
    case .wouldBlock: isReadable = false
    case .failed: break
    }
    return transfer
  }

  /// Writes up to `count` bytes out of a pipe.
  mutating func drain(_ pipe: borrowing Pipe, count: Int) -> Transfer {
    switch socket {
    case .some(let socket): pipe.output.splice(to: socket, count: count)
    case nil: .wouldBlock
    }
  }

  /// Tells the peer that no more will come.
  mutating func shut() {
    wasShut = true
    socket?.shutdownWriting()
  }

  /// Closes the socket; with `reset`, by a RST in place of a FIN.
  mutating func close(reset: Bool) {
    if reset { socket?.prefer(.resetOnClose) }
    socket = nil
  }
}
