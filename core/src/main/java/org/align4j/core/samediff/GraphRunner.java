package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkNotNull;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs a graph and its gradient function with native memory that stays flat.
 *
 * <p>{@code SameDiff.calculateGradients} is avoided: it switches the session's array cache off, and
 * every step then takes fresh native memory that only the garbage collector gives back.
 */
final class GraphRunner implements AutoCloseable {

  private final SameDiff graph;
  private @Nullable SameDiff gradient;

  GraphRunner(SameDiff graph) {
    this.graph = graph;
  }

  SameDiff graph() {
    return graph;
  }

  /** Values of some variables; the caller closes them. */
  Map<String, INDArray> run(Map<String, INDArray> feeds, Collection<String> wanted) {
    return run(graph, feeds, wanted);
  }

  /**
   * Makes the gradient function of a loss by all variables and the placeholders named.
   *
   * @return those of the names that have a gradient
   */
  List<String> differentiate(SDVariable loss, Collection<String> names) {
    loss.markAsLoss();
    List<String> placeholders = new ArrayList<>();
    for (String name : names) {
      if (graph.getVariable(name).isPlaceHolder()) {
        placeholders.add(name);
      }
    }
    SilencedOutput.run(() -> graph.createGradFunction(placeholders.toArray(String[]::new)));
    gradient = graph.getFunction("grad");
    List<String> found = new ArrayList<>();
    for (String name : names) {
      if (graph.grad(name) != null) {
        found.add(name);
      }
    }
    return found;
  }

  /** Gradients by name of what they are of; the caller closes them. */
  Map<String, INDArray> gradients(Map<String, INDArray> feeds, Collection<String> names) {
    Map<String, String> gradientOf = new LinkedHashMap<>();
    for (String name : names) {
      gradientOf.put(graph.grad(name).name(), name);
    }
    var outputs = run(checkNotNull(gradient, "differentiate first"), feeds, gradientOf.keySet());
    Map<String, INDArray> result = new LinkedHashMap<>();
    gradientOf.forEach((gradientName, name) ->
        result.put(name, checkNotNull(outputs.get(gradientName), "no %s", gradientName)));
    return result;
  }

  private static Map<String, INDArray> run(
      SameDiff sd, Map<String, INDArray> feeds, Collection<String> wanted) {
    Map<String, INDArray> outputs = sd.output(feeds, new ArrayList<>(wanted));
    endRun(sd, outputs);
    return outputs;
  }

  /**
   * Empties {@code InferenceSession.freedArrays}, the ids of every array a session ever freed. It
   * is only read within a run, yet never cleared (1.0.0-M2.1; there is none in 1.0.0-M1.1).
   */
  private static void forgetFreedArrays(Object session) {
    if (field(session, "freedArrays") instanceof Collection<?> freed) {
      freed.clear();
    }
  }

  /** Takes back what the run held, and puts {@link RunMemory} into sessions that are new. */
  private static void endRun(SameDiff sd, Map<String, INDArray> outputs) {
    if (!(field(sd, "sessions") instanceof Map<?, ?> sessions)) {
      return;
    }
    for (Object session : sessions.values()) {
      forgetFreedArrays(session);
      Object manager = field(session, "mmgr");
      if (manager instanceof RunMemory memory) {
        memory.endRun(outputs.values());
      } else if (manager != null && RunMemory.supported()) {
        set(session, "mmgr", new RunMemory());
      }
    }
  }

  /** Closes what the sessions keep for use again, and forgets them. */
  private static void dropSessions(SameDiff sd) {
    if (field(sd, "sessions") instanceof Map<?, ?> sessions) {
      for (Object session : sessions.values()) {
        if (field(session, "mmgr") instanceof RunMemory memory) {
          memory.close();
        }
      }
      sessions.clear();
    }
  }

  private static @Nullable Field find(Object owner, String name) {
    for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          return field;
        }
      }
    }
    return null;
  }

  private static @Nullable Object field(Object owner, String name) {
    Field field = find(owner, name);
    try {
      return field == null ? null : field.get(owner);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " is not accessible", e);
    }
  }

  private static void set(Object owner, String name, Object value) {
    Field field = find(owner, name);
    try {
      if (field != null) {
        field.set(owner, value);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " is not accessible", e);
    }
  }

  @Override
  public void close() {
    dropSessions(graph);
    SameDiff sub = gradient;
    if (sub != null) {
      dropSessions(sub);
    }
  }
}
