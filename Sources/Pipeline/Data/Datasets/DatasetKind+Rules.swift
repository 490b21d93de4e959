extension DatasetKind {
  /// Whether a data set of this name is the demo, whose weights come with the program.
  public static func isDemo(_ name: String) -> Bool { name == demo.rawValue }

  /// Whether HSNet's loader of a data set makes the masks' 255 background: those of COCO-20i and FSS-1000 do.
  public static func hidesIgnored(inHSNets name: String) -> Bool { [coco.rawValue, fss.rawValue].contains(name) }
}
