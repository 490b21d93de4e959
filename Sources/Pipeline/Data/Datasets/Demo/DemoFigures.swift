/// The twenty silhouettes, in the order of their class index; each call draws another individual.
enum DemoFigures {
  static let draw: [@Sendable (inout DemoRandom) -> Figure] = [
    airplane, mug, cat, tree, key,
    car, bottle, fish, mushroom, scissors,
    sailboat, umbrella, bird, flower, hammer,
    house, chair, butterfly, cactus, guitar,
  ]
}
