package org.align4j.bench.cli;

import java.util.List;

/** All commands, in the order that help lists them. */
final class Commands {

  private Commands() {}

  static List<Object> all(Console console) {
    return List.of(
        new TrainCommand(console),
        new CompareCommand(console),
        new ReproduceCommand(console),
        new ReportCommand(console),
        new ThroughputCommand(console),
        new SftCommand(console),
        new RewardModelCommand(console),
        new DpoCommand(console),
        new DistillCommand(console),
        new EvaluateCommand(console),
        new GenerateCommand(console),
        new DownloadCommand(console),
        new VerifyCommand(console),
        new TemplatesCommand(console),
        new ParityCommand(console),
        new ConformanceCommand(console));
  }
}
