import Foundation
import SegMetrics
import Testing

struct CalibrationTests {
    @Test func binsAreOpenBelowAndClosedAbove() {
        var curve = ReliabilityCurve(binCount: 4)
        for confidence: Float in [0, 0.25, 0.26, 0.5, 0.75, 0.76, 1] { curve.add(confidence: confidence, isRight: true) }
        #expect(curve.counts == [2, 2, 1, 2])
    }

    /// Two bins hold predictions: 0.25 mean confidence and ½ right on 2, 0.875 and ¾ right on 4.
    @Test func theErrorIsTheWeightedGap() {
        var curve = ReliabilityCurve(binCount: 2)
        #expect(curve.expectedCalibrationError == nil && curve.maximumCalibrationError == nil)
        for (confidence, isRight) in [(0.125, true), (0.375, false), (0.75, true), (1, true), (0.875, true), (0.875, false)] {
            curve.add(confidence: Float(confidence), isRight: isRight)
        }
        #expect(curve.confidences == [0.25, 0.875])
        #expect(curve.accuracies == [0.5, 0.75])
        #expect(curve.expectedCalibrationError == (2 * 0.25 + 4 * 0.125) / 6)
        #expect(curve.maximumCalibrationError == 0.25)
    }

    @Test func countsThePredictedClassAndEachClassByItself() {
        var calibration = Calibration(classCount: 2, binCount: 10)
        calibration.add(
            probabilities: [[0.9, 0.4, 0.2, 0.5], [0.1, 0.6, 0.8, 0.5]], truth: [0, 0, 1, 255], ignoring: 255)
        #expect(calibration.predicted.count == 3)
        #expect(calibration.predicted.rightCounts.reduce(0, +) == 2)
        #expect(calibration.classes[1].counts == [1, 0, 0, 0, 0, 1, 0, 1, 0, 0])
        #expect(calibration.classes[1].rightCounts == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0])
        #expect(calibration.classes[0].rightCounts == [0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
    }

    @Test func partsAddUpAndRoundTrip() throws {
        let planes: [[Float]] = [[0.9, 0.4, 0.2, 0.5, 0.3], [0.1, 0.6, 0.8, 0.5, 0.7]]
        let truth: [UInt8] = [0, 0, 1, 1, 0]
        var whole = Calibration(classCount: 2)
        whole.add(probabilities: planes, truth: truth)
        var parts = Calibration(classCount: 2)
        for pixel in truth.indices {
            var one = Calibration(classCount: 2)
            one.add(probabilities: planes.map { [$0[pixel]] }, truth: [truth[pixel]])
            parts += one
        }
        #expect(parts.predicted.counts == whole.predicted.counts && parts.classes == whole.classes)
        #expect(try JSONDecoder().decode(Calibration.self, from: JSONEncoder().encode(whole)) == whole)
    }
}
