/// The variables that a configuration finds set, whatever the environment of the process is.
package enum PredefinedVariables {
  /// One variable.
  package struct Variable: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// Its value.
    package var value: String
    /// What it is, for the reference.
    package var help: String
  }

  /// The format of `option tcplog`; logformats/tcplog has it for people.
  package static let tcpLogFormat =
    "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq"
  /// The format of `option tcplog clf`; logformats/clf has it for people.
  package static let tcpLogFormatCLF =
    "%{+Q}o %{-Q}ci - - [%T] \"TCP \" 000 %B \"\" \"\" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U "
    + "%ts-- %ac %fc %bc %sc %rc %sq %bq \"\" \"\" "

  /// The variables that are the same for every start.
  package static let constants: [Variable] = [
    Variable(
      name: "HAPROXY_TCP_LOG_FMT",
      value: tcpLogFormat,
      help: "the log format of `option tcplog`"),
    Variable(
      name: "HAPROXY_TCP_CLF_LOG_FMT",
      value: tcpLogFormatCLF,
      help: "the log format of `option tcplog clf`"),
    Variable(
      name: "HAPROXY_HTTP_LOG_FMT",
      value: "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc"
        + " %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r",
      help: "the log format of HAProxy's `option httplog`"),
    Variable(
      name: "HAPROXY_HTTP_CLF_LOG_FMT",
      value: "%{+Q}o %{-Q}ci - - [%trg] %r %ST %B \"\" \"\" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta"
        + " %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl",
      help: "the log format of HAProxy's `option httplog clf`"),
    Variable(
      name: "HAPROXY_HTTPS_LOG_FMT",
      value: "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc"
        + " %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"
        + " %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed]"
        + " %[ssl_fc_sni]/%sslv/%sslc",
      help: "the log format of HAProxy's `option httpslog`"),
    Variable(
      name: "HAPROXY_BRANCH", value: ConditionFacts.languageVersion.branch,
      help: "the branch of HAProxy whose language is read"),
    Variable(
      name: "HAPROXY_STARTUP_VERSION", value: ConditionFacts.languageVersion.description,
      help: "the version of HAProxy whose language is read"),
  ]

  /// All variables of one start.
  ///
  /// - Parameters:
  ///   - localPeer: the name given with `-L`, or the host's.
  ///   - files: the names of the configuration files, in order.
  ///   - isMasterWorker: whether the program was started with `-W` or `-Ws`.
  package static func table(
    localPeer: String, files: [String], isMasterWorker: Bool
  ) -> [Variable] {
    var table = constants
    table.append(
      Variable(
        name: "HAPROXY_LOCALPEER", value: localPeer,
        help: "the name of this process among its peers (`-L`), or the host's name"))
    table.append(
      Variable(
        name: "HAPROXY_CFGFILES", value: files.joined(separator: ";"),
        help: "the configuration files, with semicolons between them"))
    if isMasterWorker {
      table.append(
        Variable(name: "HAPROXY_MWORKER", value: "1", help: "set where `-W` or `-Ws` was given"))
    }
    return table
  }

  /// The environment of a process with the variables of a table set in it.
  package static func environment(
    _ environment: [String: String], with table: [Variable]
  ) -> [String: String] {
    var environment = environment
    for variable in table { environment[variable.name] = variable.value }
    return environment
  }
}
