// swift-tools-version: 6.1
import PackageDescription

let swiftSettings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
  name: "diffss",
  products: [
    .executable(name: "diffss", targets: ["diffss"]),
    // Preloaded by one test into the program.
    .library(name: "ClockShift", type: .dynamic, targets: ["ClockShift"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
  ],
  targets: [
    .systemLibrary(name: "CNcurses", path: "Sources/System/CNcurses"),
    .systemLibrary(name: "CPNG", path: "Sources/System/CPNG"),
    .systemLibrary(name: "CTurboJPEG", path: "Sources/System/CTurboJPEG"),
    .systemLibrary(name: "COpenBLAS", path: "Sources/System/COpenBLAS"),
    .systemLibrary(name: "CCrypto", path: "Sources/System/CCrypto"),
    .systemLibrary(name: "CMalloc", path: "Sources/System/CMalloc"),
    .target(name: "MicroKernels"),
    .target(
      name: "Core", dependencies: ["CCrypto", "MicroKernels", .product(name: "Logging", package: "swift-log")],
      swiftSettings: swiftSettings),
    .target(name: "Models", dependencies: ["Core", "COpenBLAS", "MicroKernels"], swiftSettings: swiftSettings),
    .target(name: "Render", dependencies: ["Core", "MicroKernels", "CPNG", "CTurboJPEG"], swiftSettings: swiftSettings),
    .target(name: "Data", dependencies: ["Core", "Models", "Render"], path: "Sources/Pipeline/Data", swiftSettings: swiftSettings),
    .target(
      name: "Generation", dependencies: ["Core", "Models", "Render", "Data", .product(name: "GRDB", package: "GRDB.swift")],
      path: "Sources/Pipeline/Generation", swiftSettings: swiftSettings),
    .target(
      name: "Evaluation", dependencies: ["Core", "Models", "Render", "Data", "Generation", .product(name: "GRDB", package: "GRDB.swift")],
      path: "Sources/Pipeline/Evaluation", swiftSettings: swiftSettings),
    .target(
      name: "Cluster", dependencies: ["Core", "Models", "Render", "Data", "Generation", "Evaluation"], path: "Sources/Pipeline/Cluster",
      swiftSettings: swiftSettings),
    .target(
      name: "Pipeline",
      dependencies: ["Core", "Models", "Render", "Data", "Generation", "Evaluation", .product(name: "Logging", package: "swift-log")],
      path: "Sources/Pipeline/Workbench", swiftSettings: swiftSettings),
    .target(
      name: "TUI", dependencies: ["Core", "Models", "Render", "Data", "Generation", "Evaluation", "Cluster", "Pipeline", "CNcurses"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "diffss",
      dependencies: [
        "Core", "Models", "Render", "Data", "Generation", "Evaluation", "Cluster", "Pipeline", "TUI", "CMalloc",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swiftSettings),
    .target(name: "ClockShift", path: "Tests/ClockShift"),
    .executableTarget(
      name: "ConditionBench", dependencies: ["Data", "Generation", "Render"], path: "Benchmarks/Conditions", swiftSettings: swiftSettings),
    .executableTarget(name: "SizeBench", dependencies: ["Generation", "Render"], path: "Benchmarks/Sizes", swiftSettings: swiftSettings),
    .executableTarget(name: "CellBench", dependencies: ["Render", "TestSupport"], path: "Benchmarks/Cells", swiftSettings: swiftSettings),
    .target(name: "TestSupport", dependencies: ["Models", "Render"], path: "Tests/Support", swiftSettings: swiftSettings),
    .executableTarget(
      name: "Fuzz", dependencies: ["Core", "Models", "Render", "Data", "Generation", "Evaluation", "Pipeline", "TestSupport"],
      path: "Tests/Fuzz", swiftSettings: swiftSettings),
    .executableTarget(name: "EngineDouble", dependencies: ["Models"], path: "Tests/EngineDouble", swiftSettings: swiftSettings),
    .testTarget(
      name: "ModelsTests", dependencies: ["Core", "Models", "TestSupport"], path: "Tests/Models",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "RenderTests", dependencies: ["Core", "Render", "TestSupport"], path: "Tests/Render",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "PipelineTests",
      dependencies: ["Core", "Data", "Generation", "Evaluation", "Cluster", "Pipeline", "EngineDouble", "TestSupport"],
      path: "Tests/Pipeline",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "TUITests", dependencies: ["Core", "Data", "Generation", "Evaluation", "Pipeline", "TUI", "TestSupport"], path: "Tests/TUI",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "EndToEndTests", dependencies: ["Core", "Models", "Render", "TestSupport"], path: "Tests/EndToEnd",
      exclude: ["Cluster/slurm-node"], swiftSettings: swiftSettings),
  ]
)
