import Foundation

// fuzz [INPUTS] [SEED] [TARGET]: that many damaged inputs in all, or of one target; exit status 1 when one of them was fatal, slow or
// took too much memory. fuzz --worker TARGET SEED FIRST END NOTE is one of its processes.

let arguments = Array(CommandLine.arguments.dropFirst())
let targets = try FuzzTarget.all()
if arguments.count == 6, arguments[0] == "--worker", let target = targets.first(where: { $0.name == arguments[1] }),
  let seed = UInt64(arguments[2]), let first = Int(arguments[3]), let end = Int(arguments[4])
{
  try FuzzWorker(target: target, seed: seed).run(first..<end, note: URL(fileURLWithPath: arguments[5]))
} else {
  let inputs = arguments.first.flatMap(Int.init) ?? 1_000_000, seed = arguments.dropFirst().first.flatMap(UInt64.init) ?? 1
  let chosen = arguments.count > 2 ? targets.filter { $0.name == arguments[2] } : targets
  let findings = try FuzzRun(targets: chosen, inputs: inputs, seed: seed).run()
  exit(findings == 0 ? 0 : 1)
}
