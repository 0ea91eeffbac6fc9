/// What the error that `body` throws says; nil where it throws none.
public func messageThrown(by body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return "\(error)"
    }
}
