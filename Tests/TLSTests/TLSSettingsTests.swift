import Testing

@testable import TLS

@Suite struct TLSSettingsTests {
  @Test func aServerIsVerifiedUnlessToldOtherwise() {
    #expect(TLSClientSettings().verification == .required)
    #expect(TLSServerSettings(certificateFile: "weir.pem").verification == .none)
  }
}
