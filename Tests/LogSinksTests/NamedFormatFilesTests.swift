import Foundation
import LogRecords
import LogSinks
import Testing

/// Where named formats are found.
@Suite("Folders of named formats")
struct NamedFormatFilesTests {
  private final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: url) }
    func write(_ text: String, to name: String) throws {
      try text.write(to: url.appending(path: name), atomically: true, encoding: .utf8)
    }
  }

  @Test("A file goes before what is built in, the first folder before the second")
  func order() throws {
    let (first, second) = (try Folder(), try Folder())
    try second.write("%cp", to: "tcplog")
    let folders = ["/there/is/none", first.url.path, second.url.path]
    #expect(try NamedFormat.compile("tcplog", folders: []).source == "@tcplog")
    #expect(try NamedFormat.find("tcplog", folders: folders).text == "%cp")
    try first.write("%ci", to: "tcplog")
    let found = try NamedFormat.find("tcplog", folders: folders)
    #expect(found.text == "%ci")
    #expect(found.file == first.url.path + "/tcplog")
    #expect(try NamedFormat.find("ecs", folders: folders).file == "built-in format ecs")
  }

  @Test("A name that is not there is told with those that are, and the one that was meant")
  func unknown() throws {
    let folder = try Folder()
    try folder.write("%ci", to: "mine")
    try folder.write("%ci", to: ".hidden")
    let error = #expect(throws: NamedFormatError.self) {
      try NamedFormat.find("eccs", folders: [folder.url.path])
    }
    #expect(error?.description == "no log format is named 'eccs'; did you mean 'ecs' maybe ?")
    #expect(
      error?.remedy?.hasPrefix(
        "There are: cee, clf, csv, ecs, human, logfmt, mine, otel, sd, tcplog.") == true)
    for name in ["../ecs", "", ".hidden", "a b"] {
      let error = #expect(throws: NamedFormatError.self) {
        try NamedFormat.find(name, folders: [folder.url.path])
      }
      #expect(error?.message == "'\(name)' is no name of a log format")
    }
  }

  @Test("A file that cannot be used is an error, though one of the name is built in")
  func broken() throws {
    let folder = try Folder()
    try folder.write(String(repeating: "x", count: 70_000), to: "ecs")
    let error = #expect(throws: NamedFormatError.self) {
      try NamedFormat.find("ecs", folders: [folder.url.path])
    }
    #expect(error?.message == "the log format cannot be read (it has more than 65536 bytes)")
    try folder.write("encoding json\nport client_prt", to: "ecs")
    let other = #expect(throws: NamedFormatError.self) {
      try NamedFormat.compile("ecs", folders: [folder.url.path])
    }
    #expect(
      other?.description
        == "\(folder.url.path)/ecs:2:6: unknown item 'client_prt'; did you mean 'client_port' maybe ?"
    )
  }
}
