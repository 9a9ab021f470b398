package org.align4j.bench.cli.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.run.config.ConfigFile;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.UserClasspath;
import org.align4j.bench.cli.option.EngineOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of every command that makes a run folder. */
final class RunOptions {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CONFIG.yaml",
      description = "Settings; a field that is left out keeps its default.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "group.field=value",
      description = "Any field of the settings; may be given several times.")
  private List<String> assignments = List.of();

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Folder of the run (default: runs/<command>-<time>).")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      description =
          "Go on from the newest whole checkpoint in --out, with the settings of that run; begins anew where there is no checkpoint.")
  private boolean resume;

  @Option(
      names = "--init",
      description = "Print a configuration with every field, its default and its source, and end.")
  private boolean init;

  @Option(
      names = "--dry-run",
      description = "Check everything, print batches and memory, and end before the first step.")
  private boolean dryRun;

  @Option(
      names = "--report",
      description = "Keep OUT/report.html up to date: the page of bench/run report.")
  private boolean report;

  @Option(
      names = "--classpath",
      paramLabel = "JARS",
      description =
          "Jars with your own estimators, losses or rewards, separated as a class path is.")
  private @Nullable String classpath;

  @Mixin private EngineOption engine;

  @Nullable Path config() {
    return config;
  }

  /** Fields of the file, then those of {@code --set}: later ones win. */
  Map<String, String> values(List<Record> parts) {
    Map<String, String> values = new LinkedHashMap<>();
    if (config != null) {
      values.putAll(ConfigFile.read(config, parts));
    }
    for (String text : assignments) {
      Map.Entry<String, String> assignment = ConfigFile.assignment(text);
      values.put(assignment.getKey(), assignment.getValue());
    }
    return values;
  }

  @Nullable Path out() {
    return out;
  }

  boolean resume() {
    return resume;
  }

  boolean init() {
    return init;
  }

  boolean report() {
    return report;
  }

  boolean dryRun() {
    return dryRun;
  }

  EngineOption engine() {
    return engine;
  }

  /** Options without which a run cannot go on, each after a space. */
  String needed() {
    String jars = classpath == null ? "" : " --classpath '%s'".formatted(classpath);
    return jars + engine.needed();
  }

  /** From here on services are also looked for in the user's jars. */
  void useClasspath() {
    String jars = classpath;
    if (jars != null) {
      UserClasspath.use(Failures.usage(() -> UserClasspath.urls(jars)));
    }
  }
}
