import Configuration
import Kernel
import Testing

@testable import Runtime

@Suite struct PrivilegesTests {
  private func refusal(_ configure: (inout GlobalSettings) -> Void) -> Privileges.Refusal? {
    var global = GlobalSettings()
    configure(&global)
    do throws(Privileges.Refusal) {
      _ = try Privileges(global)
      return nil
    } catch {
      return error
    }
  }

  @Test("a user or group that does not exist is named, with how to make it")
  func names() {
    let user = refusal { $0.user = .name("weir-nobody") }
    #expect(user?.message == "cannot find user id for 'weir-nobody'")
    #expect(user?.remedy.contains("useradd --system") == true)
    let group = refusal { $0.group = .name("weir-nogroup") }
    #expect(group?.message == "cannot find group id for 'weir-nogroup'")
    #expect(group?.remedy.contains("groupadd --system") == true)
  }

  @Test("a root that is missing, or no folder, is told before anything is given up")
  func roots() {
    let missing = refusal { $0.changeRoot = "/no/such/folder" }
    #expect(missing?.message == "cannot chroot(/no/such/folder): No such file or directory")
    #expect(missing?.remedy.contains("mkdir -p /no/such/folder") == true)
    let file = refusal { $0.changeRoot = "/etc/passwd" }
    #expect(file?.message == "cannot chroot(/etc/passwd): it is no directory")
  }

  @Test("who asks for nothing needs no rights, and gives nothing up")
  func nothing() throws {
    #expect(refusal { _ in } == nil)
    let before = Process.userIdentifier
    try Privileges(GlobalSettings()).drop()
    #expect(Process.userIdentifier == before)
  }

  @Test("without root's rights, what needs them is refused", .enabled(if: !Process.isRoot))
  func rights() {
    #expect(refusal { $0.user = .number(0) }?.message.contains("need root's rights") == true)
    #expect(refusal { $0.changeRoot = "/tmp" }?.message.contains("need root's rights") == true)
  }

  @Test("root may become anyone who exists", .enabled(if: Process.isRoot))
  func root() {
    #expect(refusal { $0.user = .name("root") } == nil)
    #expect(refusal { $0.user = .number(12_345) } == nil)
    #expect(refusal { $0.changeRoot = "/tmp" } == nil)
  }
}
