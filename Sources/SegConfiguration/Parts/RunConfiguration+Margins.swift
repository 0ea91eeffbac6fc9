import SegLosses

extension RunConfiguration {
    /// What training asks of its margin-offsets: as the last stage has it whose objective computes some, else the paper's.
    public var marginSettings: MarginSettings {
        training.stages.lazy.reversed().compactMap { stage in
            // An objective that cannot be read is an error of the configuration.
            try? LossExpression(stage.objective).marginSettings
        }.first ?? MarginSettings()
    }
}
