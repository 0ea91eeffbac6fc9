/// The numbers that the paper prints, in per cent: Tables 1 to 5.
///
/// What its tables call pixel accuracy is the recall of the foreground; its mIoU is over the foreground classes.
enum PaperNumbers {
    private static let iou = "miou_foreground"
    private static let recall = "recall_foreground"
    /// Of the loss, which is no score and no per cent.
    static let loss = "loss"

    /// Beside a task's scores.
    static func published(_ task: PaperTask) -> StudyTask.Published {
        var test: [String: [String: Double]] = [:]
        var validation: [String: [String: Double]] = [:]
        func add(_ arms: [PaperArm], _ score: String, _ values: [Double]) {
            for (arm, value) in zip(arms, values) { test[arm.name, default: [:]][score] = value }
        }
        func addValidation(_ losses: [Double], _ ious: [Double]) {
            for (arm, (lossValue, value)) in zip(PaperArm.sensitivity, zip(losses, ious)) {
                validation[arm.name] = [loss: lossValue, iou: value]
            }
        }
        let (objectives, compounds) = (PaperArm.objectives, PaperArm.compounds)
        switch task.asPublished {
        case .ctPart1:
            add(objectives, recall, [81.1, 80.7, 80.7, 80.0, 79.6, 83.8])
            add(objectives, iou, [69.6, 70.0, 68.1, 68.5, 70.0, 71.3])
            add(compounds, iou, [71.6, 71.5])
            addValidation([0.034, 0.033, 0.031, 0.031, 0.033], [72.8, 73.4, 73.1, 72.8, 72.7])
        case .ctPart2:
            add(objectives, recall, [86.6, 85.5, 89.1, 87.3, 88.2, 88.3])
            add(objectives, iou, [76.8, 76.1, 76.0, 76.9, 77.7, 78.1])
            add(compounds, iou, [78.5, 78.0])
        case .binary:
            add(objectives, recall, [94.6, 97.7, 96.4, 94.8, 96.3, 95.8])
            add(objectives, iou, [86.0, 84.7, 85.9, 86.2, 86.0, 87.4])
            add(compounds, iou, [87.7, 87.8])
        case .parts:
            add(objectives, recall, [81.1, 78.5, 79.7, 80.0, 80.1, 81.5])
            add(objectives, iou, [66.2, 67.6, 68.6, 69.5, 68.9, 72.5])
            add(compounds, iou, [73.1, 73.2])
            add(objectives, "iou:shaft", [81.1, 83.8, 84.9, 86.5, 86.3, 88.2])
            add(objectives, "iou:wrist", [55.3, 61.8, 64.8, 62.9, 64.4, 67.1])
            add(objectives, "iou:claspers", [55.5, 54.2, 55.4, 56.5, 55.5, 61.1])
            add(objectives, "iou:probe", [72.9, 70.5, 69.3, 72.0, 69.3, 73.4])
            addValidation([0.086, 0.086, 0.093, 0.086, 0.090], [71.2, 71.5, 72.7, 72.1, 71.8])
        case .binaryByVideo, .partsByVideo, .other: break
        }
        return [.test: test, .validation: validation]
    }
}
