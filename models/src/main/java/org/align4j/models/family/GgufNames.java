package org.align4j.models.family;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;

/**
 * llama.cpp's names of Hugging Face parameters ({@code gguf-py}, {@code tensor_mapping.py}).
 *
 * @param outside modules outside the blocks, such as {@code model.norm}
 * @param block modules of a block, without what comes before: {@code self_attn.q_proj} of {@code
 *     model.layers.3.self_attn.q_proj}
 */
public record GgufNames(ImmutableMap<String, String> outside, ImmutableMap<String, String> block) {

  /** The name in the file of a parameter such as {@code model.layers.3.self_attn.q_proj.weight}. */
  public String of(String parameter) {
    int dot = parameter.lastIndexOf('.');
    String module = parameter.substring(0, dot);
    String suffix = parameter.substring(dot);
    String name = outside.get(module);
    if (name != null) {
      return name + suffix;
    }
    String[] parts = module.split("\\.", 4);
    String inBlock = parts.length == 4 ? block.get(parts[3]) : null;
    checkArgument(inBlock != null, "parameter %s has no name in GGUF files", parameter);
    return "blk." + parts[2] + "." + inBlock + suffix;
  }
}
