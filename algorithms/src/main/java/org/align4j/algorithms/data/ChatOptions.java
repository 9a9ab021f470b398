package org.align4j.algorithms.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import org.align4j.core.file.JsonFiles;

/**
 * Names for a chat template besides the messages.
 *
 * @param tools schemas of what the model may call
 * @param templateKwargs other names, such as {@code enable_thinking}
 */
public record ChatOptions(Optional<ArrayNode> tools, ObjectNode templateKwargs) {

  /** Nothing. */
  public static final ChatOptions NONE =
      new ChatOptions(Optional.empty(), JsonNodeFactory.instance.objectNode());

  public ChatOptions {
    tools = tools.map(ArrayNode::deepCopy);
    templateKwargs = templateKwargs.deepCopy();
  }

  /** {@code tools} (an array, or a text that is one) and {@code chat_template_kwargs} of a line. */
  static ChatOptions of(JsonNode line) {
    return new ChatOptions(tools(line), kwargs(line));
  }

  private static Optional<ArrayNode> tools(JsonNode line) {
    JsonNode given = line.path("tools");
    JsonNode tools = given.isTextual() ? parsed(given.textValue()) : given;
    if (tools.isNull() || tools.isMissingNode()) {
      return Optional.empty();
    }
    if (tools instanceof ArrayNode array) {
      return Optional.of(array);
    }
    throw new IllegalArgumentException("its \"tools\" is not an array of schemas");
  }

  private static JsonNode parsed(String text) {
    try {
      return JsonFiles.mapper().readTree(text);
    } catch (IOException e) {
      throw new IllegalArgumentException("its \"tools\" is a text that is not JSON", e);
    }
  }

  private static ObjectNode kwargs(JsonNode line) {
    JsonNode given = line.path("chat_template_kwargs");
    if (given.isNull() || given.isMissingNode()) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (given instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException("its \"chat_template_kwargs\" is not an object");
  }
}
