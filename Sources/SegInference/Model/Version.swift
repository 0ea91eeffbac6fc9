/// The program's version, as written into runs and checkpoints.
public enum Version {
    public static let current = "0.1.0"
}
