/// A table or figure of the paper.
public enum PaperItem: String, Sendable, Hashable, CaseIterable {
    case table1, table2, table3, table4, table5, figure1, figure2, figure3, figure4

    /// `Table 2`
    public var number: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst().dropLast() + " \(rawValue.suffix(1))" }

    /// What it shows.
    public var title: String {
        switch self {
        case .table1: "Sensitivity of τ and ν on the validation splits"
        case .table2: "Segmentation of COVID-19 lesions, test split"
        case .table3: "Segmentation of robotic instruments, test split"
        case .table4: "IoU of each instrument part, test split"
        case .table5: "Compound objectives, test split"
        case .figure1: "The ρ-margin loss and the ρ-calibrated log-loss"
        case .figure2: "Loss and mIoU over the epochs, trained from scratch"
        case .figure3: "Examples of COVID-19 lesions, test split"
        case .figure4: "Examples of instrument parts, test split"
        }
    }

    /// The tasks it shows on the paper's own data.
    var tasks: [PaperTask] {
        switch self {
        case .table1: [.ctPart1, .parts]
        case .table2: [.ctPart1, .ctPart2]
        case .table3: [.binary, .parts, .binaryByVideo, .partsByVideo]
        case .table4: [.parts, .partsByVideo]
        case .table5: [.ctPart1, .ctPart2, .binary, .parts]
        case .figure1: [.ctPart1, .parts]
        case .figure2, .figure4: [.parts]
        case .figure3: [.ctPart2]
        }
    }

    /// The objectives it compares; Figure 1 shows offsets of labels, which take no training.
    var arms: [PaperArm] {
        switch self {
        case .table1: PaperArm.sensitivity
        case .table2, .table3, .table4, .figure3, .figure4: PaperArm.objectives
        case .table5: PaperArm.objectives.suffix(1) + PaperArm.compounds
        case .figure1: []
        case .figure2: PaperArm.fromScratch
        }
    }
}

/// What the paper trains on.
public enum PaperTask: String, Sendable, Hashable, CaseIterable {
    /// UESTC, outlined by less experienced annotators ("coarse").
    case ctPart1 = "CT part 1"
    /// UESTC, outlined by experts ("fine").
    case ctPart2 = "CT part 2"
    case binary = "instruments"
    case parts = "instrument parts"
    /// The same with whole videos held out: the paper's split puts frames of each video into training and test.
    case binaryByVideo = "instruments, by video"
    case partsByVideo = "instrument parts, by video"
    /// Another data set in place of all of them.
    case other = "data"

    var isCT: Bool { self == .ctPart1 || self == .ctPart2 }

    /// The task whose published numbers stand beside it.
    var asPublished: PaperTask {
        switch self {
        case .binaryByVideo: .binary
        case .partsByVideo: .parts
        default: self
        }
    }
}

/// An objective of the paper's experiments.
public struct PaperArm: Sendable, Hashable {
    public let name: String
    public let objective: String
    public var isFromScratch = false

    static let crossEntropy = PaperArm(name: "cross-entropy", objective: "cross_entropy")
    static let margin = PaperArm(name: "margin calibration", objective: "margin(form=paper,tau=10,nu=1)")

    /// Tables 2 to 4, in their order.
    static let objectives = [
        crossEntropy,
        PaperArm(name: "Dice", objective: "dice(form=generalized)"),
        PaperArm(name: "Tversky", objective: "tversky(fp=0.3,fn=0.7)"),
        PaperArm(name: "focal", objective: "focal(gamma=2)"),
        PaperArm(name: "Lovász-softmax", objective: "lovasz(per_image=true)"),
        margin,
    ]

    /// Table 5.
    static let compounds = [
        PaperArm(name: "margin + Tversky", objective: "margin(form=paper,tau=10,nu=1)+tversky(fp=0.3,fn=0.7)"),
        PaperArm(name: "margin + Dice", objective: "margin(form=paper,tau=10,nu=1)+dice(form=generalized)"),
    ]

    /// Table 1; its (10, 1) is the margin calibration of the other tables.
    static let sensitivity = [("1", "10"), ("1", "1"), ("10", "1"), ("10", "0.1"), ("10", "0.01")].map { tau, nu in
        tau == "10" && nu == "1"
            ? margin : PaperArm(name: "τ = \(tau), ν = \(nu)", objective: "margin(form=paper,tau=\(tau),nu=\(nu))")
    }

    /// Figure 2.
    static let fromScratch = [crossEntropy, margin].map {
        PaperArm(name: $0.name + " from scratch", objective: $0.objective, isFromScratch: true)
    }

    static let all = objectives + compounds + sensitivity.filter { $0 != margin } + fromScratch
}
