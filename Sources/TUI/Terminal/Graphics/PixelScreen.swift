import Core
import Render

/// The images on the terminal's screen: which it holds, and where they are shown.
struct PixelScreen {
  /// What a frame comes to on this terminal.
  struct Plan {
    /// The frame with the cells that text and direct cells are drawn from. Where an image is drawn over them they stand for it still.
    var frame: Frame
    /// What makes images known and takes placements away: before the text, but behind what clears the screen.
    var before: [UInt8] = []
    /// Images shown by placeholders, by their ink.
    var placeholders: DirectRenderer.Placeholders = [:]
    /// Images drawn over the text.
    fileprivate var drawn: [Drawn] = []

    /// A frame without images that could be shown as pixels.
    init(frame: Frame) { self.frame = frame }
  }

  fileprivate struct Drawn {
    let image: PixelImage
    let rect: Rect
    /// kitty's numbers of the image and of this place.
    var id: UInt32 = 0
    var placement: UInt32 = 0

    func isAt(_ other: Drawn) -> Bool { image.number == other.image.number && rect == other.rect && id == other.id }
  }

  /// Whether images wait for a later frame.
  private(set) var isBehind = false

  private let choice: GraphicsChoice
  private var pool: KittyPool
  private var drawn: [Drawn] = []
  private var lastPlacement: UInt32 = 0

  /// Bytes of new images in one frame: a key that is pressed meanwhile waits for no more than these. The first image is sent whatever its size.
  private static let mostBytes = 256 << 10

  /// `seed` decides kitty's numbers.
  init(_ choice: GraphicsChoice, seed: UInt32) {
    self.choice = choice
    pool = KittyPool(first: seed & 0xFF_FFFF)
  }

  /// What frees all images, for whatever end; for images in the terminal's cells that is blanking them.
  var removal: [UInt8] { choice.graphics == .kitty ? wrapped(pool.removal) : Array("\u{1B}[2J".utf8) }

  /// The same where an image may have been cut short: it is ended first, or it would swallow what comes next.
  var removalAnyway: [UInt8] {
    [0x1B, 0x5C] + (choice.graphics == .kitty ? wrapped(KittyGraphics.transmissionEnd) : []) + removal
  }

  /// The terminal shows none of them any more, and may not have them either.
  mutating func forget() {
    pool.forget()
    drawn = []
  }

  /// The screen is about to be cleared. kitty frees what was placed on it then, and what is placed nowhere; placeholders keep their images.
  mutating func clear() { if choice.usesPlaceholders { drawn = [] } else { forget() } }

  /// Decides which of a frame's images are shown as pixels; the others become characters.
  mutating func plan(_ frame: Frame) -> Plan {
    var plan = Plan(frame: frame), spent = 0
    isBehind = false
    pool.begin()
    // What is there already keeps its number, however many new ones come before it.
    for placed in frame.images { _ = pool.use(placed.image.number) }
    for placed in frame.images {
      guard choice.usesPlaceholders || placed.isWhole(in: frame) else {
        plan.frame.spell(placed)
        continue
      }
      var own = Drawn(image: placed.image, rect: placed.rect)
      let isThere = choice.graphics == .kitty ? pool.use(placed.image.number) != nil : drawn.contains { $0.isAt(own) }
      if !isThere, spent > 0, spent + placed.image.bytes.count > Self.mostBytes {
        isBehind = true
        plan.frame.spell(placed)
        continue
      }
      if choice.graphics == .kitty {
        guard let id = pool.use(placed.image.number) ?? transmit(placed.image, &plan) else {
          plan.frame.spell(placed)
          continue
        }
        own.id = id
      }
      if !isThere { spent += placed.image.bytes.count }
      if choice.usesPlaceholders {
        plan.frame.renumber(placed, Int(own.id))
        plan.placeholders[.rgb(KittyGraphics.ink(id: own.id)), default: []].append(placed.rect)
      } else {
        plan.drawn.append(own)
      }
    }
    if choice.graphics == .kitty {
      for old in drawn where !plan.drawn.contains(where: { $0.isAt(old) }) {
        plan.before += KittyGraphics.removePlacement(id: old.id, placement: old.placement)
      }
    }
    plan.before = wrapped(plan.before)
    return plan
  }

  private mutating func transmit(_ image: PixelImage, _ plan: inout Plan) -> UInt32? {
    guard let (id, isTaken) = pool.take(image.number) else { return nil }
    if isTaken {
      // Freeing one image frees all that are placed nowhere, by the source of older kitty; the next of its number replaces it anyway.
      plan.before += choice.usesPlaceholders ? KittyGraphics.remove(id: id) : KittyGraphics.removePlacements(id: id)
      drawn.removeAll { $0.id == id }
    }
    plan.before += KittyGraphics.transmit(image.bytes, id: id)
    if choice.usesPlaceholders { plan.before += KittyGraphics.placeVirtually(id: id, columns: image.size.width, rows: image.size.height) }
    return id
  }

  /// What draws the images of a plan over the text: those that are new there and those that text went through, by curses'
  /// `changes`; all of them where the screen `isNew`.
  mutating func draw(_ plan: Plan, changes: Curses.Changes, isNew: Bool) -> [UInt8] {
    var bytes: [UInt8] = [], next: [Drawn] = []
    for var own in plan.drawn {
      let old = drawn.first { $0.isAt(own) }
      // kitty's images lie above the text.
      let isTouched =
        choice.graphics != .kitty
        && (own.rect.y..<own.rect.maxY).contains { y in
          changes[y].contains { $0.overlaps(own.rect.x...own.rect.maxX - 1) }
        }
      own.placement = old?.placement ?? newPlacement()
      next.append(own)
      guard isNew || isTouched || old == nil else { continue }
      bytes += "\u{1B}[\(own.rect.y + 1);\(own.rect.x + 1)H".utf8
      bytes +=
        choice.graphics == .kitty
        ? KittyGraphics.place(id: own.id, placement: own.placement, columns: own.rect.width, rows: own.rect.height) : own.image.bytes
    }
    drawn = next
    return bytes.isEmpty ? [] : Array("\u{1B}7".utf8) + bytes + Array("\u{1B}8".utf8)
  }

  private mutating func newPlacement() -> UInt32 {
    lastPlacement = lastPlacement % 0xFF_FFFF + 1
    return lastPlacement
  }

  private func wrapped(_ bytes: [UInt8]) -> [UInt8] { choice.isWrapped && !bytes.isEmpty ? TmuxPassthrough.wrap(bytes) : bytes }
}
