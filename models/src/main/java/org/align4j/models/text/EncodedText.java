package org.align4j.models.text;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.align4j.models.jinja.Template;

/**
 * Tokens of a text, and where in it each stands.
 *
 * @param ids {@code [N]}
 * @param starts {@code [N]}: first character of each, in Java's characters
 * @param ends {@code [N]}: the one after its last; several tokens may be of one character
 */
public record EncodedText(int[] ids, int[] starts, int[] ends) {

  public EncodedText {
    checkArgument(
        ids.length == starts.length && ids.length == ends.length,
        "%s ids, %s starts and %s ends do not belong together",
        ids.length,
        starts.length,
        ends.length);
  }

  /**
   * Which tokens overlap one of the parts, {@code [N]}: the assistant's tokens, as {@code
   * return_assistant_tokens_mask} of transformers 5.24 has them ({@code
   * tokenization_utils_base.py}).
   *
   * @param parts in their order
   */
  public boolean[] overlapping(List<Template.Span> parts) {
    boolean[] mask = new boolean[ids.length];
    int part = 0;
    for (int i = 0; i < ids.length; i++) {
      while (part < parts.size() && starts[i] >= parts.get(part).end()) {
        part++;
      }
      if (part == parts.size()) {
        break;
      }
      mask[i] = ends[i] > parts.get(part).start();
    }
    return mask;
  }
}
