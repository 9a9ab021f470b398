package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Optional;
import org.align4j.algorithms.data.Prompt;
import org.align4j.models.policy.Policy;
import org.align4j.models.text.ChatMessage;
import org.align4j.models.text.ChatTemplate;
import org.align4j.models.text.Tokenizer;

/** Texts as a model's own tokenizer and chat template have them. */
public final class ModelCodec implements PromptCodec {

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

  @Override
  public int[] encode(Prompt prompt) {
    if (!prompt.chat()) {
      return known(tokenizer.encodePrompt(prompt.text()));
    }
    ChatTemplate chat =
        template.orElseThrow(() ->
            new IllegalArgumentException(
                "prompt %s is a chat, but the model has no chat template: give plain text"
                    .formatted(prompt.id())));
    return known(
        tokenizer.encodeChat(
            chat.prompt(
                prompt.messages().stream()
                    .map(m -> new ChatMessage(m.role(), m.content()))
                    .collect(ImmutableList.toImmutableList()))));
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
