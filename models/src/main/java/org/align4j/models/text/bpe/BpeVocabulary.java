package org.align4j.models.text.bpe;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens and merges of a byte-level BPE. Ordinary tokens are written in GPT-2's alphabet, in which
 * every byte is a printable character.
 *
 * @param tokens token texts by id, all different
 * @param merges pairs {@code "left right"}, the first merged first
 * @param added tokens recognised in the text before anything else, by id: true where special
 */
public record BpeVocabulary(
    ImmutableList<String> tokens,
    ImmutableList<String> merges,
    ImmutableMap<Integer, Boolean> added) {

  public BpeVocabulary {
    for (int id : added.keySet()) {
      checkArgument(
          id >= 0 && id < tokens.size(), "added token %s: there are %s tokens", id, tokens.size());
    }
  }

  /** Ids by token text. */
  public Map<String, Integer> ids() {
    Map<String, Integer> ids = HashMap.newHashMap(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      Integer before = ids.put(tokens.get(id), id);
      checkArgument(before == null, "tokens %s and %s are the same", before, id);
    }
    return ids;
  }

  /** The added tokens with their texts. */
  public ImmutableList<AddedTokens.Added> addedTokens() {
    return added.entrySet().stream()
        .map(entry ->
            new AddedTokens.Added(tokens.get(entry.getKey()), entry.getKey(), entry.getValue()))
        .collect(ImmutableList.toImmutableList());
  }

  /** The left and right token of a merge; a token may begin with a space, none contains one. */
  static String[] sides(String merge) {
    int space = merge.indexOf(' ', 1);
    checkArgument(space > 0 && space < merge.length() - 1, "merge '%s' is not two tokens", merge);
    return new String[] {merge.substring(0, space), merge.substring(space + 1)};
  }

  static int id(Map<String, Integer> ids, String token, String merge) {
    @Nullable Integer id = ids.get(token);
    checkArgument(id != null, "merge '%s' needs the token '%s', which there is not", merge, token);
    return id;
  }
}
