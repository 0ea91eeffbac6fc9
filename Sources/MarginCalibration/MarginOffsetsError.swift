/// Why there are no margin-offsets: what is wrong, with which class, and what to do.
public struct MarginOffsetsError: Error, Equatable {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        case tooFewClasses(Int)
        case noPixels
        /// n_k = 0: ρ_0k would be infinite.
        case absentClass(Int)
        /// n_k = n: ρ_0k would be 0 and μ_k undefined.
        case coversEverything(Int)
        /// μ_k ≤ 0, or infinite, for ν ≤ p_k / √(n − n_k).
        case nuTooSmall(Double, class: Int, smallest: Double)
        case notPositive(parameter: String, value: Double)
        case negative(parameter: String, value: Double)
        case badOffset(Int, name: String, value: Double)
        case lengthsDiffer(rho0k: Int, rhoK0: Int)
        case noSuchClass(Int, classCount: Int)
        case excludedAndOverridden(Int)
        case noClassLeft
    }

    /// What is wrong, with the values that show it.
    public let kind: Kind
    /// The name of the class that `kind` speaks of, where one is known.
    public let className: String?

    init(_ kind: Kind, names: [String] = []) {
        self.kind = kind
        self.className = kind.classIndex.flatMap { names.indices.contains($0) ? names[$0] : nil }
    }
}

extension MarginOffsetsError.Kind {
    var classIndex: Int? {
        switch self {
        case .absentClass(let index), .coversEverything(let index), .excludedAndOverridden(let index): index
        case .nuTooSmall(_, let index, _), .badOffset(let index, _, _): index
        case .tooFewClasses, .noPixels, .notPositive, .negative, .lengthsDiffer, .noSuchClass, .noClassLeft: nil
        }
    }
}

extension MarginOffsetsError: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .tooFewClasses(let count):
            "margin-offsets need two classes or more, found \(count)"
        case .noPixels:
            "no pixel has been counted: margin-offsets need the labels of the training set"
        case .absentClass:
            "\(subject) has no pixel: its margin-offset would be infinite; exclude the class or give its offsets by hand"
        case .coversEverything:
            "\(subject) covers every pixel: its margin-offset would be 0; check the labels or exclude the class"
        case .nuTooSmall(let nu, _, let smallest):
            "nu = \(nu) is too small for \(subject): rho_k0 would not be positive; take nu > \(smallest) or exclude the class"
        case .notPositive(let parameter, let value):
            "\(parameter) = \(value): expected a finite number above 0"
        case .negative(let parameter, let value):
            "\(parameter) = \(value): expected a finite number of 0 or more"
        case .badOffset(_, let name, let value):
            "\(name) = \(value) of \(subject): expected a finite number of 0 or more"
        case .lengthsDiffer(let rho0k, let rhoK0):
            "\(rho0k) offsets rho_0k and \(rhoK0) offsets rho_k0: expected one of each for every class"
        case .noSuchClass(let index, let classCount):
            "\(classNumber(index)) cannot be excluded or overridden: expected 0 to \(classCount - 1)"
        case .excludedAndOverridden:
            "\(subject) is both excluded and overridden: do one of the two"
        case .noClassLeft:
            "every class is excluded or overridden: leave one for the margin-offsets to be computed for"
        }
    }

    /// `class 'probe'`, or its number where no name is known; only asked for by kinds that speak of a class.
    private var subject: String { className.map { "class '\($0)'" } ?? kind.classIndex.map(classNumber) ?? "" }
}

/// What to call a class whose name is not known.
func classNumber(_ index: Int) -> String { "class number \(index) (counted from 0)" }
