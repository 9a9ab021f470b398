package org.align4j.bench.cli.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.align4j.bench.cli.console.UsageException;
import org.align4j.core.file.JsonFiles;
import picocli.CommandLine.Option;

/** Names for the chat template, the same option for every command that asks in chat. */
public final class ChatTemplateOption {

  @Option(
      names = "--chat-template-kwargs",
      defaultValue = "{}",
      paramLabel = "JSON",
      description =
          "Names for the chat template, such as '{\"enable_thinking\": false}'; a line's own stand above them.")
  private String kwargs;

  /** The names; anything but a JSON object is bad usage. */
  public ObjectNode kwargs() {
    JsonNode given;
    try {
      given = JsonFiles.mapper().readTree(kwargs);
    } catch (IOException e) {
      throw new UsageException("--chat-template-kwargs %s is not JSON".formatted(kwargs), e);
    }
    if (given instanceof ObjectNode object) {
      return object;
    }
    throw new UsageException(
        "--chat-template-kwargs %s is not a JSON object: write {\"name\": value}"
            .formatted(kwargs));
  }
}
