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
  /// A number, a byte string or an object that no weight is made of, with the name of its class in Python where that is known.
  case inert(String?)
  /// A name that stands for nothing here, by its number in the reader's list, or whatever a pickle makes of it.
  case foreign(Int)
}

extension PickleValue {
  /// The name of its class in Python, for whatever is no tensor and not foreign; nil where nothing is known of it.
  var className: String? {
    switch self {
    case .none: "builtins.NoneType"
    case .bool: "builtins.bool"
    case .integer: "builtins.int"
    case .text: "builtins.str"
    case .storage: "torch.storage"
    case .global: "builtins.type"
    case .inert(let name): name
    case .container, .tensor, .foreign: nil
    }
  }
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
  /// Nil where the tensors say it; `count` is then of bytes.
  var dtype: ElementType?
  var count: Int

  /// Bytes of all its numbers together; nil where that is beyond 64 bits.
  var size: Int? {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype?.size ?? 1)
    return overflow ? nil : bytes
  }
}

/// A storage of a number format that is not read.
struct ForeignStorage: Equatable {
  /// Its class in Python.
  var name: String
  var count: Int
  /// Bytes of all its numbers together; nil where one's are not known.
  var size: Int?

  init(name: String, count: Int) {
    self.name = name
    self.count = count
    size = Self.elementSizes[name].flatMap { element in
      let (bytes, overflow) = count.multipliedReportingOverflow(by: element)
      return overflow ? nil : bytes
    }
  }

  /// PyTorch's `torch._utils._element_size` of what its typed storages hold beside the formats that are read.
  private static let elementSizes = [
    "torch.QInt8Storage": 1, "torch.QUInt8Storage": 1, "torch.QInt32Storage": 4, "torch.QUInt4x2Storage": 1, "torch.QUInt2x4Storage": 1,
    "torch.ComplexFloatStorage": 8, "torch.ComplexDoubleStorage": 16,
  ]
}

/// A view of a storage, in elements.
struct TorchTensor: Equatable {
  var storage: TorchStorage
  var dtype: ElementType
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}

/// The names that have a meaning here. None of them is looked up or run, and no other one either: what is made of another is inert.
enum PickleGlobal: Equatable {
  case rebuildTensor
  /// The same with the number format apart from the storage, for the formats that came after PyTorch's typed storages.
  case rebuildFormattedTensor
  /// Another of these, with the class that the tensor was of.
  case rebuildAsType
  case rebuildParameter
  case dictionary
  /// Nil for one whose tensors say their number format.
  case storage(ElementType?)
  case format(ElementType)
  /// A class of PyTorch, NumPy or Python that is beside weights in most files, by its name; what is made of it is dropped without a word
  /// unless it is in a weight's place.
  case inert(String)

  init?(module: String, name: String) {
    guard let known = Self.table["\(module).\(name)"] else { return nil }
    self = known
  }

  private static let table: [String: PickleGlobal] = {
    var table: [String: PickleGlobal] = [
      "torch._utils._rebuild_tensor": .rebuildTensor,
      "torch._utils._rebuild_tensor_v2": .rebuildTensor,
      "torch._utils._rebuild_tensor_v3": .rebuildFormattedTensor,
      "torch._tensor._rebuild_from_type_v2": .rebuildAsType,
      "torch._utils._rebuild_parameter": .rebuildParameter,
      "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
      "torch.storage.UntypedStorage": .storage(nil),
      "torch.UntypedStorage": .storage(nil),
      "collections.OrderedDict": .dictionary,
      "collections.defaultdict": .dictionary,
    ]
    let storages: [(String, ElementType)] = [
      ("Float", .f32), ("Half", .f16), ("BFloat16", .bf16), ("Double", .f64), ("Long", .i64), ("Int", .i32), ("Short", .i16),
      ("Char", .i8), ("Byte", .u8), ("Bool", .bool),
    ]
    for (name, dtype) in storages { table["torch.\(name)Storage"] = .storage(dtype) }
    let formats: [(String, ElementType)] = [
      ("float32", .f32), ("float16", .f16), ("bfloat16", .bf16), ("float64", .f64), ("int64", .i64), ("int32", .i32), ("int16", .i16),
      ("int8", .i8), ("uint8", .u8), ("bool", .bool), ("float8_e4m3fn", .f8e4m3), ("float8_e5m2", .f8e5m2),
    ]
    for (name, dtype) in formats { table["torch.\(name)"] = .format(dtype) }
    let inert = [
      "torch.Size", "torch.device", "torch.Tensor", "torch.nn.parameter.Parameter", "numpy.dtype", "numpy.ndarray",
      "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct", "numpy._core.multiarray.scalar",
      "numpy._core.multiarray._reconstruct", "_codecs.encode", "builtins.set", "__builtin__.set", "builtins.list", "__builtin__.list",
      "builtins.dict", "__builtin__.dict", "builtins.int", "__builtin__.int", "argparse.Namespace", "pathlib.PosixPath",
    ]
    for name in inert { table[name] = .inert(name) }
    return table
  }()
}
