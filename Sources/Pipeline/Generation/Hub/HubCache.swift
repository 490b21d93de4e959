import Foundation

/// Where Python's `huggingface_hub` keeps what it has fetched (`constants.py` of version 2.4).
public enum HubCache {
  /// `$HF_HUB_CACHE`, else `$HUGGINGFACE_HUB_CACHE`, else `hub` in `$HF_HOME`, which is `huggingface` in `$XDG_CACHE_HOME` (`~/.cache`). `~` and
  /// `$NAME` in them stand for what a shell puts there. An empty variable counts as none. Nil where no home folder is known.
  public static func folder(_ environment: [String: String]) -> URL? {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : expanded($0, environment) } }
    let path: String
    if let given = value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE") {
      path = given
    } else if let home = value("HF_HOME") {
      path = home + "/hub"
    } else if let cache = value("XDG_CACHE_HOME") ?? environment["HOME"].map({ $0 + "/.cache" }) {
      path = cache + "/huggingface/hub"
    } else {
      return nil
    }
    return URL(fileURLWithPath: path, isDirectory: true)
  }

  /// `~`, `~NAME`, `$NAME` and `${NAME}` replaced; a name that is not known stays as it is, as in Python's `expanduser` and `expandvars`.
  static func expanded(_ path: String, _ environment: [String: String]) -> String {
    var rest = Substring(path), result = ""
    if rest.first == "~" {
      let user = rest.dropFirst().prefix { $0 != "/" }
      let home = user.isEmpty ? environment["HOME"] ?? NSHomeDirectory() : NSHomeDirectoryForUser(String(user))
      if let home {
        result = home.hasSuffix("/") && rest.count > user.count + 1 ? String(home.dropLast()) : home
        rest = rest.dropFirst(1 + user.count)
      }
    }
    while let character = rest.first {
      rest = rest.dropFirst()
      guard character == "$" else { result.append(character); continue }
      let isBraced = rest.first == "{"
      let name = isBraced ? rest.dropFirst().prefix { $0 != "}" } : rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" }
      let length = isBraced ? name.count + 2 : name.count
      guard !name.isEmpty, length <= rest.count, let value = environment[String(name)] else { result.append(character); continue }
      result += value
      rest = rest.dropFirst(length)
    }
    return result
  }
}
