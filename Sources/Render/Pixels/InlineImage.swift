import Foundation

/// iTerm2's inline images (https://iterm2.com/documentation-images.html), which WezTerm, Konsole, mintty and others show too.
public enum InlineImage {
  /// The image as a PNG file, stretched over `columns` x `rows` cells from the cursor on. Throws `RenderError.encodingFailed`.
  public static func encode(_ image: Image, columns: Int, rows: Int) throws -> [UInt8] {
    let file = try PNG.encode(image, level: 1)
    let keys = "inline=1;size=\(file.count);width=\(columns);height=\(rows);preserveAspectRatio=0"
    return Array("\u{1B}]1337;File=\(keys):".utf8) + Data(file).base64EncodedData() + [0x07]
  }
}
