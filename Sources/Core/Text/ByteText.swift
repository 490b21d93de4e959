import Foundation

/// Amounts of bytes in words.
public enum ByteText {
  /// In powers of 1000 and three digits, as disks and servers count: `812 bytes`, `29.4 MB`, `4.27 GB`.
  public static func decimal(_ bytes: Int) -> String {
    var value = Double(bytes), unit = "bytes"
    for next in ["kB", "MB", "GB", "TB", "PB"] where abs(value) >= 999.5 { (value, unit) = (value / 1000, next) }
    if unit == "bytes" { return "\(bytes) bytes" }
    return String(format: "%.*f %@", abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0, value, unit)
  }
}
