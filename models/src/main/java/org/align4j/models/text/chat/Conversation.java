package org.align4j.models.text.chat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;

/**
 * What a chat template makes a text of.
 *
 * @param tools schemas of what the model may call
 * @param kwargs what else the template is told ({@code chat_template_kwargs}), such as {@code
 *     enable_thinking}; they stand above the names that every template is told
 */
public record Conversation(
    ImmutableList<ChatMessage> messages, Optional<ArrayNode> tools, ObjectNode kwargs) {

  public Conversation {
    tools = tools.map(ArrayNode::deepCopy);
    kwargs = kwargs.deepCopy();
  }

  /** Messages and nothing else. */
  public static Conversation of(List<ChatMessage> messages) {
    return new Conversation(
        ImmutableList.copyOf(messages), Optional.empty(), JsonNodeFactory.instance.objectNode());
  }

  /** The same with other names for the template. */
  public Conversation withKwargs(ObjectNode other) {
    return new Conversation(messages, tools, other);
  }
}
