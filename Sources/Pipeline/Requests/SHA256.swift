import CCrypto
import Foundation

/// SHA-256 of bytes that come piece by piece (FIPS 180-4), computed by OpenSSL's libcrypto.
final class SHA256 {
  private let context = EVP_MD_CTX_new()

  init() { EVP_DigestInit_ex(context, EVP_sha256(), nil) }

  deinit { EVP_MD_CTX_free(context) }

  func update(bufferPointer bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  func update(data: Data) { data.withUnsafeBytes { update(bufferPointer: $0) } }

  /// The 32 bytes; nothing may be added afterwards.
  func finalize() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest
  }

  /// Of bytes that are there at once.
  static func hash(data: Data) -> [UInt8] {
    let hasher = SHA256()
    hasher.update(data: data)
    return hasher.finalize()
  }
}
