// swift-tools-version: 6.3
import PackageDescription

/// The settings every target of Weir is built with; docs/architecture.md says why.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

/// Tests speak to the C library at length; they are held to the same language, not to the
/// memory-safety markers.
let tests: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
]

/// A module of the program and the modules that it uses.
struct Module {
  var name: String
  var uses: [String] = []
}

/// The modules, lowest first: each uses only what stands above it.
let modules = [
  Module(name: "Memory"),
  Module(name: "ConfigSyntax"),
  Module(name: "Metrics"),
  Module(name: "Balancing"),
  Module(name: "Kernel", uses: ["CLinux", "Memory"]),
  Module(name: "PostgresWire"),
  Module(name: "ProxyProtocol", uses: ["Kernel"]),
  Module(name: "RELP", uses: ["Memory"]),
  Module(name: "LogRecords", uses: ["Balancing", "Memory", "ConfigSyntax", "Kernel"]),
  Module(name: "TLS", uses: ["COpenSSL", "Kernel", "Memory"]),
  Module(name: "Systemd", uses: ["CSystemd", "Kernel"]),
  Module(name: "Reactor", uses: ["Kernel", "Memory"]),
  Module(
    name: "LogSinks",
    uses: ["Kernel", "LogRecords", "Memory", "Metrics", "RELP", "Reactor", "Systemd", "TLS"]),
  Module(
    name: "LogReading", uses: ["Kernel", "LogRecords", "Memory", "Metrics"]),
  Module(
    name: "LogCommands", uses: ["Kernel", "LogReading", "LogRecords", "Memory", "Metrics"]),
  Module(
    name: "HealthChecks",
    uses: ["Kernel", "Memory", "PostgresWire", "ProxyProtocol", "Reactor"]),
  Module(
    name: "Proxy",
    uses: [
      "Balancing", "HealthChecks", "Kernel", "LogRecords", "Memory", "Metrics", "ProxyProtocol",
      "Reactor",
    ]),
  Module(
    name: "Configuration",
    uses: [
      "Balancing", "ConfigSyntax", "HealthChecks", "Kernel", "LogRecords", "LogSinks", "Proxy",
      "TLS",
    ]),
  Module(
    name: "Runtime",
    uses: [
      "ConfigSyntax", "Configuration", "HealthChecks", "Kernel", "LogRecords", "LogSinks", "Proxy",
      "Reactor", "Systemd", "TLS",
    ]),
]

for (index, module) in modules.enumerated() {
  let below = Set(modules[..<index].map(\.name)).union(["CLinux", "COpenSSL", "CSystemd"])
  let late = module.uses.filter { !below.contains($0) }
  precondition(
    late.isEmpty, "\(module.name) stands below \(late) in the list and may not depend on them")
}

/// What is fuzzed, and the tests that replay what fuzzing has found. The fuzzer itself can only be
/// linked under `--sanitize=fuzzer`: Scripts/fuzz.sh asks for it.
let fuzzed: [Target.Dependency] = [
  "Balancing", "ConfigSyntax", "Configuration", "Kernel", "LogReading", "LogRecords", "LogSinks",
  "Memory", "PostgresWire", "Proxy", "ProxyProtocol", "RELP",
]
let fuzzing: [Target] =
  [
    .target(
      name: "FuzzTargets", dependencies: fuzzed, path: "Fuzz/Targets", swiftSettings: strict),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/FuzzTests",
      swiftSettings: tests),
  ]
  + (Context.environment["WEIR_FUZZ"] == nil
    ? []
    : [
      .executableTarget(
        name: "weir-fuzz", dependencies: ["FuzzTargets", "Kernel"], path: "Fuzz/Program",
        swiftSettings: strict)
    ])

/// What Benchmarks/formats.py measures; it asks for it.
let benchmarks: [Target] =
  Context.environment["WEIR_BENCH"] == nil
  ? []
  : [
    .executableTarget(
      name: "weir-formats", dependencies: ["Kernel", "LogRecords", "Memory"],
      path: "Benchmarks/Formats", swiftSettings: strict)
  ]

let package = Package(
  name: "weir",
  products: [.executable(name: "weir", targets: ["weir"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "CLinux"),
    .systemLibrary(
      name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
  ]
    + modules.map {
      .target(
        name: $0.name, dependencies: $0.uses.map { .init(stringLiteral: $0) },
        swiftSettings: strict)
    }
    + [
      .executableTarget(
        name: "weir",
        dependencies: [
          "Kernel", "LogCommands", "LogReading", "LogRecords", "Runtime",
          .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: strict)
    ]
    + modules.map {
      .testTarget(
        name: "\($0.name)Tests",
        dependencies: ([$0.name] + $0.uses).map { .init(stringLiteral: $0) },
        path: "Tests/\($0.name)Tests", swiftSettings: tests)
    }
    + fuzzing
    + benchmarks
    + [
      .testTarget(name: "EndToEnd", path: "Tests/EndToEnd", swiftSettings: tests)
    ]
)
