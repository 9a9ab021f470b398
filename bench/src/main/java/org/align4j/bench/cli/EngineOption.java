package org.align4j.bench.cli;

import org.align4j.core.engine.Engine;
import picocli.CommandLine.Option;

/** The engine, the same option for every command. */
final class EngineOption {

  @Option(
      names = "--engine",
      defaultValue = "plan",
      paramLabel = "plan|samediff",
      description = "What runs the networks (default: ${DEFAULT-VALUE}).")
  private Engine engine;

  Engine engine() {
    return engine;
  }
}
