package org.align4j.models.text.chat;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.align4j.models.jinja.Template;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.text.SpecialTokens;
import org.align4j.models.text.TokenizerFiles;

/**
 * Messages to text by the model's Jinja template, as transformers' {@code apply_chat_template}
 * renders it: nothing is escaped, and what a message says is never evaluated. A model may have
 * several templates by name; the one named {@code tool_use} serves conversations with tools.
 * Immutable.
 */
public final class ChatTemplate {

  /** Name of the template in a Hugging Face folder. */
  public static final String FILE = "chat_template.jinja";

  static final String DEFAULT = "default";
  private static final String TOOL_USE = "tool_use";

  /** Names a message's reasoning goes by; the first is the one that templates read. */
  private static final ImmutableList<String> REASONING =
      ImmutableList.of("reasoning_content", "thinking", "reasoning");

  private final ImmutableMap<String, String> sources;
  private final SpecialTokens specialTokens;
  private final Clock clock;
  private final ObjectNode kwargs;
  private final Map<String, Template> compiled = new ConcurrentHashMap<>();

  /** A template and the special tokens it may name ({@code bos_token}, {@code eos_token}, …). */
  public ChatTemplate(String source, SpecialTokens specialTokens) {
    this(ImmutableMap.of(DEFAULT, source), specialTokens);
  }

  ChatTemplate(ImmutableMap<String, String> sources, SpecialTokens specialTokens) {
    this(
        sources,
        specialTokens,
        Clock.system(ZoneId.systemDefault()),
        JsonNodeFactory.instance.objectNode());
  }

  private ChatTemplate(
      ImmutableMap<String, String> sources,
      SpecialTokens specialTokens,
      Clock clock,
      ObjectNode kwargs) {
    checkArgument(!sources.isEmpty(), "there is no template");
    this.kwargs = kwargs.deepCopy();
    this.sources = sources;
    this.specialTokens = specialTokens;
    this.clock = clock;
  }

  /**
   * The template of a Hugging Face folder, if it has one: {@code chat_template.jinja} and those of
   * {@code additional_chat_templates}, else {@code chat_template} of {@code tokenizer_config.json},
   * a text or a list of named ones.
   */
  public static Optional<ChatTemplate> read(Path folder) {
    ImmutableMap<String, String> sources = ChatTemplateFiles.read(folder);
    return sources.isEmpty()
        ? Optional.empty()
        : Optional.of(new ChatTemplate(sources, TokenizerFiles.specialTokens(folder)));
  }

  /** The same, with another idea of what time it is. */
  public ChatTemplate withClock(Clock other) {
    return new ChatTemplate(sources, specialTokens, other, kwargs);
  }

  /** The same, told these names of every conversation; a conversation's own stand above them. */
  public ChatTemplate withKwargs(ObjectNode other) {
    return new ChatTemplate(sources, specialTokens, clock, other);
  }

  /** The template's text; of several, that of the default. */
  public String source() {
    return source(DEFAULT);
  }

  private String source(String name) {
    String source = sources.get(name);
    checkArgument(
        source != null,
        "the model has the chat templates %s and none named %s",
        String.join(", ", sources.keySet()),
        name);
    return source;
  }

  /** Renders a conversation with the prompt for the model's answer at its end. */
  public String prompt(List<ChatMessage> messages) {
    return apply(Conversation.of(messages), true).text();
  }

  /** Renders a conversation as it stands. */
  public String render(List<ChatMessage> messages) {
    return apply(Conversation.of(messages), false).text();
  }

  /**
   * Renders a conversation; the parts that the template marks as the assistant's come with it.
   *
   * @param addGenerationPrompt whether the prompt for the model's answer follows
   * @throws IllegalArgumentException naming the template's line, if the template is none or refuses
   *     the conversation
   */
  public Template.Rendered apply(Conversation conversation, boolean addGenerationPrompt) {
    boolean tools = conversation.tools().isPresent() && sources.containsKey(TOOL_USE);
    try {
      return template(tools ? TOOL_USE : DEFAULT)
          .render(bindings(conversation, addGenerationPrompt), ZonedDateTime.now(clock));
    } catch (TemplateException e) {
      throw new IllegalArgumentException("chat template: " + e.getMessage(), e);
    }
  }

  /** Whether the template marks what the assistant says. */
  public boolean marksAssistant(Conversation conversation) {
    boolean tools = conversation.tools().isPresent() && sources.containsKey(TOOL_USE);
    return template(tools ? TOOL_USE : DEFAULT).marksGeneration();
  }

  private Template template(String name) {
    return compiled.computeIfAbsent(name, wanted -> Template.of(source(wanted)));
  }

  private Map<String, Object> bindings(Conversation conversation, boolean addGenerationPrompt) {
    Map<String, Object> bindings = new HashMap<>();
    specialTokens.bos().ifPresent(token -> bindings.put("bos_token", token));
    specialTokens.eos().ifPresent(token -> bindings.put("eos_token", token));
    specialTokens.pad().ifPresent(token -> bindings.put("pad_token", token));
    specialTokens.unknown().ifPresent(token -> bindings.put("unk_token", token));
    bindings.put("documents", JsonNodeFactory.instance.nullNode());
    kwargs.properties().forEach(each -> bindings.put(each.getKey(), each.getValue()));
    conversation
        .kwargs()
        .properties()
        .forEach(each -> bindings.put(each.getKey(), each.getValue()));
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    conversation.messages().forEach(message -> messages.add(plain(message)));
    bindings.put("messages", messages);
    bindings.put(
        "tools",
        conversation
            .tools()
            .<JsonNode>map(given -> given)
            .orElseGet(JsonNodeFactory.instance::nullNode));
    bindings.put("add_generation_prompt", addGenerationPrompt);
    return bindings;
  }

  /** A message without keys that have no value, its reasoning under all its names. */
  private static ObjectNode plain(ChatMessage message) {
    ObjectNode fields = message.fields();
    for (Iterator<JsonNode> values = fields.elements(); values.hasNext(); ) {
      if (values.next().isNull()) {
        values.remove();
      }
    }
    Optional<String> reasoning = REASONING.stream().filter(fields::has).findFirst();
    if (reasoning.isEmpty()) {
      return fields;
    }
    JsonNode value = fields.get(reasoning.get());
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.set("thinking", value);
    all.setAll(fields);
    all.set("reasoning_content", value);
    return all;
  }

  /** Writes {@code chat_template.jinja}, and others than the default to a folder of their own. */
  public void save(Path folder) {
    ChatTemplateFiles.write(folder, sources);
  }
}
