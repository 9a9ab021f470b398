package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.align4j.algorithms.data.Prompt;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.chat.ChatMessage;
import org.align4j.models.text.chat.ChatTemplate;

/**
 * Completions as a reward model reads them: the prompt through its chat template where it has one,
 * the response as plain text, and its end-of-sequence token, which the reward is read at (OpenRLHF
 * {@code serve_rm.py} appends it, truncated or not).
 */
record ModelEncoding(Tokenizer tokenizer, Optional<ChatTemplate> template, int eosId)
    implements Function<Completion, TokenSequence> {

  static ModelEncoding of(Path folder, RewardModel model) {
    Tokenizer tokenizer = model.tokenizer();
    List<Integer> known = model.config().eosTokenIds();
    List<Integer> own = tokenizer.eosIds().stream().filter(known::contains).toList();
    List<Integer> candidates = own.isEmpty() ? known : own;
    checkArgument(
        !candidates.isEmpty(),
        "%s: the reward model names no end-of-sequence token (eos_token_id of config.json), which"
            + " responses end with",
        folder);
    return new ModelEncoding(tokenizer, ChatTemplate.read(folder), candidates.get(0));
  }

  @Override
  public TokenSequence apply(Completion completion) {
    int[] response = tokenizer.encodePlain(completion.text());
    int[] ended = Arrays.copyOf(response, response.length + 1);
    ended[response.length] = eosId;
    return new TokenSequence(prompt(completion.prompt()), ended);
  }

  private int[] prompt(Prompt prompt) {
    if (template.isPresent()) {
      return tokenizer.encode(
          template
              .get()
              .prompt(
                  prompt.messages().stream()
                      .map(m -> new ChatMessage(m.role(), m.content()))
                      .collect(ImmutableList.toImmutableList())));
    }
    checkArgument(
        prompt.messages().size() == 1,
        "prompt %s has %s messages, but the reward model has no chat template",
        prompt.id(),
        prompt.messages().size());
    return tokenizer.encodePlain(prompt.text());
  }
}
