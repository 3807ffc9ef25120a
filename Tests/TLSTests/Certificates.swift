import Glibc

/// Certificates of one test: an authority, a server's and a client's certificate, made by the
/// `openssl` command in a folder that goes with this object.
final class Certificates {
  let path: String
  /// The authority's certificate.
  var authority: String { path + "/ca.pem" }
  /// A server's certificate for `logs.example` and 127.0.0.1, chain and key.
  var server: String { path + "/server.pem" }
  /// A client's certificate and key.
  var client: String { path + "/client.pem" }

  init() {
    var template = Array("/tmp/weir-tls-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    run("req -x509 \(key) -subj '/CN=Test authority' -keyout ca.key -out ca.pem")
    issue("server", "/CN=logs.example", "subjectAltName=DNS:logs.example,IP:127.0.0.1")
    issue("client", "/CN=a client", "extendedKeyUsage=clientAuth")
  }

  deinit {
    if path != "/tmp" { command("rm -r '\(path)'") }
  }

  private func issue(_ name: String, _ subject: String, _ addition: String) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    run("req \(key) -subj '\(subject)' -keyout \(name).key -out \(name).csr")
    write(addition + "\n", to: name + ".ext")
    run(
      "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -days 2 -extfile \(name).ext"
        + " -out \(name).crt")
    command("cd '\(path)' && cat \(name).crt \(name).key > \(name).pem")
  }

  /// Writes a file here and gives its path.
  @discardableResult
  func write(_ text: String, to name: String) -> String {
    let file = fopen(path + "/" + name, "w")
    fputs(text, file)
    fclose(file)
    return path + "/" + name
  }

  /// Runs the `openssl` command here.
  func run(_ arguments: String) { command("cd '\(path)' && openssl \(arguments)") }

  /// Runs a command of the shell, whose output is of no interest.
  func command(_ text: String) {
    guard let pipe = popen("{ \(text); } 2>&1", "r") else { return }
    var bytes = [CChar](repeating: 0, count: 1024)
    while fgets(&bytes, 1024, pipe) != nil {}
    pclose(pipe)
  }
}
