/// The tensors of an input file, asked for by name, in the layout networks take.
struct ForwardInputs {
  private let file: Checkpoint

  init(_ file: Checkpoint) { self.file = file }

  func has(_ name: String) -> Bool { file.shape(of: name) != nil }

  /// A tensor of a given number of dimensions, none of them empty. Throws `ModelError.missingTensor` and `badInput`.
  func tensor(_ name: String, dimensions: Int) throws -> Tensor {
    let tensor = try file.tensor(name)
    guard tensor.shape.count == dimensions, tensor.count > 0 else {
      throw ModelError.badInput(
        what: name, reason: "\(dimensions) dimensions are needed, none of them 0; its shape is \(tensor.shape)")
    }
    return tensor
  }

  /// `[n, c, h, w]` in the file to `[n, h, w, c]`. Throws as `tensor`.
  func image(_ name: String) throws -> Tensor { try tensor(name, dimensions: 4).nhwc() }

  /// Rows of whole numbers, stored as integers or as floats. Throws as `tensor`.
  func integers(_ name: String) throws -> [[Int]] {
    let table = try tensor(name, dimensions: 2)
    let (values, width) = (table.values, table.shape[1])
    let whole = try values.map { value in
      guard let integer = Int(exactly: value) else {
        throw ModelError.badInput(what: name, reason: "\(value) is not a whole number")
      }
      return integer
    }
    return stride(from: 0, to: whole.count, by: width).map { Array(whole[$0..<$0 + width]) }
  }

  /// One number a row, or a single one for all. Throws as `tensor`.
  func numbers(_ name: String, rows: Int) throws -> [Float] {
    let values = try file.tensor(name).values
    guard values.count == 1 || values.count == rows else {
      throw ModelError.badInput(what: name, reason: "\(values.count) numbers for \(rows) rows")
    }
    return values.count == rows ? values : Array(repeating: values[0], count: rows)
  }

  /// `down.0` ... and `mid`, when there are any. Throws as `tensor`.
  func residuals() throws -> ControlResiduals? {
    guard has("mid") || has("down.0") else { return nil }
    var down: [Tensor] = []
    while has("down.\(down.count)") { down.append(try image("down.\(down.count)")) }
    return ControlResiduals(down: down, mid: try image("mid"))
  }
}
