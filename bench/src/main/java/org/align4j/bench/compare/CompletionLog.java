package org.align4j.bench.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.train.ScoredSample;
import org.align4j.algorithms.train.StepReport;
import org.align4j.core.file.FileException;
import org.align4j.core.file.WellFormedText;

/** Every sampled response with its score, one JSON object a line. */
public final class CompletionLog implements AutoCloseable {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final BufferedWriter writer;

  private CompletionLog(Path file, BufferedWriter writer) {
    this.file = file;
    this.writer = writer;
  }

  /** A new file; an existing one is not overwritten. */
  public static CompletionLog create(Path file) {
    try {
      return new CompletionLog(
          file,
          Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  void add(StepReport report) {
    add(report.update(), report.samples());
  }

  /** Writes the responses of a step; 0 for an evaluation. */
  public void add(long step, List<ScoredSample> samples) {
    try {
      for (ScoredSample sample : samples) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.put("id", sample.completion().prompt().id());
        line.put("prompt", sample.completion().prompt().text());
        line.put("answer", sample.completion().prompt().answer());
        line.put("completion", sample.completion().text());
        line.put("finished", sample.completion().finished());
        line.put("tokens", sample.tokens());
        line.put("score", sample.judgement().score());
        line.put("verdict", sample.judgement().verdict());
        writer.write(WellFormedText.of(MAPPER.writeValueAsString(line)));
        writer.write('\n');
      }
      writer.flush();
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }
}
