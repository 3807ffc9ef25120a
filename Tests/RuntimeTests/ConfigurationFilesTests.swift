import ConfigSyntax
import Foundation
import Kernel
import Runtime
import Testing

@Suite("Configuration files")
struct ConfigurationFilesTests {
  /// A folder that goes with this object.
  final class Folder {
    let path: String

    init() throws {
      path = "/tmp/weir-files-\(UUID().uuidString)"
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
    }

    func makeFolder(_ name: String) throws {
      try FileManager.default.createDirectory(
        atPath: path + "/" + name, withIntermediateDirectories: false)
    }
  }

  private func load(_ paths: String...) -> (names: [String], messages: [String]) {
    var diagnostics = Diagnostics()
    let sources = ConfigurationFiles.load(paths, reportingTo: &diagnostics)
    return (sources.map(\.name), diagnostics.entries.map(\.message))
  }

  @Test("Files are read in the order given, and a folder's by name")
  func order() throws {
    let folder = try Folder()
    try folder.write("z\n", "z.cfg")
    try folder.makeFolder("d")
    for name in ["b.cfg", "a.cfg", "B.cfg", "10.cfg", "9.cfg", ".hidden.cfg", "c.conf", "d.cfg~"] {
      try folder.write("\(name)\n", "d/" + name)
    }
    try folder.makeFolder("d/sub.cfg")
    let (names, messages) = load(folder.path + "/z.cfg", folder.path + "/d", "/dev/null")
    let inFolder = ["10.cfg", "9.cfg", "B.cfg", "a.cfg", "b.cfg"]
    #expect(
      names == [folder.path + "/z.cfg"] + inFolder.map { folder.path + "/d/" + $0 }
        + ["/dev/null"])
    #expect(messages.isEmpty)
    #expect(load(folder.path + "/d/").names.first == folder.path + "/d/10.cfg")
  }

  @Test(
    "What cannot be read is told by name and reason, and never waited for", .timeLimit(.minutes(1)))
  func failures() throws {
    let folder = try Folder()
    try folder.makeFolder("empty")
    #expect(mkfifo(folder.path + "/fifo", 0o600) == 0)
    let (names, messages) = load(
      folder.path + "/none", folder.path + "/fifo", folder.path + "/empty")
    #expect(names.isEmpty)
    #expect(
      messages == [
        "Cannot open configuration file/directory \(folder.path)/none : No such file or directory"
          + " (ENOENT)",
        "Could not open configuration file \(folder.path)/fifo : it is a FIFO",
        "No configuration file in directory \(folder.path)/empty",
      ])
  }

  @Test("A file one may not read is told", .enabled(if: geteuid() != 0))
  func permissions() throws {
    let folder = try Folder()
    try folder.write("x\n", "secret.cfg")
    #expect(chmod(folder.path + "/secret.cfg", 0) == 0)
    #expect(
      load(folder.path + "/secret.cfg").messages == [
        "Could not open configuration file \(folder.path)/secret.cfg : Permission denied (EACCES)"
      ])
  }

  @Test("Files are read whole, up to a limit")
  func contents() throws {
    let folder = try Folder()
    let text = String(repeating: "0123456789", count: 20_000)
    try folder.write(text, "big")
    #expect(try File.contents(of: folder.path + "/big", limitBytes: 200_000) == Array(text.utf8))
    #expect(throws: FileError.tooLarge(limit: 199_999)) {
      try File.contents(of: folder.path + "/big", limitBytes: 199_999)
    }
    #expect(throws: FileError.tooLarge(limit: 100_000)) {
      try File.contents(of: "/dev/zero", limitBytes: 100_000)
    }
    #expect(throws: FileError.notAFile(.directory)) {
      try File.contents(of: folder.path, limitBytes: 1)
    }
  }

  @Test("The process knows its environment, its program and its libraries")
  func process() {
    #expect(Environment.variables["PATH"] == ProcessInfo.processInfo.environment["PATH"])
    #expect(Kernel.Process.executablePath?.hasPrefix("/") == true)
    #expect(Kernel.Process.loadedLibraries.contains { $0.contains("libc.so") })
    #expect(Kernel.Process.kernelName.hasPrefix("Linux "))
    #expect(ProgramVersion.short.hasPrefix("Weir version \(ProgramVersion.current)"))
    #expect(ProgramVersion.long.contains("HAProxy 3.5"))
  }
}
