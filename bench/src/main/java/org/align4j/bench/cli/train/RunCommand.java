package org.align4j.bench.cli.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.run.Trainable;
import org.align4j.algorithms.run.TrainingRun;
import org.align4j.algorithms.run.config.ConfigFile;
import org.align4j.algorithms.run.folder.Continuation;
import org.align4j.algorithms.run.folder.RunDescription;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.memory.JobMemory;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.Signals;
import org.align4j.bench.cli.console.UsageException;
import org.align4j.bench.compare.MachineMemory;
import org.align4j.core.file.JsonFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What {@code train}, {@code sft}, {@code dpo} and {@code reward-model} have in common. */
public abstract class RunCommand implements Callable<Integer> {

  private final Console console;
  private final String kind;

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  RunCommand(Console console, String kind) {
    this.console = console;
    this.kind = kind;
  }

  /** The records of a configuration, with their defaults. */
  abstract List<Record> defaults();

  /** Fields that were given as options of their own. */
  abstract Map<String, String> given();

  /** Checks settings and files; keeps no model. */
  abstract RunJob prepare(Map<String, String> values);

  /** Gives back what the run had of other machines. */
  void release() {}

  /** Prints what a run has to say at its end, beyond its metrics. */
  void results(RunFolder folder) {}

  final Console console() {
    return console;
  }

  final RunOptions options() {
    return options;
  }

  @Override
  public final Integer call() {
    String name = spec.name();
    if (options.init()) {
      console.results().print(ConfigFile.template("bench/run " + name, defaults()));
      console.results().flush();
      return 0;
    }
    options.useClasspath();
    Optional<RunFolder> saved =
        options.resume() ? Failures.usage(this::savedRun) : Optional.empty();
    try {
      return begin(saved);
    } finally {
      saved.ifPresent(RunFolder::close);
      release();
    }
  }

  /** Models are loaded and prompts checked before a folder is made. */
  private int begin(Optional<RunFolder> saved) {
    RunJob job = Failures.usage(() -> prepare(values(saved)));
    console.log().println(job.plan());
    if (saved.isPresent() && !options.dryRun()) {
      boolean done = isDone(saved.get(), job);
      var _ = Failures.usage(() -> goOn(saved.get(), job));
      if (done) {
        console.print("The run in %s is done: nothing is left to do".formatted(saved.get().path()));
        return 0;
      }
    }
    Failures.usage(() -> checkMemory(job));
    PhaseRelay phases = new PhaseRelay();
    try (Trainable trainable = Failures.usage(() -> job.opener().open(phases))) {
      if (options.dryRun()) {
        return 0;
      }
      if (saved.isPresent()) {
        return run(saved.get(), job, trainable, phases);
      }
      try (RunFolder folder = Failures.usage(() -> newRun(job))) {
        return run(folder, job, trainable, phases);
      }
    }
  }

  /** Before anything is loaded. */
  private Void checkMemory(RunJob job) {
    try (JobMemory memory = job.memory().get()) {
      if (options.dryRun()) {
        console.log().println(memory.plan().text());
      }
      memory.check(MachineMemory.available());
    }
    return null;
  }

  private static boolean isDone(RunFolder folder, RunJob job) {
    return folder.status() == RunFolder.Status.DONE
        && folder.description().path("updates").asLong() == job.planned();
  }

  @SuppressWarnings("try") // the progress bar must be gone before the report is printed
  private int run(RunFolder folder, RunJob job, Trainable trainable, PhaseRelay phases) {
    console.log().println("The run is written to " + folder.path());
    Signals signals = Signals.install(console);
    try (RunProgress progress =
        new RunProgress(console, spec.name(), folder, job.planned(), options.report())) {
      phases.relay(progress);
      TrainingRun.Outcome outcome;
      try {
        outcome =
            new TrainingRun(folder, job.run(), trainable, signals, progress, InstantSource.system())
                .run();
      } catch (RuntimeException | Error e) {
        progress.onFailure(Failures.sentence(e));
        throw e;
      }
      progress.close();
      return report(outcome, folder, signals);
    }
  }

  private int report(TrainingRun.Outcome outcome, RunFolder folder, Signals signals) {
    if (outcome == TrainingRun.Outcome.INTERRUPTED) {
      console
          .log()
          .println(
              "Stopped; the state is saved. Go on with: bench/run %s --resume%s --out '%s'"
                  .formatted(spec.name(), options.needed(), folder.path()));
      return signals.exitCode();
    }
    if (outcome == TrainingRun.Outcome.EARLY_STOP) {
      console.log().println("Stopped early: the evaluation had not become better for long enough.");
    }
    results(folder);
    console.print("Metrics, completions, checkpoints and the policy are in " + folder.path());
    return 0;
  }

  private Map<String, String> values(Optional<RunFolder> saved) {
    Map<String, String> values = new LinkedHashMap<>();
    saved.ifPresent(
        run -> values.putAll(Fields.flatten(defaults(), run.description().path("settings"))));
    values.putAll(options.values(defaults()));
    values.putAll(given());
    return values;
  }

  private Optional<RunFolder> savedRun() {
    Path out = options.out();
    if (out == null) {
      throw new UsageException("--resume needs --out, the folder of the run that is to go on");
    }
    if (!RunFolder.exists(out)) {
      return Optional.empty();
    }
    RunFolder saved = RunFolder.open(out);
    String was = saved.description().path("kind").asText();
    if (!was.equals(kind)) {
      saved.close();
      throw new UsageException("%s is a run of %s, not of %s".formatted(out, was, kind));
    }
    return Optional.of(saved);
  }

  private RunFolder newRun(RunJob job) {
    Path out = options.out();
    Path path =
        out != null
            ? out
            : Path.of(
                "runs",
                spec.name()
                    + "-"
                    + LocalDateTime.now(ZoneId.systemDefault())
                        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)));
    return RunFolder.create(
        path.toAbsolutePath().normalize(), description(job), InstantSource.system());
  }

  private ObjectNode description(RunJob job) {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("kind", kind);
    node.put("algorithm", job.algorithm());
    convention(job).ifPresent(version -> node.put("convention", version));
    node.put("seed", job.seed());
    node.put("updates", job.planned());
    node.put("engine", options.engine().name());
    node.put("precision", options.engine().precision());
    node.set("settings", job.settings());
    RunDescription.complete(node, job.model(), job.data());
    node.set(
        "command",
        JsonFiles.mapper().valueToTree(spec.commandLine().getParseResult().originalArgs()));
    return node;
  }

  /** The version that a plain name of a convention means: the newest, which moves. */
  private static Optional<String> convention(RunJob job) {
    return Optional.ofNullable(job.settings().get("convention"))
        .map(name -> Convention.of(name.asText()).version());
  }

  private RunFolder goOn(RunFolder saved, RunJob job) {
    Continuation.check(saved, defaults(), description(job), console.log()::println);
    return saved;
  }

  /** Puts an option among the fields, where it was given. */
  public static void put(Map<String, String> values, String path, @Nullable Object value) {
    if (value != null) {
      values.put(path, value.toString());
    }
  }
}
