import Core
import Foundation
import Render

extension COCOIndex {
  private static let head = "diffss coco 2"

  /// An index kept by `save` for an annotation file of the same size and time of change; nil for anything else.
  static func load(_ cache: URL, stamp: FileStamp) -> COCOIndex? {
    guard let bytes = try? FileBytes.read(cache) else { return nil }
    var scanner = ByteScanner(bytes)
    guard scanner.text(until: "\n") == head, scanner.number(until: "\t") == stamp.size, scanner.number(until: "\t") == stamp.time,
      let categoryCount = scanner.number(until: "\t"), (1...254).contains(categoryCount), let imageCount = scanner.number(until: "\n")
    else { return nil }
    var categories: [Category] = [], images: [Entry] = [], problems: [DatasetProblem] = []
    for _ in 0..<categoryCount {
      guard let id = scanner.text(until: "\t").flatMap({ Int($0) }), let name = scanner.text(until: "\n") else { return nil }
      categories.append(Category(id: id, name: name))
    }
    images.reserveCapacity(min(imageCount, bytes.count / 8))
    for _ in 0..<imageCount {
      guard let image = image(&scanner, categories: categoryCount, bytes: stamp.size) else { return nil }
      images.append(image)
    }
    while !scanner.isAtEnd {
      guard let kind = scanner.text(until: "\t").flatMap(DatasetProblem.Kind.init), let name = scanner.text(until: "\t"),
        let detail = scanner.text(until: "\n")
      else { return nil }
      problems.append(DatasetProblem(kind, name, detail))
    }
    return COCOIndex(images: images, categories: categories, problems: problems)
  }

  private static func image(_ scanner: inout ByteScanner, categories: Int, bytes: Int) -> Entry? {
    guard let name = scanner.text(until: "\t"), let width = scanner.number(until: "\t"), let height = scanner.number(until: "\t"),
      width > 0, height > 0, width <= 1 << 28, height <= 1 << 28, width * height <= 1 << 28
    else { return nil }
    var image = Entry(fileName: name, width: width, height: height)
    while !scanner.accept("\t") {
      guard let label = scanner.number(until: ":"), (1...categories).contains(label), let offset = scanner.number(until: ":"),
        let count = scanner.number(until: ","), offset <= bytes, count <= bytes - offset
      else { return nil }
      image.annotations.append(Annotation(label: label, place: offset..<offset + count))
    }
    guard let areas = scanner.areas(until: "\t"), let fault = scanner.text(until: "\n") else { return nil }
    image.facts = MaskFacts(areas: areas, fault: fault.isEmpty ? nil : fault)
    return image
  }

  /// Keeps the index. What cannot be kept (a name with a line end in it, a full disk) is read again next time.
  func save(to cache: URL, stamp: FileStamp) {
    var lines = [Self.head, "\(stamp.size)\t\(stamp.time)\t\(categories.count)\t\(images.count)"]
    var texts: [String] = []
    for category in categories {
      texts.append(category.name)
      lines.append("\(category.id)\t\(category.name)")
    }
    for image in images {
      texts.append(image.fileName)
      let annotations = image.annotations.map { "\($0.label):\($0.place.lowerBound):\($0.place.count)," }.joined()
      lines.append(
        "\(image.fileName)\t\(image.width)\t\(image.height)\t\(annotations)\t\(image.facts.areas.text)\t\(image.facts.fault ?? "")")
    }
    for problem in problems {
      texts += [problem.name, problem.detail]
      lines.append("\(problem.kind.rawValue)\t\(problem.name)\t\(problem.detail)")
    }
    guard texts.allSatisfy({ text in !text.utf8.contains { $0 == 9 || $0 == 10 } }) else { return }
    try? AtomicFile.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: cache)
  }
}
