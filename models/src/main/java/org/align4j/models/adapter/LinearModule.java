package org.align4j.models.adapter;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.WeightLayout;

/**
 * A matrix that a network's body multiplies with.
 *
 * @param name its weight's name without {@code .weight}
 * @param in columns of what goes in
 * @param out columns of what comes out
 * @param layout how the weight is stored
 */
public record LinearModule(String name, int in, int out, WeightLayout layout) {

  private static final String WEIGHT = ".weight";

  /** Of a weight's name. */
  static String nameOf(String weight) {
    return weight.endsWith(WEIGHT)
        ? weight.substring(0, weight.length() - WEIGHT.length())
        : weight;
  }

  /** The weight's name. */
  public String weight() {
    return name + WEIGHT;
  }

  /** Name of {@code A [rank, in]}. */
  public String a() {
    return name + ".lora_A.weight";
  }

  /** Name of {@code B [out, rank]}. */
  public String b() {
    return name + ".lora_B.weight";
  }

  /** Whether it is a projection of attention. */
  boolean isAttention() {
    return name.contains("attn");
  }

  /** What follows the last dot. */
  String kind() {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** Whether a target of PEFT's names it. */
  boolean matches(String target) {
    return name.equals(target) || name.endsWith("." + target);
  }

  /** All of a network, in the order of the forward pass. */
  public static ImmutableList<LinearModule> of(NetworkDefinition definition) {
    ImmutableMap<String, long[]> shapes = definition.parameterShapes();
    List<LinearModule> modules = new ArrayList<>();
    // Nodes are names: all that is wanted is which parameters the products read.
    Ops<String> names =
        new Ops<>() {
          @Override
          public String parameter(String name) {
            return name;
          }

          @Override
          public String apply(Op<String> op) {
            if (op instanceof Op.Linear<String> linear) {
              long[] shape = checkNotNull(shapes.get(linear.weight()), linear.weight());
              boolean outIn = linear.layout() == WeightLayout.OUT_IN;
              modules.add(
                  new LinearModule(
                      nameOf(linear.weight()),
                      Math.toIntExact(shape[outIn ? 1 : 0]),
                      Math.toIntExact(shape[outIn ? 0 : 1]),
                      linear.layout()));
            }
            return "";
          }
        };
    var _ = definition.build(names, new Inputs<>("tokens", "positions"));
    return ImmutableList.copyOf(modules);
  }
}
