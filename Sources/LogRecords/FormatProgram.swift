/// A log format compiled once and rendered for each record.
package struct FormatProgram: Sendable {
}
