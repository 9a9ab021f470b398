package org.align4j.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jinjava.javax.el.CompositeELResolver;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;

/**
 * Messages to text by the model's Jinja template, as transformers renders it ({@code
 * chat_template_utils.py}): blocks trimmed, nothing escaped, what a message says never evaluated.
 */
public final class ChatTemplate {

  /** Name of the template in a Hugging Face folder. */
  public static final String FILE = "chat_template.jinja";

  /** No conversation renders to more. */
  private static final long LARGEST_TEXT = 1L << 24;

  private final String source;
  private final String rewritten;
  private final SpecialTokens specialTokens;
  private final Jinjava jinjava;

  /** A template and the special tokens it may name ({@code bos_token}, {@code eos_token}, …). */
  public ChatTemplate(String source, SpecialTokens specialTokens) {
    this.source = source;
    this.specialTokens = specialTokens;
    this.rewritten = TemplateDialect.rewrite(withoutLastNewline(source));
    this.jinjava = engine();
  }

  private static Jinjava engine() {
    var resolver = new CompositeELResolver();
    resolver.add(new PythonStrings());
    resolver.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
    var config =
        JinjavaConfig.newBuilder()
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            .withNestedInterpretationEnabled(false)
            .withElResolver(resolver)
            .withMaxOutputSize(LARGEST_TEXT)
            .withLegacyOverrides(
                LegacyOverrides.newBuilder()
                    .withEvaluateMapKeys(true)
                    .withIterateOverMapKeys(true)
                    .withUsePyishObjectMapper(true)
                    .withUseSnakeCasePropertyNaming(true)
                    .withUseNaturalOperatorPrecedence(true)
                    .withParseWhitespaceControlStrictly(true)
                    .withUseTrimmingForNotesAndExpressions(true)
                    .withKeepNullableLoopValues(true)
                    .build())
            .build();
    var engine = new Jinjava(config);
    var context = engine.getGlobalContext();
    context.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", TemplateFunctions.class, "raiseException", Object.class));
    context.registerFunction(
        new ELFunctionDefinition(
            "", "strftime_now", TemplateFunctions.class, "strftimeNow", String.class));
    context.registerFilter(new JsonFilter());
    return engine;
  }

  /**
   * The template of a Hugging Face folder, if it has one: {@code chat_template.jinja}, else {@code
   * chat_template} of {@code tokenizer_config.json}, where of a list the one named default counts.
   */
  public static Optional<ChatTemplate> read(Path folder) {
    SpecialTokens special = TokenizerFiles.specialTokens(folder);
    Path file = folder.resolve(FILE);
    try {
      if (Files.exists(file)) {
        return Optional.of(new ChatTemplate(Files.readString(file), special));
      }
    } catch (CharacterCodingException e) {
      throw new BadFileException(file, "is not UTF-8", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path config = folder.resolve(TokenizerFiles.CONFIG);
    if (!Files.exists(config)) {
      return Optional.empty();
    }
    JsonNode node = JsonFiles.readObject(config, TokenizerFiles.LARGEST).path("chat_template");
    if (node.isArray()) {
      for (JsonNode named : node) {
        if (named.path("name").asText().equals("default")) {
          node = named.path("template");
          break;
        }
      }
    }
    return node.isTextual()
        ? Optional.of(new ChatTemplate(node.textValue(), special))
        : Optional.empty();
  }

  /** The template's text. */
  public String source() {
    return source;
  }

  /** Renders a conversation with the prompt for the model's answer at its end. */
  public String prompt(List<ChatMessage> messages) {
    return render(messages, true);
  }

  /** Renders a conversation as it stands. */
  public String render(List<ChatMessage> messages) {
    return render(messages, false);
  }

  private String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
    Map<String, Object> bindings = new HashMap<>();
    bindings.put(
        "messages",
        messages.stream()
            .map(message -> ImmutableMap.of("role", message.role(), "content", message.content()))
            .collect(ImmutableList.toImmutableList()));
    bindings.put("add_generation_prompt", addGenerationPrompt);
    specialTokens.bos().ifPresent(token -> bindings.put("bos_token", token));
    specialTokens.eos().ifPresent(token -> bindings.put("eos_token", token));
    specialTokens.pad().ifPresent(token -> bindings.put("pad_token", token));
    specialTokens.unknown().ifPresent(token -> bindings.put("unk_token", token));
    RenderResult result = jinjava.renderForResult(rewritten, bindings);
    for (TemplateError error : result.getErrors()) {
      throw new IllegalArgumentException("chat template: " + reason(error), error.getException());
    }
    return result.getOutput();
  }

  /** What the template itself said lies at the bottom of the library's exceptions. */
  private static String reason(TemplateError error) {
    Throwable thrown = error.getException();
    return thrown == null
        ? error.getMessage()
        : String.valueOf(Throwables.getRootCause(thrown).getMessage());
  }

  /** Jinja leaves out one line break at a template's end. */
  private static String withoutLastNewline(String source) {
    return source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
  }

  /** Writes {@code chat_template.jinja}. */
  public void save(Path folder) {
    AtomicFiles.writeString(folder.resolve(FILE), source);
  }
}
