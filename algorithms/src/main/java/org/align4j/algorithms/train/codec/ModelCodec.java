package org.align4j.algorithms.train.codec;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.align4j.algorithms.data.Message;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.data.TextPair;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.jinja.Template;
import org.align4j.models.policy.Policy;
import org.align4j.models.text.EncodedText;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.text.chat.Conversation;

/** Texts as a model's own tokenizer and chat template have them. */
public final class ModelCodec implements PromptCodec {

  private static final int MEASURED = 1000;

  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final ImmutableList<Integer> eosIds;
  private final int vocabSize;

  /**
   * A codec.
   *
   * @param eosIds tokens that end a response; the tokenizer's own is preferred for imitation
   * @param vocabSize ids that the model has, from 0 on
   */
  public ModelCodec(
      Tokenizer tokenizer,
      Optional<ChatTemplate> template,
      ImmutableList<Integer> eosIds,
      int vocabSize) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.eosIds = eosIds;
    this.vocabSize = vocabSize;
  }

  /** The codec of a policy. */
  public static ModelCodec of(Policy policy) {
    return new ModelCodec(
        policy.tokenizer(),
        policy.chatTemplate(),
        policy.eosIds().asList(),
        policy.config().vocabSize());
  }

  /** The codec of a model whose weights are not needed. */
  public static ModelCodec of(StoredCheckpoint model) {
    return new ModelCodec(
        tokenizer(model),
        model.chatTemplate(),
        ImmutableSet.copyOf(model.config().eosTokenIds()).asList(),
        model.config().vocabSize());
  }

  /** The tokenizer of a model, which is refused without one. */
  public static Tokenizer tokenizer(StoredCheckpoint model) {
    return model
        .tokenizer()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "the model has no tokenizer: tokenizer.json belongs beside its config.json"));
  }

  /** Tokens of the longest of the first thousand prompts; those that it cannot encode aside. */
  public int longest(Prompts prompts) {
    int longest = 1;
    for (int i = 0; i < Math.min(prompts.size(), MEASURED); i++) {
      try {
        longest = Math.max(longest, encode(prompts.get(i)).length);
      } catch (IllegalArgumentException e) {
        // PromptCheck names it, or leaves it out.
      }
    }
    return longest;
  }

  @Override
  public int[] encode(Prompt prompt) {
    if (!prompt.chat()) {
      return known(tokenizer.encodePrompt(prompt.text()));
    }
    return known(
        tokenizer.encodeChat(
            template(prompt).apply(conversation(prompt, Optional.empty()), true).text()));
  }

  private ChatTemplate template(Prompt prompt) {
    return template.orElseThrow(() ->
        new IllegalArgumentException(
            "prompt %s is a chat, but the model has no chat template: give plain text"
                .formatted(prompt.id())));
  }

  private static Conversation conversation(Prompt prompt, Optional<Message> turn) {
    return new Conversation(
        Stream.concat(prompt.messages().stream(), turn.stream())
            .map(Message::chat)
            .collect(ImmutableList.toImmutableList()),
        prompt.options().tools(),
        prompt.options().templateKwargs());
  }

  /**
   * An example's tokens and which of them are learned. Of a whole conversation, where the model's
   * template marks what the assistant says ({@code {% generation %}}), it is all that is marked, of
   * every turn ({@code assistant_only_loss} of TRL); else it is the last message and the token that
   * ends a response.
   */
  @Override
  public LabelledTokens example(TextPair pair) {
    Prompt prompt = pair.prompt();
    if (pair.turn().isEmpty() || !prompt.chat()) {
      return PromptCodec.super.example(pair);
    }
    ChatTemplate chat = template(prompt);
    Conversation whole = conversation(prompt, pair.turn());
    if (!chat.marksAssistant(whole)) {
      checkArgument(
          !pair.response().isEmpty() || !pair.turn().get().chat().fields().hasNonNull("tool_calls"),
          "example %s ends in a call of a tool: it can be learned only with a chat template that"
              + " marks what the assistant says ({%% generation %%})",
          prompt.id());
      return PromptCodec.super.example(pair);
    }
    Template.Rendered rendered = chat.apply(whole, false);
    EncodedText text = tokenizer.encodeChatSpans(rendered.text());
    return new LabelledTokens(known(text.ids()), text.overlapping(rendered.generated()));
  }

  /**
   * The ids given.
   *
   * @throws IllegalArgumentException where one is not of the model
   */
  public int[] known(int[] ids) {
    for (int id : ids) {
      checkArgument(
          id >= 0 && id < vocabSize,
          "token %s is not in the model's vocabulary of %s: its tokenizer and its weights do not"
              + " belong together",
          id,
          vocabSize);
    }
    return ids;
  }

  @Override
  public int[] encodeResponse(String response) {
    int[] ids = known(tokenizer.encodePlain(response));
    ImmutableList<Integer> own = tokenizer.eosIds();
    ImmutableList<Integer> known =
        own.stream().filter(eosIds::contains).collect(ImmutableList.toImmutableList());
    ImmutableList<Integer> candidates = known.isEmpty() ? eosIds : known;
    checkArgument(
        !candidates.isEmpty(),
        "the model has no token that ends a response: it cannot be imitated");
    int[] ended = Arrays.copyOf(ids, ids.length + 1);
    ended[ids.length] = candidates.get(0);
    return ended;
  }

  @Override
  public String decode(int[] response) {
    return tokenizer.decodeWithoutSpecial(response);
  }
}
