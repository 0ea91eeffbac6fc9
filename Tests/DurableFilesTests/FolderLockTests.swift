import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite struct FolderLockTests {
    @Test func oneHolderAtATime() throws {
        try withTemporaryFolder { folder in
            do {
                let lock = try FolderLock(folder)
                withExtendedLifetime(lock) {
                    let message = messageThrown { _ = try FolderLock(folder) }
                    #expect(message == "\(folder.path) is in use: process \(getpid()) is working in it")
                }
            }
            // Given back when the first was let go.
            _ = try FolderLock(folder)
        }
    }

    @Test func aFolderThatIsNotThereIsNamed() {
        let message = messageThrown { _ = try FolderLock(URL(filePath: "/no/such")) }
        #expect(message == "/no/such/.lock cannot be written: No such file or directory")
    }
}
