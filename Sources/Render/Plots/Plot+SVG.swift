extension Plot {
  /// The image as an SVG document; the same text for the same plot.
  public var svg: String { SVG.document(PlotScene(self).shapes, width: Self.width, height: Self.height) }
}
