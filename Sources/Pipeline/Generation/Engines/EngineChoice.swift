import Core
import Foundation
import Models

/// An engine that the user names: PyTorch through the file that comes with the program, or any command that speaks the protocol (`docs/engines.md`).
public enum EngineChoice: Hashable, Sendable, CustomStringConvertible {
  case torch(TorchEngine)
  /// Run by the shell.
  case command(String)

  /// What there may be, in words.
  public static let allowed =
    "cpu, torch, torch:python=PATH,device=cuda:1,dtype=float16,models=DIR,threads=N,batch=auto|N, or a command that speaks the protocol"

  /// From its text: `torch` with or without settings behind a colon, else a command. Throws `GenerationError.engineSetting`.
  public init(_ text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.first == "torch" else {
      guard !text.allSatisfy(\.isWhitespace) else { throw GenerationError.engineSetting(text: text, reason: "it is empty") }
      self = .command(text)
      return
    }
    self = .torch(try TorchEngine(parts.count > 1 ? parts[1] : ""))
  }

  public var description: String {
    switch self {
    case .torch(let engine): engine.description
    case .command(let command): command
    }
  }

  /// Images at a time that the user asks for; nil for what its memory holds.
  var batch: Int? { if case .torch(let engine) = self { engine.batch } else { nil } }

  /// Looks at what can be seen before it is started. Throws `GenerationError.engineSetting`.
  public func check() throws {
    guard case .torch(let engine) = self else { return }
    for folder in engine.models where !URL(fileURLWithPath: folder).isFolder {
      throw GenerationError.engineSetting(text: description, reason: "there is no folder \(folder)")
    }
  }

  /// What is started: a program and its arguments. Throws `CoreError.unreadableFile` where the engine's file is not there.
  func arguments() throws -> [String] {
    switch self {
    case .command(let command): ["/bin/sh", "-c", command]
    case .torch(let engine): try engine.arguments()
    }
  }
}

/// The settings of the engine that comes with the program.
public struct TorchEngine: Hashable, Sendable, CustomStringConvertible {
  /// The Python that has PyTorch.
  public var python = "python3"
  /// As PyTorch names it; nil for the best there is.
  public var device: String?
  /// Of the networks' numbers; nil for the request's precision.
  public var dtype: String?
  /// Folders with weights, searched where those of this machine are not there.
  public var models: [String] = []
  public var threads: Int?
  /// Images at a time; nil for what its memory holds.
  public var batch: Int?

  static let dtypes = ["float32", "float16", "bfloat16"]
  /// Its settings, each with a value that it may have.
  private static let examples = [
    ("python", "~/venv/bin/python"), ("device", "cuda:1"), ("dtype", "float16"), ("models", "/data/models"), ("threads", "4"),
    ("batch", "auto"),
  ]

  /// From `key=value,...`. Throws `GenerationError.engineSetting`.
  init(_ settings: String) throws {
    for setting in settings.split(separator: ",") {
      let pair = setting.split(separator: "=", maxSplits: 1).map(String.init)
      func refuse(_ reason: String) -> GenerationError { .engineSetting(text: "torch:\(settings)", reason: reason) }
      guard let name = pair.first, let example = Self.examples.first(where: { $0.0 == name })?.1 else {
        guard pair.count == 2 else { throw refuse("\(setting) is no KEY=VALUE, as device=cuda:1 is") }
        throw refuse("it has no setting \(pair[0]); there are \(Self.examples.map(\.0).joined(separator: ", "))")
      }
      guard pair.count == 2, !pair[1].isEmpty else { throw refuse("\(name) has no value, as in \(name)=\(example)") }
      let value = pair[1]
      switch name {
      case "python": python = (value as NSString).expandingTildeInPath
      case "device": device = value
      case "dtype":
        guard Self.dtypes.contains(value) else { throw refuse("dtype is one of \(Self.dtypes.joined(separator: ", "))") }
        dtype = value
      case "models": models.append((value as NSString).expandingTildeInPath)
      case "threads":
        guard let count = Int(value), (1...1024).contains(count) else { throw refuse("threads is 1...1024") }
        threads = count
      case "batch":
        guard let count = Int(value).flatMap({ (1...64).contains($0) ? $0 : nil }) ?? (value == "auto" ? 0 : nil) else {
          throw refuse("batch is auto or 1...64")
        }
        batch = count == 0 ? nil : count
      default: break
      }
    }
  }

  public var description: String {
    var settings = python == "python3" ? [] : ["python=\(python)"]
    settings += [("device", device), ("dtype", dtype)].compactMap { name, value in value.map { "\(name)=\($0)" } }
    settings += models.map { "models=\($0)" } + (threads.map { ["threads=\($0)"] } ?? []) + (batch.map { ["batch=\($0)"] } ?? [])
    return settings.isEmpty ? "torch" : "torch:\(settings.joined(separator: ","))"
  }

  func arguments() throws -> [String] {
    let name = "engines/torch_engine.py"
    guard let file = AssetFolder.url(name) else {
      throw CoreError.unreadableFile(path: "Assets/\(name)", reason: "it is not beside the program")
    }
    var arguments = ["/usr/bin/env", python, file.path]
    if let dtype { arguments += ["--dtype", dtype] }
    if let device { arguments += ["--device", device] }
    for folder in models { arguments += ["--models", folder] }
    if let threads { arguments += ["--threads", "\(threads)"] }
    return arguments
  }
}
