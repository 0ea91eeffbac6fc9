import Foundation

/// Runs `body` with the rights of an ordinary user: root may write everywhere, so that what happens without permission could not be
/// tested.
///
/// Files that `body` meets must be readable by everybody.
///
/// - Throws: what `body` throws; `OrdinaryUserError` where root cannot become anybody else.
public func asOrdinaryUser<Result>(_ body: () throws -> Result) throws -> Result {
    #if os(Linux)
        guard getuid() == 0 else { return try body() }
        // The system call changes this thread alone, where the C library's function changes them all. Swift does not see functions
        // with variable arguments; on the ABIs that it supports they take integers as others do.
        typealias SystemCall = @convention(c) (Int, Int, Int, Int) -> Int
        guard let address = dlsym(nil, "syscall") else { throw OrdinaryUserError() }
        let systemCall = unsafeBitCast(address, to: SystemCall.self)
        #if arch(x86_64)
            let setresuid = 117
        #else
            let setresuid = 147
        #endif
        let nobody = 65534
        // The saved identity stays root's: it is the way back.
        guard systemCall(setresuid, nobody, nobody, 0) == 0 else { throw OrdinaryUserError() }
        defer { _ = systemCall(setresuid, 0, 0, 0) }
        return try body()
    #else
        guard getuid() != 0 else { throw OrdinaryUserError() }
        return try body()
    #endif
}

/// Root cannot give its rights away here.
public struct OrdinaryUserError: Error, CustomStringConvertible {
    public var description: String { "this process is root and cannot become an ordinary user; run the tests as one" }
}
