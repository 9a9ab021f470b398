package org.align4j.bench.cli;

import java.util.List;
import org.align4j.bench.cli.check.ConformanceCommand;
import org.align4j.bench.cli.check.ParityCommand;
import org.align4j.bench.cli.check.ThroughputCommand;
import org.align4j.bench.cli.check.VerifyCommand;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.model.DownloadCommand;
import org.align4j.bench.cli.model.EvaluateCommand;
import org.align4j.bench.cli.model.GenerateCommand;
import org.align4j.bench.cli.model.MergeCommand;
import org.align4j.bench.cli.model.TemplatesCommand;
import org.align4j.bench.cli.study.CompareCommand;
import org.align4j.bench.cli.study.ReportCommand;
import org.align4j.bench.cli.study.ReproduceCommand;
import org.align4j.bench.cli.train.DistillCommand;
import org.align4j.bench.cli.train.DpoCommand;
import org.align4j.bench.cli.train.RewardModelCommand;
import org.align4j.bench.cli.train.SftCommand;
import org.align4j.bench.cli.train.TrainCommand;

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
        new MergeCommand(console),
        new VerifyCommand(console),
        new TemplatesCommand(console),
        new ParityCommand(console),
        new ConformanceCommand(console));
  }
}
