/// The version of this program, as its records and `--version` tell it.
///
/// The only place that states it: `.ci/version` reads this line for the packages of `make dist`, and `.ci/lint` holds CHANGELOG.md and
/// CITATION.cff to it.
public enum ProgramVersion {
  public static let current = "0.6.0"
}
