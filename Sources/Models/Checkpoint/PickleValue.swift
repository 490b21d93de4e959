/// What a pickle builds, as far as weights are concerned. Containers are numbers into the reader's table, so that a hostile
/// file can neither nest them deeper than the stack allows nor tie them into a circle that is never freed.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case text(String)
  /// A tuple, list, set or dictionary, by its number.
  case container(Int)
  case global(PickleGlobal)
  case storage(TorchStorage)
  case tensor(TorchTensor)
  /// A number, a byte string or an object that no weight is made of.
  case inert
}

/// A tuple, list or set with its items, or a dictionary with keys and values in turn.
struct PickleContainer {
  var isDictionary = false
  var items: [PickleValue] = []
}

/// Numbers that tensors are views of.
struct TorchStorage: Equatable {
  /// Name of the zip member, or key in an older file.
  var key: String
  var dtype: ElementType
  var count: Int
}

/// A view of a storage, in elements.
struct TorchTensor: Equatable {
  var storage: TorchStorage
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}

/// The only names a checkpoint may speak of. None of them is looked up or run: each has a fixed meaning here.
enum PickleGlobal: Equatable {
  case rebuildTensor
  case rebuildParameter
  case dictionary
  case storage(ElementType)
  /// Classes that training frameworks leave beside the weights; what is made of them is dropped.
  case inert

  init?(module: String, name: String) {
    let path = "\(module).\(name)"
    if let known = Self.table[path] {
      self = known
    } else {
      return nil
    }
  }

  private static let table: [String: PickleGlobal] = {
    var table: [String: PickleGlobal] = [
      "torch._utils._rebuild_tensor": .rebuildTensor,
      "torch._utils._rebuild_tensor_v2": .rebuildTensor,
      "torch._utils._rebuild_parameter": .rebuildParameter,
      "collections.OrderedDict": .dictionary,
      "collections.defaultdict": .dictionary,
    ]
    let storages: [(String, ElementType)] = [
      ("Float", .f32), ("Half", .f16), ("BFloat16", .bf16), ("Double", .f64), ("Long", .i64), ("Int", .i32), ("Short", .i16),
      ("Char", .i8), ("Byte", .u8), ("Bool", .bool),
    ]
    for (name, dtype) in storages { table["torch.\(name)Storage"] = .storage(dtype) }
    let inert = [
      "torch.Size", "torch.device", "torch.float32", "torch.float16", "torch.bfloat16", "torch.float64", "torch.int64",
      "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
      "numpy._core.multiarray.scalar", "numpy._core.multiarray._reconstruct", "_codecs.encode", "builtins.set", "__builtin__.set",
      "builtins.list", "__builtin__.list", "builtins.dict", "__builtin__.dict", "builtins.int", "__builtin__.int",
      "argparse.Namespace", "pathlib.PosixPath", "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
      "pytorch_lightning.callbacks.ModelCheckpoint",
    ]
    for name in inert { table[name] = .inert }
    return table
  }()
}
