package org.align4j.models.transformer;

/**
 * A parameter as a GGUF file holds it.
 *
 * @param name llama.cpp's name
 * @param order of its elements
 */
public record GgufTensor(String name, Order order) {

  /** What {@code convert_hf_to_gguf.py} did with the elements. */
  public sealed interface Order {}

  /** Nothing. */
  public record AsIs() implements Order {}

  /** It turned {@code [in,out]} to {@code [out,in]}. */
  public record Transposed() implements Order {}

  /**
   * It permuted the rows of each head for interleaved rotary positions.
   *
   * @param heads number of heads
   */
  public record Interleaved(int heads) implements Order {}

  /** It added 1 to every element. */
  public record OneMore() implements Order {}

  /** A tensor whose elements lie as they do in Hugging Face checkpoints. */
  public static GgufTensor asIs(String name) {
    return new GgufTensor(name, new AsIs());
  }
}
