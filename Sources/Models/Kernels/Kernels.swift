/// The arithmetic of the layers. Each kernel here has a plain twin of the same signature in `PlainKernels`, which the tests
/// hold it to.
public enum Kernels {}
