/// A step on the way of a class's scores from the network's input to their native size, for whoever goes it in another memory than the
/// host's: an axis, and for each of its new places the old ones that it is made of, with their weights.
public struct ScoreStep: Sendable, Hashable {
    /// 0 for the first of planes, rows and columns, or of rows and columns.
    public let axis: Int
    /// `[term][new place]`: old places. A place with fewer terms than others repeats its last.
    public let places: [[Int]]
    /// `[term][new place]`: how much each counts, 0 for what repeats.
    public let weights: [[Float]]

    /// Whether old places are taken as they are.
    public var isSelection: Bool { weights.count == 1 && weights[0].allSatisfy { $0 == 1 } }

    private init(axis: Int, windows: [(first: Int, weights: [Double])]) {
        self.axis = axis
        let terms = 0..<(windows.map(\.weights.count).max() ?? 0)
        places = terms.map { term in windows.map { $0.first + min(term, $0.weights.count - 1) } }
        weights = terms.map { term in windows.map { term < $0.weights.count ? Float($0.weights[term]) : 0 } }
    }

    /// Those of new places, each of which begins so much earlier.
    init(axis: Int, _ weights: ResamplingWeights, of wanted: Range<Int>, earlierBy offset: Int = 0) {
        self.init(
            axis: axis,
            windows: weights.windows[wanted].map { window in
                let own = weights.weights[window.weightsStart..<window.weightsStart + window.count]
                return (window.first - offset, Array(own))
            })
    }

    /// What of a grid lies in a box, axes that it fills left out.
    static func cutting(_ box: GridBox, of grid: GridSize, from firstAxis: Int = 0) -> [ScoreStep] {
        zip(box.ranges.suffix(grid.dimensions), grid.lengths).enumerated().compactMap { axis, lengths in
            guard lengths.0.count != lengths.1 else { return nil }
            return ScoreStep(axis: firstAxis + axis, windows: lengths.0.map { ($0, [1]) })
        }
    }

    /// Those of `GridResampling.resize`, in its order: columns, rows, planes.
    static func resizing(
        _ size: GridSize, to other: GridSize, _ filter: ResamplingFilter, planes: ResamplingFilter? = nil, from firstAxis: Int = 0
    ) -> [ScoreStep] {
        let lengths = Array(zip(size.lengths, other.lengths).enumerated())
        return lengths.reversed().compactMap { axis, lengths in
            guard lengths.0 != lengths.1 else { return nil }
            let filter = size.dimensions == 3 && axis == 0 ? planes ?? filter : filter
            return ScoreStep(
                axis: firstAxis + axis, ResamplingWeights(from: lengths.0, to: lengths.1, filter), of: 0..<lengths.1)
        }
    }
}

extension GridRoute {
    /// What `restore(_:)` does.
    public var scoreSteps: [ScoreStep] {
        let toSpaced =
            switch fit {
            case .resize(let size, _): ScoreStep.resizing(size, to: spaced, .linear)
            case .pad, .crop: ScoreStep.cutting(GridBox(spaced, inMiddleOf: inputSize), of: inputSize)
            }
        return toSpaced + ScoreStep.resizing(spaced, to: native, resampling.ofScores, planes: filterAcrossPlanes)
    }

    /// What `restore(_:of:to:)` does.
    ///
    /// - Precondition: `planeSources` is not nil.
    public func scoreSteps(of planes: Range<Int>, to wanted: Range<Int>) -> [ScoreStep] {
        guard let steps = planeSteps else { preconditionFailure("planes that come back one by one") }
        return [ScoreStep(axis: 0, steps.weights, of: wanted, earlierBy: planes.lowerBound - steps.first)]
            + ScoreStep.cutting(steps.frame, of: inputSize.plane, from: 1)
            + ScoreStep.resizing(steps.frame.size, to: native.plane, resampling.ofScores, from: 1)
    }
}
