package org.align4j.bench.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.align4j.bench.cli.console.AddressSpace;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Entry point of {@code bench/run}. Results go to standard output, everything else to standard
 * error; the exit code is 0 when the command is done, 1 when a check or run failed, 2 for bad
 * usage.
 */
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    version = "Align4J " + Main.VERSION,
    description =
        "Reinforcement learning for language models on the JVM: comparison suite and tools.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CommandLine.HelpCommand.class})
public final class Main implements Runnable {

  /** Of the code, as run folders have it. */
  static final String VERSION = "0.1.0";

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    // Libraries (ND4J among them) print to System.out: only results may go there.
    PrintStream results = System.out;
    // Digits and letter case are the same in every language.
    Locale.setDefault(Locale.ROOT);
    System.setOut(System.err);
    int code = run(results, List.of(args));
    results.flush();
    System.exit(code);
  }

  /** Runs a command that writes its results to the stream given; returns the exit code. */
  static int run(PrintStream results, List<String> args) {
    Console console = new Console(results, System.err);
    CommandLine line = new CommandLine(new Main());
    for (Object command : Commands.all(console)) {
      line.addSubcommand(command);
    }
    line.setOut(new PrintWriter(results, true, results.charset()));
    line.setUsageHelpAutoWidth(true);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((failure, given) -> {
      console.error(usageMessage(failure));
      return 2;
    });
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> Failures.report(failure, console));
    try {
      TypedArguments.check(args);
      AddressSpace.check();
      return line.execute(args.toArray(String[]::new));
    } catch (UsageException | Error e) {
      return Failures.report(e, console);
    }
  }

  private static String usageMessage(ParameterException failure) {
    StringBuilder message = new StringBuilder(failure.getMessage());
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message.append(" - did you mean ").append(unmatched.getSuggestions().get(0)).append('?');
    }
    return message
        + " ("
        + failure.getCommandLine().getCommandName()
        + " --help lists the options)";
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
