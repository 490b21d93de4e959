import ArgumentParser

@main
struct Diffss: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diffss",
    abstract: "Diffusion-generated support images for few-shot segmentation, in a terminal.")
}
