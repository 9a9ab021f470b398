package org.align4j.algorithms.run.log;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.guard.GuardEvent;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.core.file.FileException;

/** Writes {@code log.txt}: the console output of a run and a line a step. */
public final class LogFile implements RunListener, AutoCloseable {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private final PrintWriter writer;

  private LogFile(PrintWriter writer) {
    this.writer = writer;
  }

  /** Goes on at the end of a run's log. */
  public static LogFile append(RunFolder folder) {
    try {
      return new LogFile(
          new PrintWriter(
              Files.newBufferedWriter(
                  folder.log(),
                  StandardCharsets.UTF_8,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.APPEND),
              true));
    } catch (IOException e) {
      throw new FileException(folder.log(), e);
    }
  }

  @Override
  public void onStep(long step, Map<String, Double> row) {
    onWarning(String.format(Locale.ROOT, "step %d: %s", step, summary(row)));
  }

  @Override
  public void onGuard(GuardEvent event) {
    onWarning(event.text());
  }

  @Override
  public void onResume(long step) {
    onWarning("going on after step " + step);
  }

  @Override
  public void onWarning(String message) {
    writer.println(LocalDateTime.now(ZoneId.systemDefault()).format(TIME) + " " + message);
  }

  /** The first few numbers that a reader wants of a row. */
  public static String summary(Map<String, Double> row) {
    StringBuilder text = new StringBuilder();
    row.forEach((name, value) -> {
      String shown =
          switch (name) {
            case "train/reward" -> "reward";
            case "sft/loss", "loss" -> "loss";
            case "eval/accuracy", "rewards/accuracies" -> "accuracy";
            default -> "";
          };
      if (!shown.isEmpty()) {
        text.append(text.isEmpty() ? "" : ", ")
            .append(String.format(Locale.ROOT, "%s %.3f", shown, value));
      }
    });
    return text.toString();
  }

  @Override
  public void close() {
    writer.close();
  }
}
