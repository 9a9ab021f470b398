package org.align4j.core.plan.run;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Map;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Whether parameters are those that a definition declares. */
public final class ParameterCheck {

  private ParameterCheck() {}

  /** Checks that the parameters are those a definition declares. */
  public static void check(Map<String, long[]> shapes, Parameters parameters) {
    check(shapes, parameters, null);
  }

  /** The same where some are frozen: every trained one must be declared, and no one twice. */
  public static void check(
      Map<String, long[]> shapes, Parameters trained, @Nullable StoredWeights base) {
    if (base != null) {
      for (String name : trained.names()) {
        checkArgument(
            shapes.containsKey(name),
            "%s is to be trained, but the network has no such name",
            name);
        checkArgument(!base.names().contains(name), "%s is both trained and frozen", name);
      }
    }
    shapes.forEach((name, shape) -> {
      if (base != null && !trained.contains(name)) {
        checkFrozen(name, shape, base);
        return;
      }
      checkArgument(
          trained.contains(name), "the network needs parameter %s, which is missing", name);
      var array = trained.get(name);
      checkArgument(
          Arrays.equals(array.shape(), shape),
          "%s is %s, the network needs %s",
          name,
          Arrays.toString(array.shape()),
          Arrays.toString(shape));
      checkArgument(
          array.dataType() == DataType.FLOAT,
          "%s is %s: this engine computes in FLOAT; the SameDiff engine takes others",
          name,
          array.dataType());
    });
  }

  private static void checkFrozen(String name, long[] shape, StoredWeights base) {
    checkArgument(
        base.names().contains(name), "the network needs parameter %s, which is missing", name);
    checkArgument(
        Arrays.equals(base.shape(name), shape),
        "%s is %s, the network needs %s",
        name,
        Arrays.toString(base.shape(name)),
        Arrays.toString(shape));
  }
}
