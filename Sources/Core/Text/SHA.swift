import CCrypto
import Foundation

/// A secure hash of bytes that come piece by piece (FIPS 180-4), computed by OpenSSL's libcrypto.
public final class SHA {
  public enum Algorithm {
    case sha256
    /// Git's, and only for what git hashed.
    case sha1
  }

  private let context = EVP_MD_CTX_new()
  private let size: Int

  public init(_ algorithm: Algorithm = .sha256) {
    size = algorithm == .sha256 ? 32 : 20
    EVP_DigestInit_ex(context, algorithm == .sha256 ? EVP_sha256() : EVP_sha1(), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(bufferPointer bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  public func update(data: Data) { data.withUnsafeBytes { update(bufferPointer: $0) } }

  /// SHA-256 of bytes that are there at once.
  public static func hash(data: Data) -> [UInt8] {
    let hasher = SHA()
    hasher.update(data: data)
    return hasher.finalize()
  }

  /// The 32 or 20 bytes; nothing may be added afterwards.
  public func finalize() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: size)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest
  }
}
