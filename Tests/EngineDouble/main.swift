// An engine for tests: the protocol of docs/engines.md on its standard input and output, answered by this program's own networks.
//
//     EngineDouble [--dies FILE] [--waits FILE] [--hangs-at N] [--garbage-at N] [--holds IMAGES] [--memory FREE,EACH] [--calls FILE]
//                  [--refuses CALL] [--words TEXT] [--times N] [--knows-no-weights] [--shifts-shapes]
//
// --dies: at random calls, 20 times in all, two or three times before each image is whole; FILE counts over all processes.
// --waits: at its first evaluation, as long as there is the file; where it holds "die" by then the process ends.
// --memory: bytes that are said to be free, and to be taken by each image.
// --calls: a line for each call goes into the file, with the number of images that are evaluated.
// --refuses, --words, --times: this call, in these words, so many times.

import Foundation
import Models

struct Refusal: Error {
  let kind: String
  let message: String
}

/// What went wrong before, of all processes that share a file.
struct Deaths {
  let file: URL
  private(set) var all = 0
  private(set) var inARow = 0

  init(_ path: String) {
    file = URL(fileURLWithPath: path)
    let numbers = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: " ").compactMap { Int($0) }
    if numbers.count == 2 { (all, inARow) = (numbers[0], numbers[1]) }
  }

  private func write() { try? Data("\(all) \(inARow)".utf8).write(to: file, options: .atomic) }

  mutating func mayHappen(at call: String) {
    // Not left to chance alone: ten images are the least that twenty deaths are to be seen in.
    guard all < 20, inARow < 3, Int.random(in: 0..<5) == 0 || call == "decode" && inARow < 2 else { return }
    (all, inARow) = (all + 1, inARow + 1)
    write()
    FileHandle.standardError.write(Data("killed for the \(all). time\n".utf8))
    kill(getpid(), SIGKILL)
  }

  mutating func imageIsWhole() {
    inARow = 0
    write()
  }
}

final class Networks {
  private var text: CLIPTextEncoder?
  private var unets: [String: UNet] = [:]
  private var controlNets: [String: ControlNet] = [:]
  private var decoders: [String: Autoencoder] = [:]
  private var contexts: [String: (settings: Settings, tensors: Checkpoint)] = [:]
  private let holds: Int
  private let knowsWeights: Bool

  struct Settings: Decodable {
    struct Control: Decodable {
      let network: String
      let scale: Float
    }
    let guess: Bool
    let controls: [Control]
  }

  struct Plan: Decodable {
    struct File: Decodable {
      let path: String
    }
    let kind: String
    let files: [File]
  }

  struct Run: Decodable {
    let context: String
    let images: Int
    let timestep: Float
    let guided: Bool
    let controls: [Int]
  }

  init(holds: Int, knowsWeights: Bool) { (self.holds, self.knowsWeights) = (holds, knowsWeights) }

