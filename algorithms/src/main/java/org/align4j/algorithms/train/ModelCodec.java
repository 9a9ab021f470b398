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

  /**
   * A codec.
   *
   * @param eosIds tokens that end a response; the tokenizer's own is preferred for imitation
   */
  public ModelCodec(
      Tokenizer tokenizer, Optional<ChatTemplate> template, ImmutableList<Integer> eosIds) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.eosIds = eosIds;
  }

  /** The codec of a policy. */
  public static ModelCodec of(Policy policy) {
    return new ModelCodec(policy.tokenizer(), policy.chatTemplate(), policy.eosIds().asList());
  }

  @Override
  public int[] encode(Prompt prompt) {
    if (!prompt.chat()) {
      return tokenizer.encodePrompt(prompt.text());
    }
    ChatTemplate chat =
        template.orElseThrow(() ->
            new IllegalArgumentException(
                "prompt %s is a chat, but the model has no chat template: give plain text"
                    .formatted(prompt.id())));
    return tokenizer.encodeChat(
        chat.prompt(
            prompt.messages().stream()
                .map(m -> new ChatMessage(m.role(), m.content()))
                .collect(ImmutableList.toImmutableList())));
  }

  @Override
  public int[] encodeResponse(String response) {
    int[] ids = tokenizer.encodePlain(response);
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
