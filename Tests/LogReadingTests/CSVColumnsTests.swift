import Testing

@testable import LogReading
@testable import LogRecords

@Suite struct CSVColumnsTests {
  @Test("The columns that are read are those that logformats/csv writes")
  func columns() throws {
    let file = try #require(NamedFormat.builtInFiles.first { $0.name == "csv" })
    let lines = file.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    let names = lines.filter { !$0.hasPrefix("encoding") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(CSVLineReader.columnNames == names)
  }
}
