import COpenBLAS

extension Compute {
  /// Version and build options of the BLAS in use, as OpenBLAS tells them.
  public static var library: String { String(cString: openblas_get_config()) }
}
