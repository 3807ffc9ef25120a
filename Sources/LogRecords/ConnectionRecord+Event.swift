extension ConnectionRecord.Event {
  /// The name (`WEIR_EVENT`).
  package var name: String {
    switch self {
    case .start: "connection.start"
    case .interim: "connection.interim"
    case .end: "connection.end"
    case .error: "connection.error"
    }
  }

  /// What it tells, as a sentence for people.
  package var sentence: String {
    switch self {
    case .start: "A connection began, and its line was made before its end."
    case .interim: "A connection goes on."
    case .end: "A connection ended."
    case .error: "A connection failed before it began."
    }
  }

  /// The journal's MESSAGE_ID, but for the end: that is told by the termination state.
  package var messageIdentifier: String {
    switch self {
    case .start: "4753b09cff194fccbded2c2784af89d6"
    case .interim: "027a0388b77f4d7d9dff16ae5c65b60f"
    case .error: "8c472dc0d09c4baf8ccc01824e584b05"
    case .end: TerminationState.of(.none, .normal).messageIdentifier
    }
  }
}

extension ConnectionRecord {
  /// How the connection ended, as far as it did.
  package var termination: TerminationState { .of(cause, phase) }

  /// The journal's MESSAGE_ID of the record.
  package var messageIdentifier: String {
    event == .end ? termination.messageIdentifier : event.messageIdentifier
  }
}
