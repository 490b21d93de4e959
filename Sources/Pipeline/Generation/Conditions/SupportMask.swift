import Data
import Render

/// Checks that a picture and its class mask can make a support.
public enum SupportMask {
  /// 1 where the class is, 0 elsewhere, 255 where the mask says to ignore, from a mask of class indices.
  ///
  /// Throws `DataError.sizeMismatch`, `.emptyMask`, or `.classAbsent` naming the classes that are there. 0 and 255 are
  /// background and "ignore": never a class.
  public static func check(image: Image, mask: LabelMask, classIndex: Int, imageName: String, maskName: String) throws -> LabelMask {
    guard image.width == mask.width, image.height == mask.height else {
      throw DataError.sizeMismatch(
        image: imageName, imageSize: "\(image.width)x\(image.height)", mask: maskName, maskSize: "\(mask.width)x\(mask.height)")
    }
    let counts = mask.histogram
    let present = (1..<255).filter { counts[$0] > 0 }
    guard !present.isEmpty else { throw DataError.emptyMask(name: maskName) }
    guard present.contains(classIndex) else {
      throw DataError.classAbsent(index: classIndex, name: maskName, present: present)
    }
    return mask.binary(of: classIndex, keepIgnore: true)
  }
}
