import Foundation
import FuzzTargets
import Testing

/// Every input that was ever worth keeping goes through its target again.
@Suite struct CorporaTests {
  private static let top = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func files(of target: FuzzTarget) -> [URL] {
    (["Tests/Corpora/\(target.name)"] + target.otherFolders).flatMap { folder in
      let folder = top.appending(path: folder)
      let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
      return (walk?.allObjects ?? []).compactMap { $0 as? URL }.filter { !$0.hasDirectoryPath }
    }
  }

  @Test("each target takes its corpus", arguments: FuzzTarget.all.map(\.name))
  func corpus(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let files = Self.files(of: target)
    #expect(files.count >= 5)
    for file in files { target.run(Array(try Data(contentsOf: file))) }
  }

  @Test("each target takes nothing, and each single byte", arguments: FuzzTarget.all.map(\.name))
  func smallest(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    target.run([])
    for byte in UInt8.min ... .max { target.run([byte]) }
  }
}
