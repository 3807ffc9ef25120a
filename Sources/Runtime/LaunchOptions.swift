/// What the command line asks for, in HAProxy's manner (its management guide, 3).
///
/// What is nil or false here is left to the configuration; what is set wins over it.
package struct LaunchOptions: Sendable {
  /// What to do.
  package enum Action: Hashable, Sendable {
    /// Serve.
    case serve
    /// Read the configuration, tell what is wrong with it, and leave (`-c`).
    case check
    /// Evaluate a condition and leave (`-cc`).
    case evaluate(condition: String)
  }

  /// Who has the terminal.
  package enum Foreground: Hashable, Sendable {
    /// As the configuration says (`daemon`).
    case asConfigured
    /// The process stays in the foreground (`-db`, `-Ws`).
    case stays
    /// It stays, and shows what it does (`-d`).
    case debugs
    /// It leaves for the background (`-D`).
    case leaves
  }

  /// What to do.
  package var action = Action.serve
  /// The files and folders of the configuration, in order (`-f`, and what follows `--`).
  package var files: [String] = []
  /// The folder to go to before files are read (`-C`).
  package var directory: String?
  /// Whether to stay in the foreground.
  package var foreground = Foreground.asConfigured
  /// `-W` or `-Ws`. One process serves and reloads, so that this changes no more than the variable
  /// HAPROXY_MWORKER.
  package var isMasterWorker = false
  /// `-Ws`: tell systemd when everything is ready. Weir does so wherever NOTIFY_SOCKET is set.
  package var notifiesSystemd = false
  /// `-q`: no messages at start.
  package var isQuiet = false
  /// `-V`: messages even if `quiet` is configured.
  package var isVerbose = false
  /// `-p`: where to write the process's id.
  package var pidFile: String?
  /// `-L`: the name among peers; the host's where nil.
  package var localPeer: String?
  /// `-n`: the most connections of the process.
  package var connectionLimit: Int?
  /// `-N`: the most connections of a frontend that names no limit.
  package var frontendConnectionLimit: Int?
  /// `-m`: the most memory, in megabytes.
  package var memoryLimitMegabytes: Int?
  /// `-sf`: processes to ask to finish, once this one serves.
  package var finishing: [Int32] = []
  /// `-st`: processes to end, once this one serves.
  package var terminating: [Int32] = []
  /// `-x`: the socket to take over listeners from.
  package var listenerSource: String?
  /// `-S`: the address of HAProxy's master CLI.
  package var masterSocket: String?
  /// `-dW`: warnings are errors.
  package var refusesWarnings = false
  /// `-dD`: show what is merely suspicious.
  package var showsDiagnostics = false
  /// `-dr`: a server whose name cannot be resolved is no error.
  package var ignoresResolutionFailures = false
  /// `-dS`: no splice(2).
  package var disablesSplice = false
  /// `-dR`: no SO_REUSEPORT.
  package var disablesReusePort = false
  /// `-dG`: no getaddrinfo(3).
  package var disablesHostLookup = false
  /// `-dL`: list the shared libraries that are loaded.
  package var listsLibraries = false

  /// Options as an empty command line has them.
  package init() {}
}
