/// The lengths that `xyzt_units` has codes for, in its lowest three bits.
enum SpaceUnit: Int {
    case metre = 1
    case millimetre = 2
    case micron = 3

    /// The factor that leads to millimetres; files without a known unit are taken to mean millimetres, as everywhere.
    static func millimetres(xyztUnits: Int) -> Double {
        switch SpaceUnit(rawValue: xyztUnits & 7) {
        case .metre: 1000
        case .micron: 0.001
        case .millimetre, nil: 1
        }
    }
}
