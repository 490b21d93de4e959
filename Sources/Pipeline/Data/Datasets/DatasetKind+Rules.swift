/// What other modules ask of a kind of data set.
extension DatasetKind {
  /// Whether a data set of this name is the demo, whose weights come with the program.
  public static func isDemo(_ name: String) -> Bool { name == demo.rawValue }

  /// The demo is drawn by the program and has no folder.
  public var isDemo: Bool { self == .demo }

  /// Whether its images are as somebody published them, so that published loaders decide how they are read.
  public var isPublished: Bool { [.pascal, .coco, .fss].contains(self) }

  /// Whether its classes are divided into folds by a rule that can be chosen.
  public var takesFoldRule: Bool { self == .coco }

  /// The largest class index that its masks or its published list can hold; the first is 1.
  public var largestClassIndex: Int { self == .fss ? 1000 : 254 }

  /// Whether HSNet's loader of a data set of this name makes the masks' 255 background: those of COCO-20i and FSS-1000 do.
  public static func hidesIgnored(inHSNets name: String) -> Bool { [coco.rawValue, fss.rawValue].contains(name) }
}
