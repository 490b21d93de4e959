import Render

extension DemoScene {
  /// What a perfect painter would make of a support: the objects of class `label` in scene `index` of the set `seed` where they are, in
  /// other colours, textures and light before another background, without the scene's other objects.
  ///
  /// Drawing `number`, 0..., decides the look. The scene's mask of the class holds for it.
  public static func redraw(seed: UInt64, index: Int, label: UInt8, number: Int) -> Image {
    let scene = compose(seed: seed, index: index)
    var r = DemoRandom(seed: seed &+ firstLook &+ UInt64(number), index: UInt64(index * 32) + UInt64(label))
    var canvas = DemoCanvas()
    let light = furnish(&canvas, &r)
    let empty = canvas.colors
    for object in scene.objects where object.label == label {
      let surface = DemoSurface(&r, size: object.extent, camouflage: nil)
      canvas.draw(object.figure, object.layer, coverage: object.coverage, surface: surface, light: light, label: label)
    }
    // What something in front hid in the scene is not of the mask.
    for pixel in empty.indices where canvas.labels[pixel] == label && scene.mask.labels[pixel] != label {
      canvas.colors[pixel] = empty[pixel]
    }
    return DemoCamera(&r).photograph(canvas, &r)
  }

  /// Looks are drawn with seeds from here on, apart from the small ones that sets of scenes have.
  private static let firstLook: UInt64 = 777
}
