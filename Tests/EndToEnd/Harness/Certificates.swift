import Foundation

/// An authority with a server's and a client's certificate, made by the `openssl` command.
final class Certificates {
  let folder: TemporaryDirectory
  /// The authority's certificate.
  var authority: String { folder.file("ca.pem") }
  /// A server's certificate for `logs.example` and 127.0.0.1, and its key.
  var serverCertificate: String { folder.file("server.crt") }
  var serverKey: String { folder.file("server.key") }
  /// Both in one file.
  var server: String { folder.file("server.pem") }
  /// A client's certificate and key.
  var client: String { folder.file("client.pem") }

  private static let key = [
    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
  ]

  init() throws {
    folder = try TemporaryDirectory("weir-certificates")
    try openssl(
      ["req", "-x509", "-days", "2", "-subj", "/CN=Test authority"] + Self.key
        + ["-keyout", folder.file("ca.key"), "-out", authority])
    try issue("server", "/CN=logs.example", "subjectAltName=DNS:logs.example,IP:127.0.0.1")
    try issue("client", "/CN=a client", "extendedKeyUsage=clientAuth")
  }

  private func issue(_ name: String, _ subject: String, _ addition: String) throws {
    let request = folder.file("\(name).csr")
    try openssl(
      ["req", "-subj", subject] + Self.key
        + ["-keyout", folder.file("\(name).key"), "-out", request])
    let extensions = try folder.write(addition + "\n", to: "\(name).ext")
    try openssl([
      "x509", "-req", "-in", request, "-CA", authority, "-CAkey", folder.file("ca.key"), "-days",
      "2", "-extfile", extensions, "-out", folder.file("\(name).crt"),
    ])
    try folder.write(
      folder.read("\(name).crt") + folder.read("\(name).key"), to: "\(name).pem")
  }

  private func openssl(_ arguments: [String]) throws {
    let finished = try run(Tool.path("openssl"), arguments)
    guard finished.status == .code(0) else { throw HarnessError("openssl: \(finished)") }
  }
}