  func answer(_ call: [String: String], _ tensors: Checkpoint) throws -> (
    facts: [String: String], tensors: [(name: String, tensor: Tensor)]
  ) {
    switch call["call"] {
    case "hello":
      return (["protocol": "1", "engine": "double", "device": "cuda:0", "deviceName": "a double", "versions": #"{"double":"1"}"#], [])
    case "load":
      let plan = try JSONDecoder().decode(Plan.self, from: Data((call["plan"] ?? "").utf8)), name = call["network"] ?? ""
      guard knowsWeights else { throw Refusal(kind: "weights", message: "no file with that SHA-256 is here") }
      let folder = URL(fileURLWithPath: plan.files[0].path).deletingLastPathComponent()
      switch plan.kind {
      case "text_encoder": text = try CLIPTextEncoder(folder: folder)
      case "unet": unets[name] = try UNet(folder: folder)
      case "vae": decoders[name] = try Autoencoder(folder: folder)
      default: controlNets[name] = try ControlNet(folder: folder)
      }
      return (["dtype": call["dtype"] ?? ""], [])
    case "unload": return ([:], [])
    case "encode":
      let ids = try tensors.tensor("ids"), width = ids.shape[1]
      let rows = stride(from: 0, to: ids.count, by: width).map { ids.values[$0..<$0 + width].map { Int($0) } }
      guard let text else { throw Refusal(kind: "call", message: "not loaded") }
      return ([:], [("states", try text(rows))])
    case "begin":
      contexts[call["context"] ?? ""] = (try JSONDecoder().decode(Settings.self, from: Data((call["settings"] ?? "").utf8)), tensors)
      return ([:], [])
    case "end":
      contexts[call["context"] ?? ""] = nil
      return ([:], [])
    case "predict":
      let runs = try JSONDecoder().decode([Run].self, from: Data((call["runs"] ?? "").utf8))
      guard runs.count <= holds else { throw Refusal(kind: "memory", message: "\(runs.count) images are too many") }
      let latents = try tensors.tensor("latents").nhwc()
      var row = 0, out: [Tensor] = []
      for run in runs {
        out.append(try predict(run, latents.slice(row..<row + run.images), call["network"] ?? ""))
        row += run.images
      }
      return ([:], [("out", Tensor.stacked(out).nchw())])
    case "decode":
      guard let decoder = decoders[call["network"] ?? ""] else { throw Refusal(kind: "call", message: "not loaded") }
      return ([:], [("image", try decoder.decode(tensors.tensor("latents").nhwc()).nchw())])
    default: throw Refusal(kind: "call", message: "there is no such call")
    }
  }

  private func predict(_ run: Run, _ latents: Tensor, _ name: String) throws -> Tensor {
    guard let unet = unets[name], let context = contexts[run.context] else { throw Refusal(kind: "call", message: "not begun") }
    let all = try context.tensors.tensor("texts"), count = all.shape[0]
    func texts(_ guided: Bool) -> Tensor {
      .stacked(
        (guided ? 0..<count : count - 1..<count).flatMap { place in Array(repeating: all.slice(place..<place + 1), count: run.images) })
    }
    let sample = run.guided ? Tensor.stacked([latents, latents]) : latents
    var sum: ControlResiduals?
    for place in run.controls {
      let control = context.settings.controls[place]
      guard let network = controlNets[control.network] else { throw Refusal(kind: "call", message: "not loaded") }
      let isBoth = run.guided && !context.settings.guess
      let own = try network(
        isBoth ? sample : latents, timesteps: [run.timestep], context: texts(isBoth),
        hint: network.embed(context.tensors.tensor("control.\(place)").nhwc()),
        scale: control.scale, guessMode: context.settings.guess)
      func whole(_ x: Tensor) -> Tensor { run.guided && !isBoth ? .stacked([Tensor(zeros: x.shape), x]) : x }
      let wholeOwn = ControlResiduals(down: own.down.map(whole), mid: whole(own.mid))
      sum =
        sum.map { ControlResiduals(down: zip($0.down, wholeOwn.down).map { Kernels.add($0, $1) }, mid: Kernels.add($0.mid, wholeOwn.mid)) }
        ?? wholeOwn
    }
    return try unet(sample, timesteps: [run.timestep], context: texts(run.guided), residuals: sum)
  }
}

/// What the argument behind a name is.
func argument(_ name: String) -> String? {
  CommandLine.arguments.firstIndex(of: name).flatMap { $0 + 1 < CommandLine.arguments.count ? CommandLine.arguments[$0 + 1] : nil }
}

func note(_ text: String, in file: String) {
  guard let handle = fopen(file, "a") else { return }
  fputs(text, handle)
  fclose(handle)
}

func waitFor(_ file: String) {
  while let text = try? String(contentsOfFile: file, encoding: .utf8) {
    if text == "die" {
      unlink(file)
      FileHandle.standardError.write(Data("first line\n\nCUDA error: a made-up one\nask nobody\n".utf8))
      exit(7)
    }
    usleep(5000)
  }
}

func readExactly(_ count: Int) -> [UInt8]? {
  var bytes: [UInt8] = []
  while bytes.count < count {
    guard let piece = try? FileHandle.standardInput.read(upToCount: count - bytes.count), !piece.isEmpty else { return nil }
    bytes += piece
  }
  return bytes
}

func send(_ bytes: [UInt8], length: UInt64? = nil) {
  let head = withUnsafeBytes(of: (length ?? UInt64(bytes.count)).littleEndian, Array.init)
  FileHandle.standardOutput.write(Data(head + bytes))
}

let engine = Networks(holds: Int(argument("--holds") ?? "") ?? 64, knowsWeights: !CommandLine.arguments.contains("--knows-no-weights"))
var deaths = argument("--dies").map(Deaths.init)
let memory = argument("--memory").map { $0.split(separator: ",").compactMap { Int($0) } }
let hangsAt = argument("--hangs-at").flatMap { Int($0) }, garbageAt = argument("--garbage-at").flatMap { Int($0) }
var calls = 0
while let head = readExactly(8),
  let document = readExactly(Int(head.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }))
{
  let message = try Checkpoint(document: document, name: "a call")
  guard message.metadata["call"] != "cancel" else { continue }
  calls += 1
  // One that never says what it is is given up at once.
  if let call = message.metadata["call"], call != "hello" { deaths?.mayHappen(at: call) }
  if calls == hangsAt { while true { sleep(1000) } }
  if calls == garbageAt {
    send(Array("this is no safetensors document".utf8), length: .max)
    continue
  }
  var facts = ["id": message.metadata["id"] ?? ""], tensors: [(name: String, tensor: Tensor)] = []
  let name = message.metadata["call"] ?? "", runs = message.metadata["runs"].map { $0.split(separator: "{").count - 1 }
  if let file = argument("--calls") { note("\(name)\(runs.map { " \($0)" } ?? "")\n", in: file) }
  if let file = argument("--waits"), name == "predict" { waitFor(file) }
  if let memory, memory.count == 2 {
    (facts["memoryFree"], facts["memoryTotal"]) = ("\(memory[0])", "\(memory[0] + 1_000_000_000)")
    if let runs { facts["memoryPeak"] = "\(memory[1] * runs)" }
  }
  do {
    if argument("--refuses") == name {
      throw Refusal(kind: "failed", message: String(repeating: argument("--words") ?? "", count: Int(argument("--times") ?? "") ?? 1))
    }
    let answer = try engine.answer(message.metadata, message)
    facts.merge(answer.facts) { $1 }
    tensors = answer.tensors
  } catch let refusal as Refusal {
    (facts["error"], facts["message"]) = (refusal.kind, refusal.message)
  } catch {
    (facts["error"], facts["message"]) = ("failed", "\(error)")
  }
  if CommandLine.arguments.contains("--shifts-shapes") {
    tensors = tensors.map { name, tensor in
      (name: name, tensor: Tensor(tensor.values, shape: Array(tensor.shape[1...]) + [tensor.shape[0]]))
    }
  }
  send(try Safetensors.document(tensors, metadata: facts))
  if message.metadata["call"] == "decode", facts["error"] == nil { deaths?.imageIsWhole() }
}
