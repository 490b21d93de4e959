import Foundation
import Glibc
import Models
func wall() -> Double { var t = timespec(); clock_gettime(CLOCK_MONOTONIC, &t); return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9 }
func cpu() -> Double { var t = timespec(); clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9 }
func measure(_ name: String, _ n: Int, flop: Double = 0, _ body: () throws -> Void) rethrows {
  try body()
  var best = 1e9, bestCPU = 1e9
  for _ in 0..<n { let (w, c) = (wall(), cpu()); try body(); best = min(best, wall() - w); bestCPU = min(bestCPU, cpu() - c) }
  print(name.padding(toLength: 34, withPad: " ", startingAt: 0), String(format: "wall %9.3f ms  cpu %9.3f ms  %6.1f GFLOP/s", best * 1e3, bestCPU * 1e3, flop / best * 1e-9))
}
func random(_ shape: [Int]) -> Tensor { var s: UInt32 = 1; return Tensor((0..<shape.reduce(1, *)).map { _ in s = s &* 1664525 &+ 1013904223; return Float(s >> 8) / Float(1 << 24) - 0.5 }, shape: shape) }
let args = CommandLine.arguments
if let t = args.firstIndex(of: "--threads") { Compute.threads = Int(args[t + 1]) ?? 2 }
let base = args.count > 2 && args[2].hasPrefix("/") ? args[2] : "/tmp/core/model"
let cn = args.count > 3 && args[3].hasPrefix("/") ? args[3] : "/tmp/core/cn"
switch args[1] {
case "kernels":
  for (n, s, i, o) in [(2, 16, 64, 64), (2, 8, 128, 128), (2, 4, 192, 192), (2, 16, 128, 64), (1, 128, 32, 32), (1, 64, 96, 64), (2, 64, 320, 320), (2, 32, 640, 640)] {
    let x = random([n, s, s, i]), w = PackedMatrix(Parameter(random([o, i, 3, 3])), columns: o, depth: i, taps: 9)
    measure("conv3 \(n)x\(s)x\(s) \(i)->\(o)", s > 30 ? 20 : 200, flop: 18 * Double(n * s * s * i * o)) { _ = Kernels.conv2d(x, w, Window(height: 3, width: 3, padding: 1)) }
  }
  for (m, i, o) in [(512, 64, 512), (128, 128, 1024), (154, 128, 128), (512, 256, 64), (8192, 320, 2560), (2048, 640, 640)] {
    let x = random([m, i]), w = PackedMatrix(Parameter(random([o, i])), columns: o, depth: i)
    measure("linear \(m) \(i)->\(o)", 200, flop: 2 * Double(m * i * o)) { _ = Kernels.linear(x, w) }
  }
  for (n, tq, tk, h, d) in [(2, 256, 256, 4, 16), (2, 64, 64, 4, 32), (2, 256, 77, 4, 16), (2, 4096, 4096, 8, 40), (2, 1024, 1024, 8, 80), (1, 4096, 4096, 1, 512)] {
    let q = random([n, tq, h * d]), k = random([n, tk, h * d])
    measure("attention \(n)x\(tq)x\(tk) \(h)*\(d)", tq > 500 ? 5 : 200, flop: 4 * Double(n * tq * tk * h * d)) { _ = Kernels.attention(q, k, k, heads: h) }
  }
  for s in [[2, 256, 64], [2, 64, 128], [1, 16384, 32], [2, 4096, 320]] {
    let x = random(s), w = random([s[2]])
    measure("groupNorm silu \(s)", 200) { _ = Kernels.groupNorm(x, groups: 16, weight: w, bias: w, eps: 1e-5, activation: .silu) }
    measure("layerNorm \(s)", 200) { _ = Kernels.layerNorm(x, weight: w, bias: w, eps: 1e-5) }
    measure("geglu \(s)", 200) { _ = Kernels.geglu(x) }
    measure("add \(s)", 200) { _ = Kernels.add(x, x) }
  }
case "run":
  let w0 = wall()
  let model = try StableDiffusion.load(model: URL(fileURLWithPath: base), controlNets: [URL(fileURLWithPath: cn)])
  print("load", wall() - w0)
  let c = model.unet.config.inputChannels, d = model.unet.config.contextSize
  let x = random([2, 16, 16, c]), ctx = random([2, 77, d])
  let hint = try model.controlNets[0].embed(random([1, 128, 128, 3]))
  try measure("unet x2", 10) { _ = try model.unet(x, timesteps: [500, 500], context: ctx) }
  try measure("controlnet x2", 10) { _ = try model.controlNets[0](x, timesteps: [500, 500], context: ctx, hint: hint) }
  try measure("hint", 10) { _ = try model.controlNets[0].embed(random([1, 128, 128, 3])) }
  try measure("vae decode", 10) { _ = try model.autoencoder.decode(x.slice(0..<1)) }
  try measure("text x2", 10) { _ = try model.textEncoder([Array(repeating: 5, count: 77), Array(repeating: 6, count: 77)]) }
  try measure("generate 20", 3) { _ = try model.generate(DiffusionRun(prompt: "a bicycle", steps: 20, guidanceScale: 7.5, width: 128, height: 128, controls: [ControlInput(image: Tensor(zeros: [1, 128, 128, 3]))])) }
case "loop":
  let model = try StableDiffusion.load(model: URL(fileURLWithPath: base), controlNets: [URL(fileURLWithPath: cn)])
  for _ in 0..<8 { _ = try model.generate(DiffusionRun(prompt: "a bicycle", steps: 20, guidanceScale: 7.5, width: 128, height: 128, controls: [ControlInput(image: Tensor(zeros: [1, 128, 128, 3]))])) }
default: break
}
