/// Whether the other end must show a certificate that holds (`verify`).
package enum TLSVerification: String, Hashable, Sendable {
  /// No certificate is asked for, or looked at.
  case none
  /// One is asked for; who has none is let in (a server's side only).
  case optional
  /// One is needed, and it must hold.
  case required
}

/// How a client speaks TLS: the words of a `server` line (HAProxy's manual 5.2).
package struct TLSClientSettings: Hashable, Sendable {
  /// The file with the authorities to trust (`ca-file`); nil takes the system's (`@system-ca`).
  package var authorityFile: String?
  /// The file with the client's certificate, chain and key in PEM (`crt`); nil shows none.
  package var certificateFile: String?
  /// Whether the server's certificate must hold (`verify`).
  package var verification: TLSVerification = .required
  /// The name that the certificate must be for (`verifyhost`); nil takes the address's host.
  package var verifiedHost: String?
  /// The name that is sent in the clear to ask for a certificate (`sni`); nil sends none.
  package var serverName: String?

  /// Settings that trust the system's authorities.
  package init() {}
}

/// How a server speaks TLS: the words of a `bind` line (HAProxy's manual 5.1).
package struct TLSServerSettings: Hashable, Sendable {
  /// The file with the certificate, chain and key in PEM (`crt`).
  package var certificateFile: String
  /// The file with the authorities that clients' certificates are held against (`ca-file`).
  package var authorityFile: String?
  /// Whether a client must show a certificate that holds (`verify`).
  package var verification: TLSVerification = .none

  /// Settings of a certificate that ask nothing of clients.
  package init(certificateFile: String) { self.certificateFile = certificateFile }
}
